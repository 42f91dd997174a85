"""Small makers of people, purchases and debts for tests; each does through the use-cases what a person would do."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import count

from sqlalchemy.ext.asyncio import AsyncSession

from core.accounts.limits import Limits
from core.identity.actor import Actor, TelegramChat, TelegramPerson
from core.identity.meet import meet
from core.ids import UserId
from core.money import Money
from core.payments.models import Attempt
from core.payments.provider import Outcome, PaymentState
from core.payments.start_attempt import start_top_up
from core.payments.take_payment_state import take_payment_state
from core.purchases.join_purchase import enter
from core.purchases.models import Purchase, Task
from core.purchases.open_purchase import open_purchase
from core.purchases.record_spending import record_spending
from core.purchases.shares import Split
from core.settlement.lock_distribution import lock_distribution
from core.settlement.models import Intent, Strategy

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
WEEK = timedelta(days=7)
GROUP = TelegramChat(-1000, "group", "Дача")
OTHER_GROUP = TelegramChat(-2000, "group", "Офис")
LIMITS = Limits(operation=10_000, day=50_000)
NO_LIMITS = Limits(operation=10**9, day=10**10)
BANK = "standard"
_telegram_ids = count(5001)
_payment_ids = count(1)


async def person(
    session: AsyncSession, name: str = "Анна", *, chat: TelegramChat | None = GROUP, username: str | None = None
) -> Actor:
    """Return a new person who writes in `chat` (None: in no group)."""
    telegram = TelegramPerson(next(_telegram_ids), name, username=username, language_code="ru")
    return await meet(
        session, person=telegram, chat=chat, default_currency="RUB", default_time_zone="Europe/Moscow", now=NOW
    )


async def purchase(
    session: AsyncSession, organizer: Actor, *others: Actor, title: str = "Шашлыки", currency: str = "RUB"
) -> Purchase:
    """Return an active purchase of the organiser's chat in which the others take part."""
    opened = await open_purchase(
        session,
        actor=organizer,
        title=title,
        default_currency="RUB",
        currency=currency,
        chat_id=organizer.chat_id,
        now=NOW,
    )
    for other in others:
        await enter(session, opened, other, now=NOW)
    return opened


async def spending(
    session: AsyncSession,
    payer: Actor,
    purchase: Purchase,
    cost_minor: int,
    *,
    title: str = "Такси",
    split: Split | None = None,
    payers: Mapping[UserId, int] | None = None,
) -> Task:
    """Return a done task that the payer paid."""
    return await record_spending(
        session,
        actor=payer,
        purchase_id=purchase.id,
        title=title,
        cost_minor=cost_minor,
        split=split,
        payers=payers,
        now=NOW,
    )


async def lock(
    session: AsyncSession, organizer: Actor, purchase: Purchase, strategy: Strategy = Strategy.ACCRUALS
) -> list[Intent]:
    """Return the debts of the locked purchase."""
    return await lock_distribution(
        session, actor=organizer, purchase_id=purchase.id, strategy=strategy, due_after=WEEK, now=NOW
    )


async def debt(session: AsyncSession, amount_minor: int = 500_00) -> tuple[Actor, Actor, Intent]:
    """Return a debtor, the organiser whom they owe `amount_minor`, and the debt."""
    organizer, debtor = await person(session, "Анна"), await person(session, "Борис")
    opened = await purchase(session, organizer, debtor)
    await spending(session, organizer, opened, 2 * amount_minor)
    [intent] = await lock(session, organizer, opened)
    return debtor, organizer, intent


async def funded(
    session: AsyncSession, amount_minor: int, *, actor: Actor | None = None, currency: str = "RUB"
) -> Actor:
    """Return a person, a new one unless given, whose wallet was topped up by `amount_minor` through the provider."""
    actor = actor or await person(session)
    attempt = await start_top_up(
        session, actor=actor, amount_minor=amount_minor, currency=currency, provider=BANK, limits=NO_LIMITS, now=NOW
    )
    await session.flush()
    await take_payment_state(session, provider=BANK, state=paid(attempt), now=NOW)
    return actor


def paid(attempt: Attempt, *, payment_id: str | None = None, fee_minor: int | None = None) -> PaymentState:
    """Return what a provider says of the payment of an attempt that was paid."""
    return PaymentState(
        outcome=Outcome.SUCCEEDED,
        payment_id=payment_id or attempt.provider_payment_id or f"payment-{next(_payment_ids)}",
        attempt_id=attempt.id,
        amount=Money(attempt.amount_minor, attempt.currency),
        fee_minor=fee_minor,
    )
