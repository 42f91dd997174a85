"""Notices of providers: stored once, acted on until they are placed, and never acted on twice."""

import asyncio
import json
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.db import Database
from core.ids import AttemptId, RefundId, new_id
from core.ledger.audit import audit
from core.ledger.balances import provider_totals
from core.money import Money
from core.payments.models import Attempt, AttemptStatus, NoticeRow, NoticeStatus
from core.payments.provider import (
    Acknowledgement,
    Notice,
    NotUnderstood,
    Outcome,
    PaymentState,
    Provider,
    Received,
    RefundState,
)
from core.payments.providers.standard import Standard
from core.payments.start_attempt import give_up_attempt
from core.payments.store_notice import HEADERS_KEPT, store_notice
from core.payments.take_notice import AGAIN_AFTER, LEASE, Due, NoticeNotFound, claim_notice, replay_notice, take_notice
from tests.builders import BANK, NOW, debt, paid, person
from tests.core.payments.makers import canceled, in_suspense, in_wallet, link, pending, say, top_up

SECOND = timedelta(seconds=1)


class Bank(Standard):
    """A provider whose notices say what a test wrote into them; of `strange` it documents nothing."""

    acknowledgement = Acknowledgement()

    def __init__(self, *, signs: bool = True) -> None:
        self.signs = signs

    def parse(self, received: Received) -> Notice:
        """Return a notice with the identity and the event that are written; it is about a payment, or nothing."""
        if received.raw == b"strange":
            raise NotUnderstood("never heard of it")
        said = json.loads(received.raw)
        payment = PaymentState(Outcome.SUCCEEDED) if said["event"].startswith("payment.") else None
        return Notice(said["id"], said["event"], payment=payment)


def _received(identity: str = "1", event: str = "payment.succeeded", **more: str) -> Received:
    return Received(json.dumps({"id": identity, "event": event, **more}).encode(), {}, {}, "203.0.113.7")


async def _store(session: AsyncSession, received: Received | None = None, provider: Provider | None = None) -> bool:
    stored = await store_notice(
        session, provider=provider or Bank(), received=received or _received(), key_id="k1", now=NOW
    )
    return stored is not None


async def _due(session: AsyncSession, after: timedelta = timedelta(0)) -> Due:
    due = await claim_notice(session, providers=[BANK], now=NOW + after)
    assert due is not None
    return due


async def _row(session: AsyncSession) -> NoticeRow:
    return (await session.scalars(select(NoticeRow).execution_options(populate_existing=True))).one()


async def _act(session: AsyncSession, state: PaymentState, after: timedelta = timedelta(0)) -> NoticeStatus:
    """Let the notice that is due tell of a payment."""
    return await take_notice(session, await _due(session, after), payment=state, now=NOW + after)


async def _ladder(session: AsyncSession, **said: PaymentState | RefundState) -> list[timedelta]:
    """Act on the one notice as often as it comes back, and return how long it waited each time."""
    waited, now = [], NOW
    while (due := await claim_notice(session, providers=[BANK], now=now)) is not None:
        status = await take_notice(session, due, now=now, **said)  # type: ignore[arg-type]
        if status != NoticeStatus.PARKED:
            break
        row = await _row(session)
        waited.append(row.next_try_at - now)
        now = row.next_try_at
    return waited


class TestStoring:
    async def test_f5_keeps_one_of_twenty_that_come_at_once(self, db: Database) -> None:
        async def come() -> bool:
            async with db.transaction() as session:
                return await _store(session)

        are_new = await asyncio.gather(*(come() for _ in range(20)))

        assert sorted(are_new) == [False] * 19 + [True]
        async with db.transaction() as session:
            assert await session.scalar(select(func.count()).select_from(NoticeRow)) == 1

    async def test_keeps_the_bytes_as_they_came_and_of_the_headers_what_helps(self, session: AsyncSession) -> None:
        headers = {name: f"value of {name}" for name in (*HEADERS_KEPT, "authorization", "cookie")}
        received = replace(_received(), headers=headers, query={"event": "pay"})

        await _store(session, received)

        row = await _row(session)
        assert (row.raw, row.query, row.key_id, row.peer) == (received.raw, {"event": "pay"}, "k1", "203.0.113.7")
        assert row.headers.keys() == set(HEADERS_KEPT)

    async def test_takes_the_same_identity_of_two_events_or_providers_for_two(self, session: AsyncSession) -> None:
        other = Bank()
        other.name = "stripe"

        assert [await _store(session), await _store(session, provider=other)] == [True, True]
        assert await _store(session, _received("2")) is True
        assert await _store(session, _received("2", note="the same, told in other words")) is False

    async def test_ignores_an_event_that_we_do_not_follow(self, session: AsyncSession) -> None:
        await _store(session, _received(event="payout.succeeded"))

        assert (await _row(session)).status == NoticeStatus.IGNORED
        assert await claim_notice(session, providers=[BANK], now=NOW) is None

    async def test_keeps_what_it_does_not_understand_once_for_somebody_to_look_at(self, session: AsyncSession) -> None:
        strange = replace(_received(), raw=b"strange")

        assert [await _store(session, strange) for _ in range(2)] == [True, False]

        row = await _row(session)
        assert (row.status, row.detail, row.raw) == (NoticeStatus.NOT_UNDERSTOOD, "never heard of it", b"strange")
        assert await claim_notice(session, providers=[BANK], now=NOW) is None

    @pytest.mark.parametrize(("signs", "again"), [(True, NoticeStatus.IGNORED), (False, NoticeStatus.STORED)])
    async def test_looks_again_into_a_repeat_of_what_may_have_been_forged(
        self, session: AsyncSession, signs: bool, again: NoticeStatus
    ) -> None:
        bank = Bank(signs=signs)
        await _store(session, provider=bank)
        await _act(session, PaymentState(Outcome.REJECTED))

        await _store(session, provider=bank)

        assert (await _row(session)).status == again

    async def test_never_looks_again_into_what_was_done(self, session: AsyncSession) -> None:
        bank, anna = Bank(signs=False), await person(session)
        attempt = await top_up(session, anna, 5_00)
        await _store(session, provider=bank)
        assert await _act(session, paid(attempt)) == NoticeStatus.DONE

        await _store(session, provider=bank)

        assert (await _row(session)).status == NoticeStatus.DONE


class TestActing:
    async def test_settles_what_the_notice_tells_of(self, session: AsyncSession) -> None:
        payer, payee, intent = await debt(session, 300_00)
        attempt = await link(session, payer, intent)
        await _store(session)

        assert await _act(session, paid(attempt)) == NoticeStatus.DONE

        assert (attempt.status, await in_wallet(session, payee)) == (AttemptStatus.SUCCEEDED, 300_00)
        assert await claim_notice(session, providers=[BANK], now=NOW + LEASE) is None

    async def test_f7_waits_for_an_attempt_that_is_not_there_yet(self, session: AsyncSession) -> None:
        payer, payee, intent = await debt(session, 300_00)
        unborn = AttemptId(new_id())
        state = PaymentState(Outcome.SUCCEEDED, "payment", unborn, Money(300_00, "RUB"))
        await _store(session)

        assert await _act(session, state) == NoticeStatus.PARKED
        assert await in_suspense(session) == 0
        attempt = await link(session, payer, intent)
        known = replace(state, attempt_id=attempt.id)
        assert await _act(session, known, AGAIN_AFTER[0]) == NoticeStatus.DONE

        assert await in_wallet(session, payee) == 300_00
        assert await audit(session) == []

    async def test_f7_of_nothing_that_turns_up_in_eleven_minutes_puts_the_money_into_suspense(
        self, session: AsyncSession
    ) -> None:
        await _store(session)

        waited = await _ladder(session, payment=PaymentState(Outcome.SUCCEEDED, "strange", None, Money(7_00, "RUB")))

        assert waited == list(AGAIN_AFTER)
        row = await _row(session)
        assert (row.status, row.finished_at) == (NoticeStatus.SUSPENSE, NOW + sum(AGAIN_AFTER, timedelta(0)))
        assert await in_suspense(session) == 7_00
        assert await audit(session) == []

    @pytest.mark.parametrize("outcome", [Outcome.PENDING, Outcome.CANCELED])
    async def test_of_no_money_that_turns_up_ends_in_nothing(self, session: AsyncSession, outcome: Outcome) -> None:
        await _store(session)

        await _ladder(session, payment=PaymentState(outcome, "strange", None, Money(7_00, "RUB")))

        assert (await _row(session)).status == NoticeStatus.IGNORED
        assert await in_suspense(session) == 0

    async def test_of_money_that_went_back_for_nothing_that_we_know_asks_for_an_operator(
        self, session: AsyncSession
    ) -> None:
        await _store(session)

        await _ladder(
            session, refund=RefundState(Outcome.SUCCEEDED, "refund", "strange", RefundId(new_id()), Money(7_00, "RUB"))
        )

        assert (await _row(session)).status == NoticeStatus.SUSPENSE

    async def test_asks_for_ever_as_long_as_nobody_answers(self, session: AsyncSession) -> None:
        await _store(session)
        now = NOW

        for _ in range(12):
            due = await claim_notice(session, providers=[BANK], now=now)
            assert due is not None
            assert await take_notice(session, due, payment=PaymentState(Outcome.UNKNOWN), now=now) == "parked"
            now = (await _row(session)).next_try_at

        assert (await _row(session)).next_try_at - NOW > timedelta(hours=1)

    async def test_f11_forged_about_a_payment_that_the_provider_does_not_know_comes_to_nothing(
        self, session: AsyncSession
    ) -> None:
        payer, _, intent = await debt(session, 300_00)
        attempt = await link(session, payer, intent)
        await say(session, pending(attempt, "payment"))

        for identity, said in (("1", PaymentState(Outcome.REJECTED)), ("2", None)):
            await _store(session, _received(identity))
            due = await _due(session)
            assert await take_notice(session, due, payment=said, now=NOW) == NoticeStatus.IGNORED

        assert attempt.status == AttemptStatus.PENDING_CONFIRMATION

    async def test_f11_forged_about_a_payment_that_is_still_pending_waits_and_comes_to_nothing(
        self, session: AsyncSession
    ) -> None:
        payer, payee, intent = await debt(session, 300_00)
        attempt = await link(session, payer, intent)
        await _store(session, provider=Bank(signs=False))
        waited, now = [], NOW

        while True:
            due = await claim_notice(session, providers=[BANK], now=now)
            assert due is not None
            state = pending(attempt, "payment")
            status = await take_notice(session, due, payment=state, is_confirmed=False, now=now)
            if status != NoticeStatus.PARKED:
                break
            waited.append((await _row(session)).next_try_at - now)
            now += waited[-1]

        assert (status, waited) == (NoticeStatus.IGNORED, list(AGAIN_AFTER))
        assert (attempt.status, await in_wallet(session, payee)) == (AttemptStatus.CREATED, 0)

    async def test_f11_of_another_amount_puts_it_into_suspense_at_once(self, session: AsyncSession) -> None:
        payer, payee, intent = await debt(session, 300_00)
        attempt = await link(session, payer, intent)
        await _store(session)

        state = replace(paid(attempt), amount=Money(3_00, "RUB"))

        assert await _act(session, state) == NoticeStatus.SUSPENSE
        assert (await in_wallet(session, payee), await in_suspense(session)) == (0, 3_00)

    async def test_takes_what_comes_late_for_done(self, session: AsyncSession) -> None:
        payer, _, intent = await debt(session, 300_00)
        attempt = await link(session, payer, intent)
        await give_up_attempt(session, actor=payer, attempt_id=attempt.id, now=NOW)
        await _store(session)

        assert await _act(session, paid(attempt)) == NoticeStatus.DONE
        assert await in_wallet(session, payer) == 300_00

    async def test_is_kept_from_others_while_one_acts(self, session: AsyncSession) -> None:
        await _store(session)
        await _due(session)

        assert await claim_notice(session, providers=[BANK], now=NOW + LEASE - SECOND) is None
        assert await claim_notice(session, providers=["stripe"], now=NOW + LEASE) is None
        assert await claim_notice(session, providers=[BANK], now=NOW + LEASE) is not None

    async def test_after_a_crash_is_done_by_another_and_counts_once(self, session: AsyncSession) -> None:
        anna = await person(session)
        state = paid(await top_up(session, anna, 5_00))
        await _store(session)
        slow = await _due(session)

        quick = await _due(session, LEASE)
        assert [await take_notice(session, each, payment=state, now=NOW) for each in (quick, slow)] == ["done"] * 2

        assert await in_wallet(session, anna) == 5_00


class TestReplaying:
    async def test_does_nothing_that_is_done_a_second_time(self, session: AsyncSession) -> None:
        anna = await person(session)
        first, late = await top_up(session, anna, 5_00), await top_up(session, anna, 7_00)
        await give_up_attempt(session, actor=anna, attempt_id=late.id, now=NOW)
        states = {"1": paid(first), "2": paid(late)}

        for identity, state in states.items():
            await _store(session, _received(identity))
            assert await _act(session, state) == NoticeStatus.DONE
        for row in (await session.scalars(select(NoticeRow).order_by(NoticeRow.id))).all():
            for _ in range(2):
                await replay_notice(session, notice_id=row.id, now=NOW)
                assert await _act(session, states[row.dedup_key]) == NoticeStatus.DONE

        assert await in_wallet(session, anna) == 12_00
        assert await audit(session) == []

    async def test_of_money_in_suspense_gives_it_to_nobody_beside(self, session: AsyncSession) -> None:
        anna = await person(session)
        attempt = await top_up(session, anna, 5_00)
        await _store(session)
        stranger = replace(paid(attempt, payment_id="payment"), attempt_id=None)
        await _ladder(session, payment=stranger)

        await replay_notice(session, notice_id=(await _row(session)).id, now=NOW)
        status = await _act(session, replace(stranger, attempt_id=attempt.id))

        assert (status, await in_wallet(session, anna)) == (NoticeStatus.SUSPENSE, 0)
        assert (await provider_totals(session, BANK))["RUB"].paid == 5_00
        assert await audit(session) == []

    async def test_of_one_that_came_to_nothing_acts_on_it_as_on_a_new_one(self, session: AsyncSession) -> None:
        anna = await person(session)
        attempt = await top_up(session, anna, 5_00)
        await _store(session)
        await _act(session, PaymentState(Outcome.REJECTED))

        row = await replay_notice(session, notice_id=(await _row(session)).id, now=NOW)
        assert (row.status, row.tries, row.detail, row.finished_at) == ("stored", 0, None, None)
        assert await _act(session, canceled(attempt)) == NoticeStatus.DONE

        stored = await session.get_one(Attempt, attempt.id)
        assert stored.status == AttemptStatus.CANCELED

    async def test_of_one_that_never_came_is_refused(self, session: AsyncSession) -> None:
        with pytest.raises(NoticeNotFound):
            await replay_notice(session, notice_id=1, now=NOW)
