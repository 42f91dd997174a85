"""`/why` and its buttons: where a debt comes from."""

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery
from aiogram.types import Message as TelegramMessage

from bot.callbacks import Tapped
from bot.handlers.list_debts import START
from bot.handlers.pay_intent import DEBT
from bot.turn import Turn
from bot.views.explanation import explanation_view
from core.identity.people import names_of
from core.ids import IntentId, PurchaseId, shorten
from core.money import Money, format_money
from core.notifications.message import Callback, Message, tap
from core.settlement.explain_intent import explain_intent
from core.settlement.queries import open_debts_of

router = Router(name=__name__)


@router.message(Command("why"))
async def handle(message: TelegramMessage, turn: Turn) -> None:
    """Explain the person's only debt, or let them choose one."""
    await choose(turn)


@router.callback_query(Tapped("explain", ids=1))
async def of_purchase(query: CallbackQuery, tapped: Callback, turn: Turn) -> None:
    """Explain the person's debts in the card's purchase."""
    await choose(turn, PurchaseId(tapped.ids[0]))


@router.callback_query(Tapped("why", ids=1))
async def why(query: CallbackQuery, tapped: Callback, turn: Turn) -> None:
    """Explain one debt."""
    await show(turn, IntentId(tapped.ids[0]))


async def choose(turn: Turn, purchase_id: PurchaseId | None = None) -> None:
    """Explain a debt of the person, or list them where there are several."""
    debts = await open_debts_of(turn.session, actor=turn.actor, purchase_id=purchase_id)
    if len(debts) == 1:
        await show(turn, debts[0][0].id)
        return
    people = await names_of(
        turn.session, [person for debt, _ in debts for person in (debt.payer_id, debt.payee_id)], turn.actor.language
    )
    rows = []
    for debt, _ in debts:
        mine = debt.payer_id == turn.actor.user_id
        amount = format_money(Money(debt.left_minor, debt.currency), turn.actor.language)
        name = people[debt.payee_id if mine else debt.payer_id]
        rows.append(
            (tap(turn.label("which-i-owe" if mine else "which-owed", name=name, amount=amount), "why", debt.id),)
        )
    text = turn.say("which-debt" if debts else "debts-none")
    turn.replies.say_privately(Message(text, tuple(rows)), start=START)


async def show(turn: Turn, intent_id: IntentId) -> None:
    """Explain one debt of the person."""
    explanation = await explain_intent(turn.session, actor=turn.actor, intent_id=intent_id)
    mentioned = {explanation.intent.payer_id, explanation.intent.payee_id}
    for reason in explanation.reasons:
        mentioned |= {*reason.paid, *reason.extra_user_ids}
    people = await names_of(turn.session, mentioned, turn.actor.language)
    view = explanation_view(explanation, people, turn.actor.language)
    turn.replies.say_privately(view, start=DEBT + shorten(intent_id))
