"""Refunds: all or a part goes back by the rail it came by, never more than came, and never twice."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.accounts.withdraw import request_withdrawal
from core.db import Database
from core.errors import DomainError
from core.identity.actor import Actor
from core.ids import AttemptId, RefundId, new_id
from core.ledger.audit import audit
from core.ledger.balances import balance, provider_totals
from core.ledger.chart import fee_revenue, refund_clearing
from core.ledger.post import NotEnoughMoney
from core.money import Money
from core.orders.models import Order
from core.orders.pay_from_wallet import pay_from_wallet
from core.payments.claim_paid import claim_paid
from core.payments.confirm_received import confirm_received, confirm_unanswered
from core.payments.fees import refunded_fee, service_fee
from core.payments.models import Attempt, Rail, Refund, RefundStatus
from core.payments.provider import Outcome, RefundState
from core.payments.queries import AttemptNotFound
from core.payments.refund_attempt import (
    CONFIRM_WITHIN,
    NothingToRefund,
    RefundEnded,
    RefundNotFound,
    RefundUnderWay,
    WrongRefundAmount,
    answer_manual_refund,
    answer_refund_request,
    confirm_unanswered_refunds,
    refund_attempt,
    refund_by_operator,
)
from core.payments.take_payment_state import Taken
from core.payments.take_refund_state import (
    AGAIN_AFTER,
    KEY_LIVES,
    LEASE,
    LOOK_AGAIN,
    RefundCall,
    claim_refund_call,
    record_refund_answer,
    take_refund_state,
)
from core.settlement.models import Intent, IntentStatus
from tests.builders import BANK, NO_LIMITS, NOW, WEEK, debt, funded, lock, paid, person, purchase, spending
from tests.core.accounts.makers import finish, take
from tests.core.payments.makers import in_wallet, link, say, top_up

SECOND = timedelta(seconds=1)
PAID = 300_00


async def _paid_debt(
    session: AsyncSession, rail: Rail, *, amount_minor: int = PAID, fee_basis_points: int = 0
) -> tuple[Actor, Actor, Intent, Attempt]:
    """Return a payer, a payee who is the organiser, a debt and its payment by a rail."""
    payer, payee, intent = await debt(session, amount_minor)
    attempt = await _pay(session, rail, payer, payee, intent, fee_basis_points)
    return payer, payee, intent, attempt


async def _pay(
    session: AsyncSession, rail: Rail, payer: Actor, payee: Actor, intent: Intent, fee_basis_points: int = 0
) -> Attempt:
    match rail:
        case Rail.MANUAL:
            attempt = await claim_paid(session, actor=payer, intent_id=intent.id, confirm_within=WEEK, now=NOW)
            return await confirm_received(session, actor=payee, attempt_id=attempt.id, now=NOW)
        case Rail.PROVIDER:
            attempt = await link(session, payer, intent, fee_basis_points=fee_basis_points)
            await say(session, paid(attempt))
            return attempt
        case Rail.WALLET:
            await funded(session, intent.amount_minor, actor=payer)
            attempt = await pay_from_wallet(
                session,
                actor=payer,
                intent_id=intent.id,
                limits=NO_LIMITS,
                service_fee_basis_points=fee_basis_points,
                now=NOW,
            )
            order = (await session.scalars(select(Order).where(Order.attempt_id == attempt.id))).one()
            await take(session, order)
            await finish(session, order)
            return attempt


async def _third_party_debt(session: AsyncSession) -> tuple[Actor, Actor, Actor, Intent, Attempt]:
    """Return an organiser, a payer and a payee who are three people, and a debt that was paid by a provider."""
    organizer, payee, payer = [await person(session, name) for name in ("Анна", "Борис", "Вера")]
    dacha = await purchase(session, organizer, payee, payer)
    await spending(session, payee, dacha, 3 * PAID)
    intent = next(each for each in await lock(session, organizer, dacha) if each.payer_id == payer.user_id)
    return organizer, payer, payee, intent, await _pay(session, Rail.PROVIDER, payer, payee, intent)


async def _refund(session: AsyncSession, actor: Actor, attempt: Attempt, amount_minor: int | None = None) -> Refund:
    refund = await refund_attempt(session, actor=actor, attempt_id=attempt.id, amount_minor=amount_minor, now=NOW)
    await session.flush()
    return refund


async def _call(session: AsyncSession, after: timedelta = timedelta(0)) -> RefundCall:
    call = await claim_refund_call(session, providers=[BANK], now=NOW + after)
    assert call is not None
    return call


def _said(refund: Refund, outcome: Outcome = Outcome.SUCCEEDED) -> RefundState:
    amount = Money(refund.amount_minor, refund.currency)
    return RefundState(outcome, f"theirs-{refund.id}", "payment", refund.id, amount, "insufficient_funds")


async def _answer(session: AsyncSession, outcome: Outcome, refund: Refund, after: timedelta = timedelta(0)) -> None:
    await record_refund_answer(session, await _call(session, after), _said(refund, outcome), now=NOW + after)


async def _on_its_way(session: AsyncSession, payer: Actor) -> int:
    return await balance(session, refund_clearing(payer.user_id, "RUB"))


class TestARefundByTheWallet:
    async def test_is_there_at_once_and_leaves_the_debt_settled(self, session: AsyncSession) -> None:
        payer, payee, intent, attempt = await _paid_debt(session, Rail.WALLET)

        refund = await _refund(session, payee, attempt)

        assert refund.status == RefundStatus.SUCCEEDED
        assert (await in_wallet(session, payer), await in_wallet(session, payee)) == (PAID, 0)
        assert (intent.status, intent.refunded_minor, intent.left_minor) == (IntentStatus.REFUNDED, PAID, 0)
        assert await audit(session) == []

    async def test_gives_the_fee_of_the_house_back_too(self, session: AsyncSession) -> None:
        payer, payee, _, attempt = await _paid_debt(session, Rail.WALLET, fee_basis_points=333)
        fees = fee_revenue("RUB", payee.user_id)
        assert await balance(session, fees) == 9_99

        await _refund(session, payee, attempt)

        assert (await in_wallet(session, payer), await in_wallet(session, payee)) == (PAID, 0)
        assert await balance(session, fees) == 0
        assert await audit(session) == []

    async def test_in_parts_ends_where_all_of_it_went_back(self, session: AsyncSession) -> None:
        payer, payee, intent, attempt = await _paid_debt(session, Rail.WALLET, fee_basis_points=333)

        for part in (1, 99_99, 33_33):
            await _refund(session, payee, attempt, part)
            assert intent.status == IntentStatus.SUCCEEDED
        await _refund(session, payee, attempt)

        assert (await in_wallet(session, payer), await in_wallet(session, payee)) == (PAID, 0)
        assert await balance(session, fee_revenue("RUB", payee.user_id)) == 0
        assert intent.status == IntentStatus.REFUNDED
        assert await audit(session) == []

    async def test_is_refused_where_the_payee_has_spent_it(self, session: AsyncSession) -> None:
        payer, payee, intent, attempt = await _paid_debt(session, Rail.WALLET)
        await request_withdrawal(
            session, actor=payee, amount_minor=1, currency="RUB", destination="карта", limits=NO_LIMITS, now=NOW
        )

        with pytest.raises(NotEnoughMoney):
            async with session.begin_nested():
                await _refund(session, payee, attempt)

        await session.refresh(attempt)
        assert (attempt.refunded_minor, intent.status) == (0, IntentStatus.SUCCEEDED)
        assert (await in_wallet(session, payer), await in_wallet(session, payee)) == (0, PAID - 1)
        await _refund(session, payee, attempt, PAID - 1)
        assert await audit(session) == []


class TestAmounts:
    @pytest.mark.parametrize("rail", Rail)
    @pytest.mark.parametrize("amount_minor", [0, -1, PAID + 1])
    async def test_that_never_came_do_not_go_back(self, session: AsyncSession, rail: Rail, amount_minor: int) -> None:
        _, payee, _, attempt = await _paid_debt(session, rail)

        with pytest.raises(WrongRefundAmount):
            await _refund(session, payee, attempt, amount_minor)

    @pytest.mark.parametrize("rail", [Rail.WALLET, Rail.PROVIDER])
    async def test_that_went_back_already_do_not_go_again(self, session: AsyncSession, rail: Rail) -> None:
        _, payee, _, attempt = await _paid_debt(session, rail)
        first = await _refund(session, payee, attempt, 200_00)
        if rail == Rail.PROVIDER:
            await _answer(session, Outcome.SUCCEEDED, first)

        with pytest.raises(WrongRefundAmount):
            await _refund(session, payee, attempt, 100_01)
        last = await _refund(session, payee, attempt)
        assert last.amount_minor == 100_00
        if rail == Rail.PROVIDER:
            await _answer(session, Outcome.SUCCEEDED, last)
        with pytest.raises(NothingToRefund):
            await _refund(session, payee, attempt)
        assert await audit(session) == []

    async def test_of_what_was_not_paid_do_not_go_back(self, session: AsyncSession) -> None:
        payer, payee, intent = await debt(session)
        attempt = await link(session, payer, intent)

        with pytest.raises(NothingToRefund):
            await _refund(session, payee, attempt)

    @given(
        amount_minor=st.integers(1, 10**12),
        basis_points=st.integers(0, 10_000),
        cuts=st.lists(st.integers(1, 10**12), max_size=6),
    )
    def test_of_the_fee_sum_to_the_fee_exactly_however_the_refund_is_cut(
        self, amount_minor: int, basis_points: int, cuts: list[int]
    ) -> None:
        fee = service_fee(amount_minor, basis_points)
        bounds = [0, *sorted({cut % amount_minor for cut in cuts} - {0}), amount_minor]
        parts = [
            (
                right - left,
                refunded_fee(amount_minor=amount_minor, fee_minor=fee, refunded_before=left, refund_minor=right - left),
            )
            for left, right in pairwise(bounds)
        ]

        assert 0 <= fee < amount_minor
        assert sum(given_back for _, given_back in parts) == fee
        assert all(0 <= given_back <= part for part, given_back in parts)


class TestARefundByAProvider:
    async def test_is_reserved_until_the_provider_has_given_it_back(self, session: AsyncSession) -> None:
        payer, payee, intent, attempt = await _paid_debt(session, Rail.PROVIDER, fee_basis_points=100)

        refund = await _refund(session, payee, attempt)
        assert (await in_wallet(session, payee), await _on_its_way(session, payer)) == (0, PAID)
        assert await audit(session) == []
        call = await _call(session)
        assert call.request.amount == Money(PAID, "RUB")
        assert (call.request.payment_id, call.request.refund_id) == (attempt.provider_payment_id, refund.id)
        await record_refund_answer(session, call, _said(refund), now=NOW)

        assert (refund.status, intent.status) == (RefundStatus.SUCCEEDED, IntentStatus.REFUNDED)
        assert (await _on_its_way(session, payer), await in_wallet(session, payer)) == (0, 0)
        totals = (await provider_totals(session, BANK))["RUB"]
        assert (totals.paid, totals.refunded) == (PAID, PAID)
        assert await balance(session, fee_revenue("RUB", payer.user_id)) == 0
        assert await audit(session) == []

    async def test_is_asked_about_while_it_is_pending(self, session: AsyncSession) -> None:
        _, payee, _, attempt = await _paid_debt(session, Rail.PROVIDER)
        refund = await _refund(session, payee, attempt)

        await _answer(session, Outcome.PENDING, refund)
        assert await claim_refund_call(session, providers=[BANK], now=NOW + LOOK_AGAIN - SECOND) is None
        call = await _call(session, LOOK_AGAIN)
        assert call.provider_refund_id == f"theirs-{refund.id}"
        await record_refund_answer(session, call, _said(refund), now=NOW)

        assert refund.status == RefundStatus.SUCCEEDED
        assert await audit(session) == []

    @pytest.mark.parametrize("outcome", [Outcome.CANCELED, Outcome.REJECTED])
    async def test_that_comes_to_nothing_is_the_payees_and_the_houses_again(
        self, session: AsyncSession, outcome: Outcome
    ) -> None:
        payer, payee, intent, attempt = await _paid_debt(session, Rail.PROVIDER, fee_basis_points=100)
        refund = await _refund(session, payee, attempt, 100_00)

        await _answer(session, outcome, refund)

        assert (refund.status, refund.reason) == (RefundStatus.CANCELED, "insufficient_funds")
        assert (await in_wallet(session, payee), await _on_its_way(session, payer)) == (297_00, 0)
        assert await balance(session, fee_revenue("RUB", payer.user_id)) == 3_00
        assert (attempt.refunded_minor, intent.refunded_minor, intent.status) == (0, 0, IntentStatus.SUCCEEDED)
        again = await _refund(session, payee, attempt)
        await _answer(session, Outcome.SUCCEEDED, again)
        assert intent.status == IntentStatus.REFUNDED
        assert await audit(session) == []

    async def test_told_in_any_order_and_again_counts_once(self, session: AsyncSession) -> None:
        _, payee, intent, attempt = await _paid_debt(session, Rail.PROVIDER)
        refund = await _refund(session, payee, attempt)
        call = await _call(session)

        for _ in range(2):
            assert await take_refund_state(session, provider=BANK, state=_said(refund), now=NOW) == Taken.DONE
            await record_refund_answer(session, call, _said(refund), now=NOW)
            for outcome in (Outcome.PENDING, Outcome.REJECTED, Outcome.UNKNOWN, Outcome.CANCELED):
                await record_refund_answer(session, call, _said(refund, outcome), now=NOW)

        assert (refund.status, intent.refunded_minor) == (RefundStatus.SUCCEEDED, PAID)
        assert (await provider_totals(session, BANK))["RUB"].refunded == PAID
        assert await audit(session) == []

    async def test_that_was_canceled_and_is_told_to_have_succeeded_alerts_and_moves_nothing(
        self, session: AsyncSession
    ) -> None:
        _, payee, _, attempt = await _paid_debt(session, Rail.PROVIDER)
        refund = await _refund(session, payee, attempt)
        await _answer(session, Outcome.CANCELED, refund)

        assert await take_refund_state(session, provider=BANK, state=_said(refund), now=NOW) == Taken.SUSPENSE

        assert (refund.status, await in_wallet(session, payee)) == (RefundStatus.CANCELED, PAID)

    @pytest.mark.parametrize("amount", [Money(1, "RUB"), Money(PAID, "USD")])
    async def test_of_another_amount_alerts_and_goes_on_waiting(self, session: AsyncSession, amount: Money) -> None:
        payer, payee, _, attempt = await _paid_debt(session, Rail.PROVIDER)
        refund = await _refund(session, payee, attempt)

        state = replace(_said(refund), amount=amount)
        assert await take_refund_state(session, provider=BANK, state=state, now=NOW) == Taken.SUSPENSE

        assert (refund.status, await _on_its_way(session, payer)) == (RefundStatus.PENDING, PAID)
        assert await audit(session) == []

    async def test_f6_that_nobody_began_is_nothing_that_we_know(self, session: AsyncSession) -> None:
        payer, payee, intent = await debt(session)
        attempt = await link(session, payer, intent)
        early = RefundState(Outcome.SUCCEEDED, "refund", "payment", RefundId(new_id()), Money(500_00, "RUB"))

        assert await take_refund_state(session, provider=BANK, state=early, now=NOW) == Taken.NO_ATTEMPT
        await say(session, paid(attempt, payment_id="payment"))

        assert (intent.status, await in_wallet(session, payee)) == (IntentStatus.SUCCEEDED, 500_00)
        assert await audit(session) == []

    async def test_told_without_an_id_is_no_other_refund_that_has_none_yet(self, session: AsyncSession) -> None:
        payer, payee, _, attempt = await _paid_debt(session, Rail.PROVIDER)
        refund = await _refund(session, payee, attempt)
        other = RefundState(Outcome.SUCCEEDED, refund_id=RefundId(new_id()), amount=Money(PAID, "RUB"))

        assert await take_refund_state(session, provider=BANK, state=other, now=NOW) == Taken.NO_ATTEMPT

        assert (refund.status, await _on_its_way(session, payer)) == (RefundStatus.PENDING, PAID)

    async def test_of_another_provider_is_nothing_that_we_know(self, session: AsyncSession) -> None:
        _, payee, _, attempt = await _paid_debt(session, Rail.PROVIDER)
        refund = await _refund(session, payee, attempt)

        assert await take_refund_state(session, provider="stripe", state=_said(refund), now=NOW) == Taken.NO_ATTEMPT
        assert refund.status == RefundStatus.PENDING

    async def test_f19_after_a_crash_before_the_answer_is_asked_for_with_the_same_key(
        self, session: AsyncSession
    ) -> None:
        payer, payee, _, attempt = await _paid_debt(session, Rail.PROVIDER)
        refund = await _refund(session, payee, attempt)
        lost = await _call(session)

        assert await claim_refund_call(session, providers=[BANK], now=NOW + LEASE - SECOND) is None
        again = await _call(session, LEASE)
        assert again == lost
        for call in (again, lost):
            await record_refund_answer(session, call, _said(refund), now=NOW + LEASE)

        assert (await provider_totals(session, BANK))["RUB"].refunded == PAID
        assert await _on_its_way(session, payer) == 0
        assert await audit(session) == []

    async def test_that_is_refused_late_goes_on_where_the_provider_carries_it_out(self, session: AsyncSession) -> None:
        payer, payee, _, attempt = await _paid_debt(session, Rail.PROVIDER)
        refund = await _refund(session, payee, attempt)
        slow = await _call(session)
        await _answer(session, Outcome.PENDING, refund, LEASE)

        await record_refund_answer(session, slow, RefundState(Outcome.REJECTED), now=NOW + LEASE)

        assert (refund.status, await _on_its_way(session, payer)) == (RefundStatus.PENDING, PAID)

    async def test_that_nobody_answers_is_put_off_longer_and_longer(self, session: AsyncSession) -> None:
        _, payee, _, attempt = await _paid_debt(session, Rail.PROVIDER)
        refund = await _refund(session, payee, attempt)
        now, waited = NOW, []

        for _ in range(6):
            call = await _call(session, now - NOW)
            await record_refund_answer(session, call, RefundState(Outcome.UNKNOWN), now=now)
            assert refund.next_call_at is not None
            waited.append(refund.next_call_at - now)
            now = refund.next_call_at

        assert waited == [*AGAIN_AFTER, AGAIN_AFTER[-1]]

    async def test_f9_that_nobody_knows_of_for_a_day_is_not_asked_for_again_and_can_still_be_told(
        self, session: AsyncSession
    ) -> None:
        payer, payee, _, attempt = await _paid_debt(session, Rail.PROVIDER)
        refund = await _refund(session, payee, attempt)
        await _answer(session, Outcome.UNKNOWN, refund)
        await _answer(session, Outcome.UNKNOWN, refund, KEY_LIVES)

        for after in (KEY_LIVES + LEASE, 2 * KEY_LIVES, 30 * KEY_LIVES):
            assert await claim_refund_call(session, providers=[BANK], now=NOW + after) is None
        assert (refund.status, await _on_its_way(session, payer)) == (RefundStatus.PENDING, PAID)
        assert await take_refund_state(session, provider=BANK, state=_said(refund), now=NOW) == Taken.DONE

        assert refund.status == RefundStatus.SUCCEEDED
        assert await audit(session) == []

    async def test_by_an_operator_of_a_top_up_takes_it_out_of_the_wallet(self, session: AsyncSession) -> None:
        anna = await person(session)
        attempt = await top_up(session, anna, 100_00)
        await say(session, paid(attempt))
        with pytest.raises(AttemptNotFound):
            await _refund(session, anna, attempt)

        first = await refund_by_operator(session, operator="оля", attempt_id=attempt.id, amount_minor=40_00, now=NOW)
        with pytest.raises(RefundUnderWay):
            await refund_by_operator(session, operator="оля", attempt_id=attempt.id, now=NOW)
        await _answer(session, Outcome.SUCCEEDED, first)
        second = await refund_by_operator(session, operator="оля", attempt_id=attempt.id, now=NOW)
        await _answer(session, Outcome.CANCELED, second)

        assert await in_wallet(session, anna) == 60_00
        assert [each.operator for each in (first, second)] == ["оля"] * 2
        assert await audit(session) == []

    async def test_by_an_operator_of_a_top_up_that_was_spent_is_refused(self, session: AsyncSession) -> None:
        anna = await person(session)
        attempt = await top_up(session, anna, 100_00)
        await say(session, paid(attempt))
        await request_withdrawal(
            session, actor=anna, amount_minor=1, currency="RUB", destination="карта", limits=NO_LIMITS, now=NOW
        )

        with pytest.raises(NotEnoughMoney):
            async with session.begin_nested():
                await refund_by_operator(session, operator="оля", attempt_id=attempt.id, now=NOW)

        assert await audit(session) == []

    async def test_by_an_operator_of_nothing_is_refused(self, session: AsyncSession) -> None:
        with pytest.raises(AttemptNotFound):
            await refund_by_operator(session, operator="оля", attempt_id=AttemptId(new_id()), now=NOW)


class TestARefundOutside:
    async def test_is_taken_as_received_when_its_receiver_says_so(self, session: AsyncSession) -> None:
        payer, payee, intent, attempt = await _paid_debt(session, Rail.MANUAL)
        refund = await _refund(session, payee, attempt, 100_00)
        assert refund.status == RefundStatus.PENDING

        for _ in range(2):
            await answer_manual_refund(session, actor=payer, refund_id=refund.id, received=True, now=NOW)

        assert (refund.status, intent.refunded_minor) == (RefundStatus.SUCCEEDED, 100_00)
        with pytest.raises(RefundEnded):
            await answer_manual_refund(session, actor=payer, refund_id=refund.id, received=False, now=NOW)
        assert await audit(session) == []

    async def test_never_happened_when_its_receiver_says_no(self, session: AsyncSession) -> None:
        payer, payee, intent, attempt = await _paid_debt(session, Rail.MANUAL)
        refund = await _refund(session, payee, attempt)

        for _ in range(2):
            await answer_manual_refund(session, actor=payer, refund_id=refund.id, received=False, now=NOW)

        assert (refund.status, refund.reason) == (RefundStatus.CANCELED, "not_received")
        assert (attempt.refunded_minor, intent.refunded_minor) == (0, 0)
        with pytest.raises(RefundEnded):
            await answer_manual_refund(session, actor=payer, refund_id=refund.id, received=True, now=NOW)

    async def test_is_answered_by_its_receiver_alone(self, session: AsyncSession) -> None:
        payer, payee, _, attempt = await _paid_debt(session, Rail.MANUAL)
        refund = await _refund(session, payee, attempt)
        stranger = await person(session)

        for actor in (payee, stranger):
            with pytest.raises(RefundNotFound):
                await answer_manual_refund(session, actor=actor, refund_id=refund.id, received=True, now=NOW)
        with pytest.raises(RefundNotFound):
            await answer_manual_refund(session, actor=payer, refund_id=RefundId(new_id()), received=True, now=NOW)

    async def test_is_no_answer_to_what_a_provider_gives_back(self, session: AsyncSession) -> None:
        payer, payee, _, attempt = await _paid_debt(session, Rail.PROVIDER)
        refund = await _refund(session, payee, attempt)

        with pytest.raises(RefundNotFound):
            await answer_manual_refund(session, actor=payer, refund_id=refund.id, received=True, now=NOW)

    async def test_that_nobody_answers_is_taken_as_received_in_a_week_and_once(self, session: AsyncSession) -> None:
        _, payee, intent, attempt = await _paid_debt(session, Rail.MANUAL)
        await _refund(session, payee, attempt)

        assert await confirm_unanswered_refunds(session, now=NOW + CONFIRM_WITHIN - SECOND) == 0
        assert await confirm_unanswered_refunds(session, now=NOW + CONFIRM_WITHIN) == 1
        assert await confirm_unanswered_refunds(session, now=NOW + CONFIRM_WITHIN) == 0

        assert intent.status == IntentStatus.REFUNDED
        assert await audit(session) == []


class TestTheOrganizer:
    async def test_asks_and_the_payee_agrees(self, session: AsyncSession) -> None:
        organizer, payer, payee, _, attempt = await _third_party_debt(session)

        refund = await _refund(session, organizer, attempt, 100_00)
        assert (refund.status, await in_wallet(session, payee)) == (RefundStatus.REQUESTED, PAID)
        assert (await _refund(session, organizer, attempt, 100_00)).id == refund.id
        for _ in range(2):
            await answer_refund_request(session, actor=payee, refund_id=refund.id, agrees=True, now=NOW)
        await session.flush()

        assert (refund.status, await in_wallet(session, payee)) == (RefundStatus.PENDING, 200_00)
        assert await _on_its_way(session, payer) == 100_00
        with pytest.raises(RefundEnded):
            await answer_refund_request(session, actor=payee, refund_id=refund.id, agrees=False, now=NOW)
        await _answer(session, Outcome.SUCCEEDED, refund)
        assert await audit(session) == []

    async def test_asks_and_the_payee_declines(self, session: AsyncSession) -> None:
        organizer, _, payee, intent, attempt = await _third_party_debt(session)
        refund = await _refund(session, organizer, attempt)

        for _ in range(2):
            await answer_refund_request(session, actor=payee, refund_id=refund.id, agrees=False, now=NOW)

        assert (refund.status, refund.reason) == (RefundStatus.CANCELED, "declined")
        assert (attempt.refunded_minor, intent.status) == (0, IntentStatus.SUCCEEDED)
        assert await in_wallet(session, payee) == PAID
        with pytest.raises(RefundEnded):
            await answer_refund_request(session, actor=payee, refund_id=refund.id, agrees=True, now=NOW)
        assert await audit(session) == []

    async def test_asks_and_the_payee_who_has_spent_it_cannot_agree(self, session: AsyncSession) -> None:
        organizer, _, payee, _, attempt = await _third_party_debt(session)
        refund = await _refund(session, organizer, attempt)
        await request_withdrawal(
            session, actor=payee, amount_minor=1, currency="RUB", destination="карта", limits=NO_LIMITS, now=NOW
        )

        with pytest.raises(NotEnoughMoney):
            async with session.begin_nested():
                await answer_refund_request(session, actor=payee, refund_id=refund.id, agrees=True, now=NOW)

        await session.refresh(refund)
        assert refund.status == RefundStatus.REQUESTED
        assert await audit(session) == []

    async def test_and_the_payer_cannot_agree_for_the_payee(self, session: AsyncSession) -> None:
        organizer, payer, _, _, attempt = await _third_party_debt(session)
        refund = await _refund(session, organizer, attempt)

        for actor in (organizer, payer):
            with pytest.raises(RefundNotFound):
                await answer_refund_request(session, actor=actor, refund_id=refund.id, agrees=True, now=NOW)
        with pytest.raises(AttemptNotFound):
            await _refund(session, payer, attempt)
        assert refund.status == RefundStatus.REQUESTED

    async def test_and_the_payee_who_asks_for_the_same_agrees(self, session: AsyncSession) -> None:
        organizer, _, payee, _, attempt = await _third_party_debt(session)
        asked = await _refund(session, organizer, attempt)

        begun = await _refund(session, payee, attempt)

        assert begun.id == asked.id
        assert begun.status == RefundStatus.PENDING
        assert begun.requested_by == organizer.user_id

    async def test_and_the_payee_who_asks_for_another_amount_does_not_agree(self, session: AsyncSession) -> None:
        organizer, _, payee, _, attempt = await _third_party_debt(session)
        await _refund(session, organizer, attempt)

        with pytest.raises(RefundUnderWay):
            await refund_attempt(session, actor=payee, attempt_id=attempt.id, amount_minor=1, now=NOW)


class TestTwoRefundsAtOnce:
    @pytest.mark.parametrize("rail", Rail)
    async def test_f19_never_give_back_more_than_came(self, db: Database, rail: Rail) -> None:
        async with db.transaction() as session:
            _, payee, _, attempt = await _paid_debt(session, rail)
            came = await in_wallet(session, payee)

        async def give_back(amount_minor: int) -> str:
            try:
                async with db.transaction() as session:
                    await refund_attempt(
                        session, actor=payee, attempt_id=attempt.id, amount_minor=amount_minor, now=NOW
                    )
            except DomainError as refusal:
                return type(refusal).__name__
            return "done"

        outcomes = await asyncio.gather(*(give_back(100_00 + number) for number in range(10)))

        async with db.transaction() as session:
            stored = await session.get_one(Attempt, attempt.id)
            refunds = (await session.scalars(select(Refund))).all()
            left = await in_wallet(session, payee)
            assert await audit(session) == []
        assert set(outcomes) - {"done"} <= {"RefundUnderWay", "WrongRefundAmount"}
        assert len(refunds) == outcomes.count("done") == (2 if rail == Rail.WALLET else 1)
        assert sum(refund.amount_minor for refund in refunds) == stored.refunded_minor <= PAID
        assert left == (0 if rail == Rail.MANUAL else came - stored.refunded_minor)

    async def test_that_nobody_answered_are_taken_once_while_claims_of_the_same_purchases_are_taken_too(
        self, db: Database
    ) -> None:
        async with db.transaction() as session:
            debts = [await debt(session, PAID) for _ in range(20)]
            for payer, payee, intent in reversed(debts):
                claim = partial(claim_paid, session, actor=payer, intent_id=intent.id, confirm_within=WEEK, now=NOW)
                attempt = await claim(amount_minor=100_00)
                await confirm_received(session, actor=payee, attempt_id=attempt.id, now=NOW)
                await _refund(session, payee, attempt)
                await claim()

        async def work(job: Callable[..., Awaitable[int]]) -> int:
            async with db.transaction() as session:
                return await job(session, now=NOW + CONFIRM_WITHIN)

        jobs = [confirm_unanswered_refunds, confirm_unanswered] * 2
        taken = await asyncio.gather(*(work(job) for job in jobs))

        assert (taken[0] + taken[2], taken[1] + taken[3]) == (20, 20)
        async with db.transaction() as session:
            assert await audit(session) == []
