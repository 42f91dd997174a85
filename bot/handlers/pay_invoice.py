"""Invoices inside Telegram: it asks whether one may be paid, and tells that one was."""

from aiogram import F, Router
from aiogram.types import Message as TelegramMessage
from aiogram.types import PreCheckoutQuery

from bot.turn import Turn
from core.errors import DomainError
from core.ids import AttemptId, lengthen
from core.payments.authorize_payment import InvoiceNotPayable, authorize_payment
from core.payments.provider import Received
from core.payments.store_notice import store_notice

router = Router(name=__name__)
PROVIDER = "telegram"


@router.pre_checkout_query()
async def authorize(query: PreCheckoutQuery, turn: Turn) -> None:
    """Say yes to the first query for an attempt that is open; everything else is refused in the person's language."""
    try:
        turn.check_provider(PROVIDER, query.currency)
        await authorize_payment(
            turn.session,
            actor=turn.actor,
            attempt_id=_attempt_id(query.invoice_payload),
            provider=PROVIDER,
            amount_minor=query.total_amount,
            currency=query.currency,
            query_id=query.id,
            now=turn.now,
        )
    except DomainError as refusal:
        turn.replies.answer_pre_checkout(query.id, refusal=turn.label(refusal.text))
    else:
        turn.replies.answer_pre_checkout(query.id)


@router.message(F.successful_payment)
async def paid(message: TelegramMessage, turn: Turn) -> None:
    """Store Telegram's word that an invoice was paid, as that of any other provider."""
    assert message.successful_payment is not None
    raw = message.successful_payment.model_dump_json(exclude_none=True).encode()
    received = Received(raw=raw, headers={}, query={}, peer="telegram")
    provider = turn.providers[PROVIDER]
    await store_notice(turn.session, provider=provider, received=received, key_id="update", now=turn.now)


def _attempt_id(payload: str) -> AttemptId:
    try:
        return AttemptId(lengthen(payload))
    except ValueError:
        raise InvoiceNotPayable from None
