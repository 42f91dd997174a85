"""The buttons that pay all that is left of a debt through a provider, and those of the link."""

import io

import segno
from aiogram import Router
from aiogram.types import CallbackQuery

from bot.callbacks import Tapped
from bot.handlers.pay_intent import DEBT
from bot.turn import Turn
from bot.views.debts import PROVIDER_LETTERS, VIA
from core.ids import AttemptId, IntentId, shorten
from core.money import Money, format_money
from core.notifications.message import Callback, Message
from core.payments.models import AttemptStatus
from core.payments.provider import PROVIDERS
from core.payments.queries import own_attempt
from core.payments.start_attempt import give_up_attempt, start_attempt
from core.settlement.queries import own_intent

router = Router(name=__name__)
BY = {f"{VIA}{name[:PROVIDER_LETTERS]}": name for name in PROVIDERS}
QR_PIXELS_A_MODULE = 8


@router.callback_query(Tapped(*BY, ids=1, moves_money=True))
async def handle(query: CallbackQuery, tapped: Callback, turn: Turn) -> None:
    """Ask the provider for a link for all that is left."""
    await turn.press(tapped)
    turn.replies.show(await start(turn, IntentId(tapped.ids[0]), BY[tapped.action], tapped.version))


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


async def start(
    turn: Turn, intent_id: IntentId, provider: str, version: int | None, amount_minor: int | None = None
) -> Message:
    """Ask a provider for a link to pay a debt, or an amount of it, and return what is said at once."""
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
