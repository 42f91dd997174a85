"""Ask payment providers, and act on what they say: attempts, notices, refunds and the daily comparison."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

import structlog

from core.clock import utc_now
from core.db import Database
from core.payments.provider import NotUnderstood, Outcome, PaymentState, Provider, ProviderAway, RefundState
from core.payments.provider_calls import Ask, Call, claim_call, record_answer
from core.payments.reconcile import Difference, paid_without_provider, reconcile_payment
from core.payments.take_notice import Due, claim_notice, put_notice_aside, take_notice
from core.payments.take_refund_state import RefundCall, claim_refund_call, record_refund_answer
from core.telemetry.measures import PROVIDER_CALLS, PROVIDER_SECONDS, Timed, timed
from core.telemetry.trail import following
from core.waiting import wait_for_bell
from core.work_off import work_off

log = structlog.get_logger()
POLL_SECONDS = 1.0
AT_ONCE = 8  # a slow provider keeps no more than these waiting
RECONCILE_EVERY_SECONDS = 6 * 3600
RECONCILE_SPAN = timedelta(hours=26)

FINAL = (Outcome.SUCCEEDED, Outcome.CANCELED)
Providers = Mapping[str, Provider]
Work = Callable[[], Awaitable[None]]


async def run_payment_calls(db: Database, providers: Providers, return_url: str, stopping: asyncio.Event) -> None:
    """Ask for links, and how payments stand, until `stopping` is set."""

    async def claim() -> Work | None:
        async with db.transaction() as session:
            call = await claim_call(session, providers=providers.keys(), return_url=return_url, now=utc_now())
        return None if call is None else lambda: ask_provider(db, providers[call.provider], call)

    await _work_off_some(db, claim, stopping)


async def run_notices(db: Database, providers: Providers, stopping: asyncio.Event) -> None:
    """Act on stored notices until `stopping` is set."""

    async def claim() -> Work | None:
        async with db.transaction() as session:
            due = await claim_notice(session, providers=providers.keys(), now=utc_now())
        return None if due is None else lambda: _follow_notice(db, providers[due.provider], due)

    await _work_off_some(db, claim, stopping)


async def run_refund_calls(db: Database, providers: Providers, stopping: asyncio.Event) -> None:
    """Ask for refunds, and how they stand, until `stopping` is set."""

    async def claim() -> Work | None:
        async with db.transaction() as session:
            call = await claim_refund_call(session, providers=providers.keys(), now=utc_now())
        return None if call is None else lambda: ask_for_refund(db, providers[call.provider], call)

    await _work_off_some(db, claim, stopping)


async def run_reconciliation(db: Database, providers: Providers, stopping: asyncio.Event) -> None:
    """Compare the providers' lists of the last day with ours, from time to time."""
    never = asyncio.Event()
    while not stopping.is_set():
        await wait_for_bell(never, stopping, seconds=RECONCILE_EVERY_SECONDS)
        for provider in () if stopping.is_set() else providers.values():
            if not provider.lists:
                continue
            try:
                await reconcile(db, provider)
            except ProviderAway:
                log.warning("reconciliation-put-off", provider=provider.name)


async def ask_provider(db: Database, provider: Provider, call: Call) -> None:
    """Carry out one question and record its answer; safe to repeat, because the provider knows the attempt's key."""
    with asking(provider, call.ask) as asked:
        match call.ask:
            case Ask.CREATE:
                state = await provider.create(call.request)
            case Ask.FETCH:
                assert call.payment_id is not None
                state = await provider.fetch(call.payment_id)
            case Ask.FIND:
                state = await _find(provider, call)
            case Ask.NOTHING:
                state = PaymentState(Outcome.REJECTED)
        asked.outcome = state.outcome
    async with db.transaction() as session:
        await record_answer(session, call, state, now=utc_now())


async def _follow_notice(db: Database, provider: Provider, due: Due) -> None:
    with following("act on notice", due.received.headers, notice_id=due.id, provider=due.provider):
        await act_on_notice(db, provider, due)


async def act_on_notice(db: Database, provider: Provider, due: Due) -> None:
    """Let what a notice speaks of go on; where the provider does not sign, only after asking the provider itself."""
    try:
        notice = provider.parse(due.received)
    except NotUnderstood as failure:  # it was understood when it was stored, by another version of the product
        async with db.transaction() as session:
            await put_notice_aside(session, due, detail=str(failure), now=utc_now())
        return
    payment, refund, is_confirmed = notice.payment, notice.refund, True
    if not provider.signs:
        payment = await _fetched_payment(provider, notice.payment)
        refund = await _fetched_refund(provider, notice.refund)
        claimed, said = notice.payment or notice.refund, payment or refund
        if claimed is not None and said is not None:
            is_confirmed = said.outcome != Outcome.PENDING or claimed.outcome not in FINAL
    async with db.transaction() as session:
        await take_notice(session, due, payment=payment, refund=refund, is_confirmed=is_confirmed, now=utc_now())


async def ask_for_refund(db: Database, provider: Provider, call: RefundCall) -> None:
    """Carry out one question about a refund and record its answer."""
    with asking(provider, "refund" if call.provider_refund_id is None else "fetch_refund") as asked:
        if call.provider_refund_id is None:
            state = await provider.refund(call.request)
        else:
            state = await provider.fetch_refund(call.provider_refund_id)
        asked.outcome = state.outcome
    async with db.transaction() as session:
        await record_refund_answer(session, call, state, now=utc_now())


async def reconcile(db: Database, provider: Provider, *, span: timedelta = RECONCILE_SPAN) -> list[Difference]:
    """Compare what a provider lists of a span of time until now, mend what is behind, and return what differed.

    :raises ProviderAway: if the provider does not answer.
    """
    now = utc_now()
    since, listed, differences = now - span, list[str](), list[Difference]()
    async for state in provider.payments(since=since, until=now):
        assert state.payment_id is not None
        listed.append(state.payment_id)
        async with db.transaction() as session:
            difference = await reconcile_payment(session, provider=provider.name, state=state, now=now)
        if difference is not None:
            log.warning("reconciled", provider=provider.name, payment_id=state.payment_id, done=difference.done)
            differences.append(difference)
    async with db.transaction() as session:
        # The provider counts from its own clock, so what is at the edges is left to the next comparison.
        edge = timedelta(minutes=10)
        differences += await paid_without_provider(
            session, provider=provider.name, listed=listed, since=since + edge, until=now - edge
        )
    return differences


def asking(provider: Provider, ask: str) -> contextlib.AbstractContextManager[Timed]:
    """Time a question to a provider, and count it by what came of it."""
    return timed(PROVIDER_CALLS, PROVIDER_SECONDS, provider.name, ask, outcome="")


async def _find(provider: Provider, call: Call) -> PaymentState:
    try:
        async for state in provider.payments(since=call.since, until=call.until):
            if state.attempt_id == call.attempt_id:
                return state
    except ProviderAway:
        return PaymentState(Outcome.UNKNOWN)
    return PaymentState(Outcome.REJECTED)


async def _fetched_payment(provider: Provider, claimed: PaymentState | None) -> PaymentState | None:
    if claimed is None or claimed.payment_id is None:
        return None
    with asking(provider, Ask.FETCH) as asked:
        state = await provider.fetch(claimed.payment_id)
        asked.outcome = state.outcome
    return state


async def _fetched_refund(provider: Provider, claimed: RefundState | None) -> RefundState | None:
    if claimed is None or claimed.provider_refund_id is None:
        return None
    with asking(provider, "fetch_refund") as asked:
        state = await provider.fetch_refund(claimed.provider_refund_id)
        asked.outcome = state.outcome
    return state


async def _work_off_some(db: Database, claim: Callable[[], Awaitable[Work | None]], stopping: asyncio.Event) -> None:
    """Carry out what is due, some at once, woken by every commit of this process that emitted something."""
    places = asyncio.Semaphore(AT_ONCE)

    async def carry_out(work: Work) -> None:
        try:
            await work()
        except Exception:
            log.exception("provider-work-failed")  # its lease ends, and it is done again
        finally:
            places.release()

    async def begin_next() -> bool:
        await places.acquire()
        work = await claim()
        if work is None:
            places.release()
        else:
            group.create_task(carry_out(work))
        return work is not None

    async with asyncio.TaskGroup() as group:
        await work_off(db, begin_next, stopping, busy_seconds=POLL_SECONDS)
