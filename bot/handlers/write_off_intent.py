"""The Forgive button: the payee writes off what is left, after a confirmation."""

from aiogram import Router
from aiogram.types import CallbackQuery

from bot.callbacks import Tapped
from bot.turn import Turn
from core.identity.people import names_of
from core.ids import IntentId
from core.money import Money, format_money
from core.notifications.message import Callback, Message, tap
from core.settlement.queries import own_intent
from core.settlement.write_off_intent import write_off_intent

router = Router(name=__name__)


@router.callback_query(Tapped("write_off", ids=1))
async def ask(query: CallbackQuery, tapped: Callback, turn: Turn) -> None:
    """Ask for a confirmation."""
    intent = await own_intent(turn.session, actor=turn.actor, intent_id=IntentId(tapped.ids[0]))
    people = await names_of(turn.session, [intent.payer_id], turn.actor.language)
    left = format_money(Money(intent.left_minor, intent.currency), turn.actor.language)
    yes = tap(turn.label("button-write-off-yes", left=left), "write_off_yes", intent.id, style="danger")
    text = turn.say("write-off-question", payer=people[intent.payer_id], left=left)
    turn.replies.show(Message(text, ((yes,),)))


@router.callback_query(Tapped("write_off_yes", ids=1))
async def handle(query: CallbackQuery, tapped: Callback, turn: Turn) -> None:
    """Write the rest of the debt off."""
    await write_off_intent(turn.session, actor=turn.actor, intent_id=IntentId(tapped.ids[0]), now=turn.now)
    turn.replies.show(Message(turn.say("written-off")))
