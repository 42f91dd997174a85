"""`/close` and its button: the organiser closes the books, after a confirmation."""

from aiogram import Router
from aiogram.filters import Command
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery
from aiogram.types import Message as TelegramMessage

from bot.callbacks import Tapped
from bot.choose_purchase import about_a_purchase, with_purchase
from bot.turn import Turn
from core.ids import PurchaseId
from core.notifications.message import Callback, Message, tap
from core.purchases.models import Purchase, PurchaseStatus
from core.purchases.queries import locked_own_purchase
from core.purchases.rules import check_organizer
from core.settlement.close_purchase import DebtsOpen, close_purchase
from core.settlement.queries import all_settled

router = Router(name=__name__)


@router.message(Command("close"))
async def handle(message: TelegramMessage, state: FSMContext, turn: Turn) -> None:
    """Ask whether to close the purchase that is meant."""
    await with_purchase(turn, state, message, "close", "")


@router.callback_query(Tapped("close", ids=1))
async def ask(query: CallbackQuery, tapped: Callback, state: FSMContext, turn: Turn) -> None:
    """Ask whether to close the card's purchase."""
    purchase = await locked_own_purchase(turn.session, actor=turn.actor, purchase_id=PurchaseId(tapped.ids[0]))
    await run(turn, state, purchase, "")


@about_a_purchase("close", PurchaseStatus.LOCKED)
async def run(turn: Turn, state: FSMContext, purchase: Purchase, words: str) -> None:
    """Ask the organiser for a confirmation, unless a debt is left."""
    check_organizer(purchase, turn.actor.user_id)
    if not await all_settled(turn.session, purchase):
        raise DebtsOpen
    yes = tap(turn.label("button-close-yes"), "close_yes", purchase.id, style="success")
    question = Message(turn.say("close-question", purchase=purchase.title), ((yes,),))
    turn.replies.say_privately(question, start="purchases")


@router.callback_query(Tapped("close_yes", ids=1))
async def close(query: CallbackQuery, tapped: Callback, turn: Turn) -> None:
    """Close the purchase."""
    await close_purchase(turn.session, actor=turn.actor, purchase_id=PurchaseId(tapped.ids[0]), now=turn.now)
    turn.replies.show(Message(turn.say("closed")))
