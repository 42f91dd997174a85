"""The buttons that let a reminder come again later."""

from aiogram import Router
from aiogram.types import CallbackQuery

from bot.callbacks import Tapped
from bot.turn import Turn
from core.ids import EventId
from core.notifications.dates import written_date
from core.notifications.message import Callback
from core.reminders.snooze_reminder import Snooze, snooze_reminder

router = Router(name=__name__)


@router.callback_query(Tapped(*Snooze, ids=1))
async def handle(query: CallbackQuery, tapped: Callback, turn: Turn) -> None:
    """Remind later, and say when."""
    at = await snooze_reminder(
        turn.session,
        actor=turn.actor,
        reminder_id=EventId(tapped.ids[0]),
        snooze=Snooze(tapped.action),
        now=turn.now,
    )
    turn.toast("snoozed", at=written_date(at, turn.actor.time_zone, turn.actor.language))
