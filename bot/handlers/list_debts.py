"""`/debts`, `/pay` and the My debts button: what a person owes and is owed, told to nobody else."""

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery
from aiogram.types import Message as TelegramMessage

from bot.callbacks import Tapped
from bot.turn import Turn
from bot.views.debts import debts_view
from core.identity.people import names_of
from core.ids import PurchaseId
from core.notifications.message import Callback
from core.payments.queries import claims_to_answer
from core.purchases.queries import visible_purchase
from core.settlement.queries import open_debts_of

router = Router(name=__name__)
START = "debts"


@router.message(Command("debts", "my", "pay"))
async def handle(message: TelegramMessage, turn: Turn) -> None:
    """Show all debts of the person."""
    await show_debts(turn)


@router.callback_query(Tapped("list_debts", ids=1))
async def of_purchase(query: CallbackQuery, tapped: Callback, turn: Turn) -> None:
    """Show the debts of the person in the card's purchase."""
    purchase_id = PurchaseId(tapped.ids[0])
    await visible_purchase(turn.session, actor=turn.actor, purchase_id=purchase_id)
    await show_debts(turn, purchase_id)


async def show_debts(turn: Turn, purchase_id: PurchaseId | None = None) -> None:
    """Show the person's open debts, perhaps of one purchase only."""
    debts = await open_debts_of(turn.session, actor=turn.actor, purchase_id=purchase_id)
    claims = len(await claims_to_answer(turn.session, turn.actor.user_id))
    people = await names_of(
        turn.session, [person for debt, _ in debts for person in (debt.payer_id, debt.payee_id)], turn.actor.language
    )
    actor = turn.actor
    view = debts_view(debts, claims, people, actor.user_id, actor.language, actor.time_zone)
    turn.replies.say_privately(view, start=START)
