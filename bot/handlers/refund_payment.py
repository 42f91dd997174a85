"""`/refund` and its buttons: give a payment back, or ask its payee to; and the answers of the other side."""

from uuid import UUID

from aiogram import F, Router
from aiogram.filters import Command
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery
from aiogram.types import Message as TelegramMessage

from bot.callbacks import Tapped
from bot.choose_purchase import about_a_purchase, with_purchase
from bot.parsing import parse_amount
from bot.states import Answer, Asking
from bot.turn import Turn
from core.identity.people import names_of
from core.ids import AttemptId, RefundId
from core.money import Money, format_money
from core.notifications.message import Callback, Message, pay, tap
from core.payments.models import RefundStatus
from core.payments.queries import refundable_payment, refundable_payments
from core.payments.refund_attempt import answer_manual_refund, answer_refund_request, refund_attempt
from core.purchases.models import Purchase, PurchaseStatus

router = Router(name=__name__)
START = "debts"


@router.message(Command("refund"))
async def handle(message: TelegramMessage, state: FSMContext, turn: Turn) -> None:
    """Show the payments of the purchase that is meant."""
    await with_purchase(turn, state, message, "refund", "")


@about_a_purchase("refund", PurchaseStatus.LOCKED, PurchaseStatus.CLOSED)
async def run(turn: Turn, state: FSMContext, purchase: Purchase, words: str) -> None:
    """Show the payments of a purchase that the person may give back, or ask to be given back."""
    found = await refundable_payments(turn.session, actor=turn.actor, purchase_id=purchase.id)
    payments = [(attempt, intent) for attempt, intent, refund in found if refund is None]
    if not payments:
        turn.replies.say_privately(Message(turn.say("refund-none")), start=START)
        return
    people = await names_of(
        turn.session,
        [user for _, intent in payments for user in (intent.payer_id, intent.payee_id)],
        turn.actor.language,
    )
    rows = tuple(
        (
            tap(
                turn.label(
                    "refund-line",
                    payer=people[intent.payer_id],
                    payee=people[intent.payee_id],
                    amount=_written(turn, attempt.amount_minor - attempt.refunded_minor, attempt.currency),
                ),
                "refund",
                attempt.id,
            ),
        )
        for attempt, intent in payments
    )
    turn.replies.say_privately(Message(turn.say("refund-which"), rows), start=START)


@router.callback_query(Tapped("refund", ids=1))
async def ask(query: CallbackQuery, tapped: Callback, turn: Turn) -> None:
    """Ask whether to give the payment back, all of it or a part."""
    attempt, intent, purchase = await refundable_payment(
        turn.session, actor=turn.actor, attempt_id=AttemptId(tapped.ids[0])
    )
    people = await names_of(turn.session, [intent.payer_id, intent.payee_id], turn.actor.language)
    left = _written(turn, attempt.amount_minor - attempt.refunded_minor, attempt.currency)
    text = turn.say(
        "refund-question",
        payer=people[intent.payer_id],
        payee=people[intent.payee_id],
        purchase=purchase.title,
        paid=_written(turn, attempt.amount_minor, attempt.currency),
        refunded="some" if attempt.refunded_minor else "none",
        refunded_amount=_written(turn, attempt.refunded_minor, attempt.currency),
        rail=attempt.rail,
    )
    rows = (
        (pay(turn.label("button-refund-all", amount=left), "refund_all", attempt.id, style="danger"),),
        (tap(turn.label("button-part"), "refund_part", attempt.id),),
    )
    turn.replies.say_privately(Message(text, rows), start=START)


@router.callback_query(Tapped("refund_all", ids=1, moves_money=True))
async def all_of_it(query: CallbackQuery, tapped: Callback, turn: Turn) -> None:
    """Give back all that did not go back yet."""
    await turn.press(tapped)
    turn.replies.show(await _refund(turn, AttemptId(tapped.ids[0])))


@router.callback_query(Tapped("refund_part", ids=1))
async def ask_part(query: CallbackQuery, tapped: Callback, state: FSMContext, turn: Turn) -> None:
    """Ask how much; what is private is never asked in a group."""
    attempt, _, _ = await refundable_payment(turn.session, actor=turn.actor, attempt_id=AttemptId(tapped.ids[0]))
    if turn.replies.in_group:
        turn.replies.open_private_chat(START)
        return
    await state.set_state(Asking.refund_part)
    await state.update_data(attempt_id=str(attempt.id))
    turn.ask("ask-refund-part", left=_written(turn, attempt.amount_minor - attempt.refunded_minor, attempt.currency))


@router.message(Asking.refund_part, F.text, Answer())
async def hear_part(message: TelegramMessage, state: FSMContext, turn: Turn) -> None:
    """Give the amount back that was asked for."""
    said = await state.get_data()
    attempt_id = AttemptId(UUID(said["attempt_id"]))
    attempt, _, _ = await refundable_payment(turn.session, actor=turn.actor, attempt_id=attempt_id)
    amount = parse_amount(message.text or "", attempt.currency)
    view = await _refund(turn, attempt_id, amount.minor)
    await state.clear()
    turn.replies.say(view)


@router.callback_query(Tapped("refund_agree", ids=1, moves_money=True))
async def agree(query: CallbackQuery, tapped: Callback, turn: Turn) -> None:
    """Give the money back that the organiser asked for."""
    await turn.press(tapped)
    refund = await answer_refund_request(
        turn.session, actor=turn.actor, refund_id=RefundId(tapped.ids[0]), agrees=True, now=turn.now
    )
    turn.replies.show(Message(turn.say("refund-begun", amount=_written(turn, refund.amount_minor, refund.currency))))


@router.callback_query(Tapped("refund_decline", ids=1))
async def decline(query: CallbackQuery, tapped: Callback, turn: Turn) -> None:
    """Keep the money."""
    refund_id = RefundId(tapped.ids[0])
    await answer_refund_request(turn.session, actor=turn.actor, refund_id=refund_id, agrees=False, now=turn.now)
    turn.replies.show(Message(turn.say("refund-declined")))


@router.callback_query(Tapped("refund_came", "refund_lost", ids=1))
async def answer(query: CallbackQuery, tapped: Callback, turn: Turn) -> None:
    """Hear whether money that went back outside has arrived."""
    came = tapped.action == "refund_came"
    refund = await answer_manual_refund(
        turn.session, actor=turn.actor, refund_id=RefundId(tapped.ids[0]), received=came, now=turn.now
    )
    key = "refund-came" if came else "refund-did-not-come"
    turn.replies.show(Message(turn.say(key, amount=_written(turn, refund.amount_minor, refund.currency))))


async def _refund(turn: Turn, attempt_id: AttemptId, amount_minor: int | None = None) -> Message:
    refund = await refund_attempt(
        turn.session, actor=turn.actor, attempt_id=attempt_id, amount_minor=amount_minor, now=turn.now
    )
    amount = _written(turn, refund.amount_minor, refund.currency)
    if refund.status == RefundStatus.REQUESTED:
        _, intent, _ = await refundable_payment(turn.session, actor=turn.actor, attempt_id=attempt_id)
        people = await names_of(turn.session, [intent.payee_id], turn.actor.language)
        return Message(turn.say("refund-asked", payee=people[intent.payee_id]))
    key = "refund-done" if refund.status == RefundStatus.SUCCEEDED else "refund-begun"
    return Message(turn.say(key, amount=amount))


def _written(turn: Turn, minor: int, currency: str) -> str:
    return format_money(Money(minor, currency), turn.actor.language)
