"""Of which debts a person is reminded when: each tap says what is wished from now on."""

from typing import Any

from aiogram import Router
from aiogram.types import CallbackQuery

from bot.callbacks import Tapped
from bot.turn import Turn
from bot.views.settings import reminders_view
from core.identity.models import User
from core.identity.preferences import choose_reminders
from core.notifications.message import Callback

router = Router(name=__name__)


@router.callback_query(Tapped("choose_reminders"))
async def show(query: CallbackQuery, tapped: Callback, turn: Turn) -> None:
    """Show what is chosen."""
    turn.replies.show(reminders_view(await turn.session.get_one(User, turn.actor.user_id)))


@router.callback_query(Tapped("remind", "remind_before", "remind_when_due", "remind_every"))
async def handle(query: CallbackQuery, tapped: Callback, turn: Turn) -> None:
    """Choose, and show what is chosen now."""
    number = tapped.version or 0
    chosen: dict[str, dict[str, Any]] = {
        "remind": {"remind": bool(number)},
        "remind_before": {"before_days": number},
        "remind_when_due": {"when_due": bool(number)},
        "remind_every": {"every_days": number},
    }
    user = await choose_reminders(turn.session, actor=turn.actor, **chosen[tapped.action])
    turn.replies.show(reminders_view(user))
