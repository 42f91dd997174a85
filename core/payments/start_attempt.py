"""The payer wants to pay through a provider: a debt, or money for the own wallet."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.accounts.limits import Limits, count_against_limits
from core.accounts.withdraw import check_amount
from core.errors import Conflict
from core.identity.actor import Actor
from core.ids import AttemptId, IntentId, new_id
from core.ledger.chart import wallet
from core.ledger.open_accounts import open_accounts
from core.money import exponent
from core.payments.authorize_payment import AUTHORIZED_FOR
from core.payments.models import OPEN, Attempt, AttemptStatus, Rail
from core.payments.open_attempt import open_attempt
from core.payments.queries import AttemptNotFound, hold_attempt, own_attempt
from core.payments.settle_attempt import fail_attempt
from core.payments.tell import attempt_moved

TOP_UPS_OPEN_MAX = 5
GIVEN_UP = "given_up"


class TooManyTopUps(Conflict):
    """The person has as many unfinished top-ups as anybody may have."""


class TooLateToCancel(Conflict):
    """The attempt has ended; `status` says how."""


async def start_attempt(
    session: AsyncSession,
    *,
    actor: Actor,
    intent_id: IntentId,
    provider: str,
    limits: Limits,
    service_fee_basis_points: int,
    now: datetime,
    amount_minor: int | None = None,
    seen_version: int | None = None,
) -> Attempt:
    """Open an attempt by a provider for all that is left of a debt, or for an amount; its link comes later.

    The same again while it is under way returns that attempt.

    :raises IntentNotFound, AlreadyPaid, DebtCanceled, AttemptOpen, ChangedMeanwhile, WrongPaidAmount: as `open_attempt`
        says.
    :raises AboveOperationLimit, AboveDailyLimit: if it is too much.
    """
    _, intent, attempt, is_new = await open_attempt(
        session,
        actor=actor,
        intent_id=intent_id,
        rail=Rail.PROVIDER,
        provider=provider,
        amount_minor=amount_minor,
        seen_version=seen_version,
        service_fee_basis_points=service_fee_basis_points,
        now=now,
        next_call_at=now,
    )
    if is_new:
        await count_against_limits(
            session,
            user_id=actor.user_id,
            amount_minor=attempt.amount_minor,
            currency=intent.currency,
            limits=limits,
            now=now,
        )
    return attempt


async def start_top_up(
    session: AsyncSession,
    *,
    actor: Actor,
    amount_minor: int,
    currency: str,
    provider: str,
    limits: Limits,
    now: datetime,
) -> Attempt:
    """Open an attempt to put money into the actor's wallet; the wallet is opened if there is none.

    The wallet is credited by the provider's verified word, never by this.

    :raises WrongAmount, UnknownCurrency: if it is no amount.
    :raises AboveOperationLimit, AboveDailyLimit, TooManyTopUps: if it is too much.
    """
    exponent(currency)
    check_amount(amount_minor, currency)
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"top-up:{actor.user_id}", 0))))
    mine = (Attempt.payer_id == actor.user_id) & Attempt.intent_id.is_(None) & Attempt.status.in_(OPEN)
    if (await session.scalar(select(func.count()).select_from(Attempt).where(mine)) or 0) >= TOP_UPS_OPEN_MAX:
        raise TooManyTopUps(max=TOP_UPS_OPEN_MAX)
    await count_against_limits(
        session, user_id=actor.user_id, amount_minor=amount_minor, currency=currency, limits=limits, now=now
    )
    await open_accounts(session, [wallet(actor.user_id, currency)])
    attempt = Attempt(
        id=AttemptId(new_id()),
        payer_id=actor.user_id,
        rail=Rail.PROVIDER,
        provider=provider,
        amount_minor=amount_minor,
        currency=currency,
        service_fee_minor=0,
        refunded_minor=0,
        status=AttemptStatus.CREATED,
        next_call_at=now,
        created_at=now,
    )
    session.add(attempt)
    attempt_moved(session, attempt)
    return attempt


async def give_up_attempt(session: AsyncSession, *, actor: Actor, attempt_id: AttemptId, now: datetime) -> Attempt:
    """End the actor's own attempt by a provider, so that the debt can be paid in another way.

    The provider's payment may still be paid: what comes then goes to the payer's wallet. Twice is the same as once.

    :raises AttemptNotFound: if it is none of the actor's, or by another rail.
    :raises TooLateToCancel: if it has ended.
    """
    await own_attempt(session, actor=actor, attempt_id=attempt_id)
    _, intent, attempt = await hold_attempt(session, attempt_id)
    if attempt.rail != Rail.PROVIDER:
        raise AttemptNotFound
    if attempt.reason == GIVEN_UP:
        return attempt
    is_being_paid = attempt.authorized_at is not None and now - attempt.authorized_at < AUTHORIZED_FOR
    if attempt.status not in OPEN or is_being_paid:
        raise TooLateToCancel(status=attempt.status)
    fail_attempt(session, intent, attempt, reason=GIVEN_UP, now=now)
    return attempt
