"""`/unlock` and its button: the organiser makes the purchase active again, after a confirmation."""

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
from core.settlement.unlock_distribution import unlock_distribution

router = Router(name=__name__)


@router.message(Command("unlock"))
async def handle(message: TelegramMessage, state: FSMContext, turn: Turn) -> None:
    """Ask whether to unlock the purchase that is meant."""
    await with_purchase(turn, state, message, "unlock", "")


@router.callback_query(Tapped("unlock", ids=1))
async def ask(query: CallbackQuery, tapped: Callback, state: FSMContext, turn: Turn) -> None:
    """Ask whether to unlock the card's purchase."""
    purchase = await locked_own_purchase(turn.session, actor=turn.actor, purchase_id=PurchaseId(tapped.ids[0]))
    await run(turn, state, purchase, "")


@about_a_purchase("unlock", PurchaseStatus.LOCKED)
async def run(turn: Turn, state: FSMContext, purchase: Purchase, words: str) -> None:
    """Ask the organiser for a confirmation."""
    check_organizer(purchase, turn.actor.user_id)
    yes = tap(turn.label("button-unlock-yes"), "unlock_yes", purchase.id, style="danger")
    question = Message(turn.say("unlock-question", purchase=purchase.title), ((yes,),))
    turn.replies.say_privately(question, start="purchases")


@router.callback_query(Tapped("unlock_yes", ids=1))
async def unlock(query: CallbackQuery, tapped: Callback, turn: Turn) -> None:
    """Unlock the distribution."""
    await unlock_distribution(turn.session, actor=turn.actor, purchase_id=PurchaseId(tapped.ids[0]), now=turn.now)
    turn.replies.show(Message(turn.say("unlocked")))
