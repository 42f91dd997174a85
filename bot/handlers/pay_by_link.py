"""The buttons that pay a debt through a provider: all that is left, or a part; and the link's own buttons."""

import io
from uuid import UUID

import segno
from aiogram import F, Router
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery
from aiogram.types import Message as TelegramMessage

from bot.callbacks import Tapped
from bot.handlers.pay_intent import DEBT
from bot.parsing import parse_amount
from bot.states import Answer, Asking
from bot.turn import Turn
from bot.views.debts import PART_VIA, PROVIDER_LETTERS, VIA
from core.ids import AttemptId, IntentId, shorten
from core.money import Money, format_money
from core.notifications.message import Callback, Message
from core.payments.models import AttemptStatus
from core.payments.provider import PROVIDERS
from core.payments.queries import own_attempt
from core.payments.start_attempt import give_up_attempt, start_attempt
from core.settlement.queries import own_intent

router = Router(name=__name__)
WHOLE = {f"{VIA}{name[:PROVIDER_LETTERS]}": name for name in PROVIDERS}
PART = {f"{PART_VIA}{name[:PROVIDER_LETTERS]}": name for name in PROVIDERS}
QR_PIXELS_A_MODULE = 8


@router.callback_query(Tapped(*WHOLE, ids=1, moves_money=True))
async def handle(query: CallbackQuery, tapped: Callback, turn: Turn) -> None:
    """Ask the provider for a link for all that is left."""
    await turn.press(tapped)
    turn.replies.show(await _start(turn, IntentId(tapped.ids[0]), WHOLE[tapped.action], tapped.version))


@router.callback_query(Tapped(*PART, ids=1))
async def ask(query: CallbackQuery, tapped: Callback, state: FSMContext, turn: Turn) -> None:
    """Ask how much; what is private is never asked in a group."""
    intent = await own_intent(turn.session, actor=turn.actor, intent_id=IntentId(tapped.ids[0]))
    if turn.replies.in_group:
        turn.replies.open_private_chat(DEBT + shorten(intent.id))
        return
    await state.set_state(Asking.link_part)
    await state.update_data(intent_id=str(intent.id), version=tapped.version, provider=PART[tapped.action])
    turn.ask("ask-link-part", left=format_money(Money(intent.left_minor, intent.currency), turn.actor.language))


@router.message(Asking.link_part, F.text, Answer())
async def hear(message: TelegramMessage, state: FSMContext, turn: Turn) -> None:
    """Ask the provider for a link for the amount that was asked for."""
    said = await state.get_data()
    intent = await own_intent(turn.session, actor=turn.actor, intent_id=IntentId(UUID(said["intent_id"])))
    amount = parse_amount(message.text or "", intent.currency)
    view = await _start(turn, intent.id, said["provider"], said["version"], amount.minor)
    await state.clear()
    turn.replies.say(view)


@router.callback_query(Tapped("give_up", ids=1))
async def give_up(query: CallbackQuery, tapped: Callback, turn: Turn) -> None:
    """End the attempt, so that the debt can be paid another way."""
    await give_up_attempt(turn.session, actor=turn.actor, attempt_id=AttemptId(tapped.ids[0]), now=turn.now)
    turn.toast("given-up", alert=True)


@router.callback_query(Tapped("show_qr", ids=1))
async def show_qr(query: CallbackQuery, tapped: Callback, turn: Turn) -> None:
    """Send the link as a picture that another device can read."""
    attempt = await own_attempt(turn.session, actor=turn.actor, attempt_id=AttemptId(tapped.ids[0]))
    if attempt.status != AttemptStatus.PENDING_CONFIRMATION or attempt.confirmation_url is None:
        turn.toast("link-is-over", alert=True)
        return
    if turn.replies.in_group and attempt.intent_id is not None:
        turn.replies.open_private_chat(DEBT + shorten(attempt.intent_id))
        return
    picture = io.BytesIO()
    segno.make(attempt.confirmation_url, micro=False).save(picture, kind="png", scale=QR_PIXELS_A_MODULE)
    amount = format_money(Money(attempt.amount_minor, attempt.currency), turn.actor.language)
    turn.replies.say(Message(turn.say("qr-caption", amount=amount), photo=picture.getvalue()))


async def _start(
    turn: Turn, intent_id: IntentId, provider: str, version: int | None, amount_minor: int | None = None
) -> Message:
    intent = await own_intent(turn.session, actor=turn.actor, intent_id=intent_id)
    turn.check_provider(provider, intent.currency)
    attempt = await start_attempt(
        turn.session,
        actor=turn.actor,
        intent_id=intent_id,
        provider=provider,
        amount_minor=amount_minor,
        seen_version=version,
        limits=turn.limits,
        service_fee_basis_points=turn.money.service_fee_basis_points,
        now=turn.now,
    )
    amount = format_money(Money(attempt.amount_minor, attempt.currency), turn.actor.language)
    return Message(turn.say("paying-by-link", amount=amount))
