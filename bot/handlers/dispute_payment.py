"""The Not received button."""

from aiogram import Router
from aiogram.types import CallbackQuery

from bot.callbacks import Tapped
from bot.turn import Turn
from core.ids import AttemptId
from core.notifications.message import Callback, Message
from core.payments.dispute_payment import dispute_payment

router = Router(name=__name__)


@router.callback_query(Tapped("not_received", ids=1))
async def handle(query: CallbackQuery, tapped: Callback, turn: Turn) -> None:
    """Return the claim to its payer."""
    await dispute_payment(turn.session, actor=turn.actor, attempt_id=AttemptId(tapped.ids[0]), now=turn.now)
    turn.replies.show(Message(turn.say("disputed")))
