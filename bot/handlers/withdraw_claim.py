"""The button that takes "I paid" back."""

from aiogram import Router
from aiogram.types import CallbackQuery

from bot.callbacks import Tapped
from bot.turn import Turn
from core.ids import AttemptId
from core.notifications.message import Callback, Message
from core.payments.withdraw_claim import withdraw_claim

router = Router(name=__name__)


@router.callback_query(Tapped("withdraw_claim", ids=1))
async def handle(query: CallbackQuery, tapped: Callback, turn: Turn) -> None:
    """End the person's own claim."""
    await withdraw_claim(turn.session, actor=turn.actor, attempt_id=AttemptId(tapped.ids[0]), now=turn.now)
    turn.replies.show(Message(turn.say("claim-withdrawn")))
