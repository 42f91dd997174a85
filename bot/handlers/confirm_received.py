"""The Received buttons: one claim, or all that wait."""

from aiogram import Router
from aiogram.types import CallbackQuery

from bot.callbacks import Tapped
from bot.turn import Turn
from core.ids import AttemptId
from core.money import Money, format_money
from core.notifications.message import Callback, Message
from core.payments.confirm_received import confirm_all_received, confirm_received

router = Router(name=__name__)


@router.callback_query(Tapped("received", ids=1))
async def handle(query: CallbackQuery, tapped: Callback, turn: Turn) -> None:
    """Settle the claim: the person has the money."""
    attempt = await confirm_received(turn.session, actor=turn.actor, attempt_id=AttemptId(tapped.ids[0]), now=turn.now)
    amount = format_money(Money(attempt.amount_minor, attempt.currency), turn.actor.language)
    turn.replies.show(Message(turn.say("confirmed", amount=amount)))


@router.callback_query(Tapped("received_all"))
async def all_of_them(query: CallbackQuery, tapped: Callback, turn: Turn) -> None:
    """Settle every claim that waits for the person."""
    attempts = await confirm_all_received(turn.session, actor=turn.actor, now=turn.now)
    turn.replies.show(Message(turn.say("confirmed-all", count=len(attempts))))
