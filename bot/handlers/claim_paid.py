"""The I paid buttons: all of it, or with a photo of the receipt."""

from uuid import UUID

from aiogram import F, Router
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery
from aiogram.types import Message as TelegramMessage

from bot.callbacks import Tapped
from bot.handlers.pay_intent import DEBT
from bot.parsing import parse_amount
from bot.sent_photo import sent_photo
from bot.states import Answer, Asking
from bot.turn import Turn
from core.identity.people import names_of
from core.ids import IntentId, shorten
from core.money import Money, format_money
from core.notifications.message import Callback, Message, tap
from core.payments.claim_paid import claim_paid
from core.photos.give_photo import SentPhoto
from core.settlement.queries import own_intent

router = Router(name=__name__)


@router.callback_query(Tapped("paid", ids=1))
async def handle(query: CallbackQuery, tapped: Callback, turn: Turn) -> None:
    """Claim that all that is left was paid."""
    turn.replies.show(await claim(turn, IntentId(tapped.ids[0]), version=tapped.version))


@router.callback_query(Tapped("paid_proof", ids=1))
async def ask(query: CallbackQuery, tapped: Callback, state: FSMContext, turn: Turn) -> None:
    """Ask for the photo; what is private is never asked in a group."""
    intent = await own_intent(turn.session, actor=turn.actor, intent_id=IntentId(tapped.ids[0]))
    if turn.replies.in_group:
        turn.replies.open_private_chat(DEBT + shorten(intent.id))
        return
    await state.set_state(Asking.paid_proof)
    await state.update_data(intent_id=str(intent.id), version=tapped.version)
    left = format_money(Money(intent.left_minor, intent.currency), turn.actor.language)
    turn.ask("ask-paid-proof", left=left)


@router.message(Asking.paid_proof, F.photo, Answer())
async def hear_photo(message: TelegramMessage, state: FSMContext, turn: Turn) -> None:
    """Claim what the caption says, or all that is left, with the photo as the proof."""
    said = await state.get_data()
    intent = await own_intent(turn.session, actor=turn.actor, intent_id=IntentId(UUID(said["intent_id"])))
    words = (message.caption or "").strip()
    minor = parse_amount(words, intent.currency).minor if words else None
    view = await claim(turn, intent.id, version=said["version"], amount_minor=minor, proof=sent_photo(message))
    await state.clear()
    turn.replies.say(view)


@router.message(Asking.paid_proof, Answer())
async def insist_on_photo(message: TelegramMessage, turn: Turn) -> None:
    """Say again that a photo is awaited."""
    turn.reply("send-a-photo")


async def claim(
    turn: Turn,
    intent_id: IntentId,
    *,
    version: int | None,
    amount_minor: int | None = None,
    proof: SentPhoto | None = None,
) -> Message:
    """Claim that a debt, or an amount of it, was paid outside, and return what is said at once."""
    attempt = await claim_paid(
        turn.session,
        actor=turn.actor,
        intent_id=intent_id,
        amount_minor=amount_minor,
        proof=proof,
        seen_version=version,
        confirm_within=turn.confirm_within,
        now=turn.now,
    )
    intent = await own_intent(turn.session, actor=turn.actor, intent_id=intent_id)
    people = await names_of(turn.session, [intent.payee_id], turn.actor.language)
    text = turn.say(
        "claimed",
        amount=format_money(Money(attempt.amount_minor, attempt.currency), turn.actor.language),
        payee=people[intent.payee_id],
        days=turn.settings.auto_confirm_days,
    )
    withdraw = tap(turn.label("button-withdraw"), "withdraw_claim", attempt.id, style="danger")
    return Message(text, ((withdraw,),))
