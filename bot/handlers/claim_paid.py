"""The I paid buttons: all of it, a part, or with a photo of the receipt."""

from uuid import UUID

from aiogram import F, Router
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery
from aiogram.types import Message as TelegramMessage

from bot.callbacks import Tapped
from bot.handlers.pay_intent import DEBT
from bot.parsing import parse_amount
from bot.states import Answer, Asking
from bot.turn import Turn
from core.identity.people import names_of
from core.ids import IntentId, shorten
from core.money import Money, format_money
from core.notifications.message import Callback, Message, tap
from core.payments.claim_paid import claim_paid
from core.payments.models import Attempt
from core.settlement.queries import own_intent

router = Router(name=__name__)


@router.callback_query(Tapped("paid", ids=1))
async def handle(query: CallbackQuery, tapped: Callback, turn: Turn) -> None:
    """Claim that all that is left was paid."""
    attempt = await _claim(turn, IntentId(tapped.ids[0]), version=tapped.version)
    turn.replies.show(await _claimed(turn, attempt))


@router.callback_query(Tapped("paid_part", "paid_proof", ids=1))
async def ask(query: CallbackQuery, tapped: Callback, state: FSMContext, turn: Turn) -> None:
    """Ask how much was paid, or for the photo; what is private is never asked in a group."""
    intent = await own_intent(turn.session, actor=turn.actor, intent_id=IntentId(tapped.ids[0]))
    if turn.replies.in_group:
        turn.replies.open_private_chat(DEBT + shorten(intent.id))
        return
    await state.set_state(Asking.paid_part if tapped.action == "paid_part" else Asking.paid_proof)
    await state.update_data(intent_id=str(intent.id), version=tapped.version)
    left = format_money(Money(intent.left_minor, intent.currency), turn.actor.language)
    turn.ask("ask-paid-part" if tapped.action == "paid_part" else "ask-paid-proof", left=left)


@router.message(Asking.paid_proof, F.photo, Answer())
@router.message(Asking.paid_part, F.photo, Answer())
async def hear_photo(message: TelegramMessage, state: FSMContext, turn: Turn) -> None:
    """Claim what the caption says, or all that is left, with the photo as the proof."""
    assert message.photo
    await _hear(turn, state, message.caption or "", message.photo[-1].file_id)


@router.message(Asking.paid_proof, Answer())
async def insist_on_photo(message: TelegramMessage, turn: Turn) -> None:
    """Say again that a photo is awaited."""
    turn.reply("send-a-photo")


@router.message(Asking.paid_part, Answer())
async def hear_part(message: TelegramMessage, state: FSMContext, turn: Turn) -> None:
    """Claim the amount that was asked for."""
    await _hear(turn, state, message.text or "", None)


async def _hear(turn: Turn, state: FSMContext, words: str, proof_file_id: str | None) -> None:
    said = await state.get_data()
    intent = await own_intent(turn.session, actor=turn.actor, intent_id=IntentId(UUID(said["intent_id"])))
    amount = None if proof_file_id and not words.strip() else parse_amount(words, intent.currency)
    attempt = await _claim(
        turn,
        intent.id,
        version=said["version"],
        amount_minor=None if amount is None else amount.minor,
        proof_file_id=proof_file_id,
    )
    await state.clear()
    turn.replies.say(await _claimed(turn, attempt))


async def _claim(
    turn: Turn,
    intent_id: IntentId,
    *,
    version: int | None,
    amount_minor: int | None = None,
    proof_file_id: str | None = None,
) -> Attempt:
    return await claim_paid(
        turn.session,
        actor=turn.actor,
        intent_id=intent_id,
        amount_minor=amount_minor,
        proof_file_id=proof_file_id,
        seen_version=version,
        confirm_within=turn.confirm_within,
        now=turn.now,
    )


async def _claimed(turn: Turn, attempt: Attempt) -> Message:
    assert attempt.intent_id is not None
    intent = await own_intent(turn.session, actor=turn.actor, intent_id=attempt.intent_id)
    people = await names_of(turn.session, [intent.payee_id])
    text = turn.say(
        "claimed",
        amount=format_money(Money(attempt.amount_minor, attempt.currency), turn.actor.language),
        payee=people[intent.payee_id],
        days=turn.settings.auto_confirm_days,
    )
    withdraw = tap(turn.label("button-withdraw"), "withdraw_claim", attempt.id, style="danger")
    return Message(text, ((withdraw,),))
