"""To the payer, in one message that is edited: how an attempt by the wallet or a provider stands."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from core.identity.people import names_of
from core.ids import AttemptId
from core.ledger.balances import balance
from core.ledger.chart import wallet
from core.money import Money, format_money
from core.notifications.catalog.entry import Entry, Reader
from core.notifications.message import Button, Message, Rows, tap
from core.notifications.queue import Recipient
from core.notifications.reasons import written_reason
from core.outbox.event import Event
from core.payments.events import AttemptMoved
from core.payments.models import Attempt, AttemptStatus, Rail
from core.payments.start_attempt import GIVEN_UP
from core.payments.take_payment_state import AMOUNT_MISMATCH
from core.purchases.models import Purchase
from core.settlement.models import Intent
from core.texts import say, say_plain


async def recipients(session: AsyncSession, event: Event) -> list[Recipient]:
    """Return the payer; all that happens to one attempt is one message."""
    assert isinstance(event, AttemptMoved)
    attempt = await session.get_one(Attempt, event.attempt_id)
    params = {"attempt_id": str(attempt.id), "start": "debts"}
    if attempt.intent_id is not None:
        intent = await session.get_one(Intent, attempt.intent_id)
        params["purchase_id"] = str(intent.purchase_id)
    return [Recipient(user_id=attempt.payer_id, subject_id=attempt.id, params=params)]


async def render(session: AsyncSession, params: dict[str, Any], reader: Reader) -> Message:
    """Return how the attempt stands now, with the buttons that go with it."""
    attempt = await session.get_one(Attempt, AttemptId(UUID(params["attempt_id"])), populate_existing=True)
    language = reader.language
    key, rows = _key(attempt), _rows(attempt, language)
    has = await balance(session, wallet(attempt.payer_id, attempt.currency))
    text = say(
        language,
        f"progress-{key}",
        amount=format_money(Money(attempt.amount_minor, attempt.currency), language),
        what=await _what(session, attempt, language),
        balance=format_money(Money(has, attempt.currency), language),
        reason=written_reason(attempt.reason, language, by_bank=attempt.rail == Rail.PROVIDER),
    )
    return Message(text, rows)


def _key(attempt: Attempt) -> str:
    by_wallet = "wallet-" if attempt.rail == Rail.WALLET else ""
    match attempt.status:
        case AttemptStatus.CREATED:
            return f"{by_wallet}created"
        case AttemptStatus.PENDING_CONFIRMATION:
            return "link" if attempt.confirmation_url else "invoice"
        case AttemptStatus.SUCCEEDED:
            return "topped-up" if attempt.intent_id is None else f"{by_wallet}paid"
        case AttemptStatus.EXPIRED:
            return "expired"
    return {GIVEN_UP: "given-up", AMOUNT_MISMATCH: "amount-mismatch"}.get(attempt.reason or "", "failed")


def _rows(attempt: Attempt, language: str) -> Rows:
    amount = format_money(Money(attempt.amount_minor, attempt.currency), language)
    give_up = tap(say_plain(language, "button-give-up"), "give_up", attempt.id)
    if attempt.status == AttemptStatus.PENDING_CONFIRMATION:
        if attempt.confirmation_url is None:
            return ((give_up,),)
        follow = Button(
            say_plain(language, "button-follow-link", amount=amount), url=attempt.confirmation_url, style="success"
        )
        return ((follow,), (tap(say_plain(language, "button-qr"), "show_qr", attempt.id), give_up))
    if attempt.status == AttemptStatus.SUCCEEDED:
        return ((tap(say_plain(language, "button-wallet"), "wallet"),),) if attempt.intent_id is None else ()
    if attempt.status == AttemptStatus.CREATED or attempt.reason == AMOUNT_MISMATCH:
        return ()
    again = say_plain(language, "button-try-again")
    if attempt.intent_id is None:
        return ((tap(again, "top_up"),),)
    return ((tap(again, "pay", attempt.intent_id, style="primary"),),)


async def _what(session: AsyncSession, attempt: Attempt, language: str) -> str:
    if attempt.intent_id is None:
        return say_plain(language, "progress-for-wallet")
    intent = await session.get_one(Intent, attempt.intent_id)
    purchase = await session.get_one(Purchase, intent.purchase_id)
    payee = (await names_of(session, [intent.payee_id], language))[intent.payee_id]
    return say_plain(language, "progress-for-debt", payee=payee, purchase=purchase.title)


ENTRY = Entry("payment-progress", (AttemptMoved,), recipients, render)
