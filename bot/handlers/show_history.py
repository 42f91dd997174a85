"""`/history` and its button: what happened to a purchase."""

from aiogram import Router
from aiogram.filters import Command
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery
from aiogram.types import Message as TelegramMessage

from bot.callbacks import Tapped
from bot.choose_purchase import about_a_purchase, with_purchase
from bot.turn import Turn
from bot.views.history import PAGE, history_view
from core.ids import PurchaseId
from core.notifications.message import Callback
from core.purchases.models import Purchase, PurchaseStatus
from core.purchases.queries import history_of, visible_purchase
from core.purchases.written_history import people_in_history

router = Router(name=__name__)


@router.message(Command("history"))
async def handle(message: TelegramMessage, state: FSMContext, turn: Turn) -> None:
    """Show the history of the purchase that is meant."""
    await with_purchase(turn, state, message, "show_history", "")


@router.callback_query(Tapped("show_history", ids=1))
async def page(query: CallbackQuery, tapped: Callback, turn: Turn) -> None:
    """Show a page of the card's purchase; the button's version is the page."""
    purchase_id = PurchaseId(tapped.ids[0])
    purchase = await visible_purchase(turn.session, actor=turn.actor, purchase_id=purchase_id)
    await show(turn, purchase, min(tapped.version or 0, 1000))


@about_a_purchase("show_history", *PurchaseStatus)
async def run(turn: Turn, state: FSMContext, purchase: Purchase, words: str) -> None:
    """Show the newest page of a purchase."""
    await show(turn, purchase, 0)


async def show(turn: Turn, purchase: Purchase, number: int) -> None:
    """Show one page of a purchase's history to the person."""
    rows = await history_of(
        turn.session, actor=turn.actor, purchase_id=purchase.id, limit=PAGE + 1, offset=number * PAGE
    )
    language = turn.actor.language
    people = await people_in_history(turn.session, rows, purchase_id=purchase.id, language=language)
    view = history_view(purchase, rows, people, number, language, turn.actor.time_zone)
    turn.replies.say_privately(view, start="purchases")
