"""The rail of providers: what they say of payments in any order, and what they are asked and when."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.db import Database
from core.identity.actor import Actor
from core.ids import AttemptId, new_id
from core.ledger.audit import audit
from core.ledger.balances import balance, provider_totals
from core.ledger.chart import debt_payable, fee_revenue
from core.ledger.models import Journal
from core.money import Money
from core.outbox.models import OutboxRow
from core.payments.authorize_payment import AUTHORIZED_FOR, InvoiceNotPayable, authorize_payment
from core.payments.confirm_received import confirm_received
from core.payments.dispute_payment import dispute_payment
from core.payments.models import Attempt, AttemptStatus
from core.payments.open_attempt import AttemptOpen
from core.payments.provider import Outcome, PaymentState
from core.payments.provider_calls import (
    AGAIN_AFTER,
    GIVE_UP_AFTER,
    KEY_LIVES,
    LEASE,
    LOOK_AGAIN_LATER,
    Ask,
    Call,
    claim_call,
    record_answer,
)
from core.payments.queries import AttemptNotFound
from core.payments.reconcile import Difference, paid_without_provider, reconcile_payment
from core.payments.start_attempt import TooLateToCancel, TooManyTopUps, give_up_attempt
from core.payments.take_payment_state import LOOK_AGAIN, Taken, put_into_suspense
from core.payments.withdraw_claim import withdraw_claim
from core.settlement.models import Intent, IntentStatus
from tests.builders import BANK, NOW, debt, paid, person
from tests.core.payments.makers import URL, canceled, in_suspense, in_wallet, link, pending, say, top_up

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)


async def _link(session: AsyncSession, amount_minor: int = 300_00) -> tuple[Actor, Actor, Intent, Attempt]:
    payer, payee, intent = await debt(session, amount_minor)
    return payer, payee, intent, await link(session, payer, intent)


async def _told(session: AsyncSession, name: str) -> int:
    found = select(func.count()).select_from(OutboxRow).where(OutboxRow.event_name == name)
    return await session.scalar(found) or 0


class TestSuccess:
    async def test_pays_the_debt_into_the_payees_wallet_less_the_fee_of_the_house(self, session: AsyncSession) -> None:
        payer, payee, intent = await debt(session, 300_00)
        attempt = await link(session, payer, intent, fee_basis_points=150)

        assert await say(session, paid(attempt, fee_minor=8_40)) == Taken.DONE

        assert (attempt.status, attempt.provider_fee_minor) == (AttemptStatus.SUCCEEDED, 8_40)
        assert (intent.status, intent.left_minor) == (IntentStatus.SUCCEEDED, 0)
        assert await in_wallet(session, payee) == 295_50
        assert await in_wallet(session, payer) == 0
        assert await balance(session, fee_revenue("RUB", payer.user_id)) == 4_50
        owed = debt_payable(payer.user_id, payee.user_id, intent.purchase_id, "RUB")
        assert await balance(session, owed) == 0
        totals = (await provider_totals(session, BANK))["RUB"]
        assert (totals.paid, totals.refunded, totals.fees) == (300_00, 0, 8_40)
        assert await audit(session) == []

    async def test_of_a_part_leaves_the_rest_payable_by_any_rail(self, session: AsyncSession) -> None:
        payer, payee, intent = await debt(session, 300_00)
        first = await link(session, payer, intent, 100_01)

        await say(session, paid(first))
        assert (intent.status, intent.left_minor) == (IntentStatus.CREATED, 199_99)
        second = await link(session, payer, intent)
        await say(session, paid(second))

        assert (intent.status, await in_wallet(session, payee)) == (IntentStatus.SUCCEEDED, 300_00)
        assert await audit(session) == []

    async def test_tops_up_the_whole_amount_though_the_provider_keeps_some(self, session: AsyncSession) -> None:
        anna = await person(session)
        attempt = await top_up(session, anna, 1000_00)

        assert await in_wallet(session, anna) == 0
        await say(session, paid(attempt, fee_minor=28_00))

        assert await in_wallet(session, anna) == 1000_00
        assert (await provider_totals(session, BANK))["RUB"].fees == 28_00
        assert await audit(session) == []

    @pytest.mark.parametrize("currency", ["JPY", "XTR", "KWD"])
    async def test_tops_up_in_currencies_of_other_exponents(self, session: AsyncSession, currency: str) -> None:
        anna = await person(session)
        attempt = await top_up(session, anna, 1, currency)

        await say(session, paid(attempt))

        assert (await in_wallet(session, anna, currency), await in_wallet(session, anna)) == (1, 0)

    async def test_c54_of_the_first_top_up_counts_as_much_as_of_the_second(self, session: AsyncSession) -> None:
        anna = await person(session)

        for whole in (100_00, 200_00):
            await say(session, paid(await top_up(session, anna, 100_00)))
            assert await in_wallet(session, anna) == whole

    async def test_c60_told_again_and_again_counts_once(self, session: AsyncSession) -> None:
        _, payee, intent, attempt = await _link(session)
        state = paid(attempt, fee_minor=100)

        for each in (state, state, replace(state, fee_minor=None), replace(state, attempt_id=None), state):
            assert await say(session, each) == Taken.DONE

        assert (intent.paid_minor, await in_wallet(session, payee)) == (300_00, 300_00)
        assert await _told(session, "payment.received") == 1
        assert await audit(session) == []

    async def test_of_two_payments_for_one_attempt_pays_the_debt_once_and_gives_the_payer_the_other(
        self, session: AsyncSession
    ) -> None:
        payer, payee, intent, attempt = await _link(session)
        first, second = paid(attempt, payment_id="first"), paid(attempt, payment_id="second")

        for state in (first, second, second, first):
            assert await say(session, state) == Taken.DONE

        assert intent.paid_minor == 300_00
        assert (await in_wallet(session, payee), await in_wallet(session, payer)) == (300_00, 300_00)
        assert await _told(session, "attempt.came_late") == 1
        assert await audit(session) == []

    async def test_of_another_payment_than_the_one_that_is_pending_is_the_one_that_counts(
        self, session: AsyncSession
    ) -> None:
        payer, payee, intent, attempt = await _link(session)
        await say(session, pending(attempt, "first"))

        await say(session, paid(attempt, payment_id="second"))
        await say(session, canceled(attempt, "first"))

        assert (attempt.status, attempt.provider_payment_id) == (AttemptStatus.SUCCEEDED, "second")
        assert (intent.status, await in_wallet(session, payee)) == (IntentStatus.SUCCEEDED, 300_00)
        assert await in_wallet(session, payer) == 0


class TestOtherMoney:
    @pytest.mark.parametrize(
        "amount", [Money(299_99, "RUB"), Money(300_01, "RUB"), Money(300_00, "USD"), Money(300_00, "JPY")]
    )
    async def test_f11_is_put_into_suspense_once_and_the_debt_is_payable_again(
        self, session: AsyncSession, amount: Money
    ) -> None:
        payer, payee, intent, attempt = await _link(session)
        state = replace(paid(attempt), amount=amount, fee_minor=5)

        for _ in range(3):
            assert await say(session, state) == Taken.SUSPENSE

        assert (attempt.status, attempt.reason) == (AttemptStatus.FAILED, "amount_mismatch")
        assert (intent.status, intent.paid_minor) == (IntentStatus.CREATED, 0)
        assert await in_suspense(session, amount.currency) == amount.minor
        for who in (payer, payee):
            assert [await in_wallet(session, who, code) for code in ("RUB", "USD", "JPY")] == [0, 0, 0]
        await say(session, paid(await link(session, payer, intent)))
        assert intent.status == IntentStatus.SUCCEEDED
        assert await audit(session) == []

    async def test_f11_for_a_top_up_is_never_in_the_wallet(self, session: AsyncSession) -> None:
        anna = await person(session)
        attempt = await top_up(session, anna, 1_00)

        await say(session, replace(paid(attempt), amount=Money(1_000_000_00, "RUB")))

        assert (await in_wallet(session, anna), await in_suspense(session)) == (0, 1_000_000_00)
        assert attempt.status == AttemptStatus.FAILED
        assert await audit(session) == []

    @pytest.mark.parametrize("amount", [None, Money(0, "RUB"), Money(5, "???")])
    async def test_that_no_book_could_hold_ends_the_attempt_and_moves_nothing(
        self, session: AsyncSession, amount: Money | None
    ) -> None:
        payer, payee, intent, attempt = await _link(session)

        assert await say(session, replace(paid(attempt), amount=amount)) == Taken.SUSPENSE

        assert (attempt.status, intent.status) == (AttemptStatus.FAILED, IntentStatus.CREATED)
        assert [await in_wallet(session, who) for who in (payer, payee)] == [0, 0]
        assert await audit(session) == []

    async def test_of_a_second_payment_leaves_the_first_to_be_paid(self, session: AsyncSession) -> None:
        _, payee, intent, attempt = await _link(session)
        await say(session, pending(attempt, "first"))

        await say(session, replace(paid(attempt, payment_id="second"), amount=Money(1, "RUB")))
        assert intent.status == IntentStatus.AWAITING
        await say(session, paid(attempt, payment_id="first"))

        assert (await in_wallet(session, payee), await in_suspense(session)) == (300_00, 1)
        assert await audit(session) == []

    async def test_told_again_with_yet_another_amount_or_fee_stays_what_it_is(self, session: AsyncSession) -> None:
        _, _, _, attempt = await _link(session)
        state = replace(paid(attempt), amount=Money(1_00, "RUB"))
        await say(session, state)

        for each in (replace(state, amount=Money(2_00, "RUB")), replace(state, fee_minor=7)):
            assert await say(session, each) == Taken.SUSPENSE

        assert await in_suspense(session) == 1_00
        assert await audit(session) == []

    async def test_told_later_to_be_the_right_money_after_all_is_not_given_out_twice(
        self, session: AsyncSession
    ) -> None:
        payer, payee, _, attempt = await _link(session)
        right = paid(attempt)
        await say(session, replace(right, amount=Money(1_00, "RUB")))

        assert await say(session, right) == Taken.SUSPENSE

        assert [await in_wallet(session, who) for who in (payer, payee)] == [0, 0]
        assert (await provider_totals(session, BANK))["RUB"].paid == 1_00

    async def test_that_was_nobodys_is_not_given_out_beside_once_it_is_known_whose_it_is(
        self, session: AsyncSession
    ) -> None:
        _, payee, intent, attempt = await _link(session)
        state = paid(attempt)
        await put_into_suspense(session, provider=BANK, state=replace(state, attempt_id=None), now=NOW)

        assert await say(session, state) == Taken.SUSPENSE

        assert (await in_wallet(session, payee), await in_suspense(session)) == (0, 300_00)
        assert (await provider_totals(session, BANK))["RUB"].paid == 300_00
        assert intent.status == IntentStatus.CREATED
        assert await audit(session) == []


class TestSuccessThatComesLate:
    @pytest.mark.parametrize("how", ["canceled", "given up", "expired", "refused"])
    async def test_c60_is_in_the_payers_wallet_once(self, session: AsyncSession, how: str) -> None:
        payer, payee, intent, attempt = await _link(session)
        call = await _claimed(session)
        match how:
            case "canceled":
                await say(session, canceled(attempt, "payment"))
            case "given up":
                await give_up_attempt(session, actor=payer, attempt_id=attempt.id, now=NOW)
            case "expired":
                await record_answer(session, call, PaymentState(Outcome.UNKNOWN), now=NOW + GIVE_UP_AFTER + SECOND)
            case "refused":
                await record_answer(session, call, PaymentState(Outcome.REJECTED), now=NOW)
        status = attempt.status
        assert (status == AttemptStatus.SUCCEEDED, intent.status) == (False, IntentStatus.CREATED)

        for _ in range(3):
            assert await say(session, paid(attempt, payment_id="payment", fee_minor=3)) == Taken.DONE

        assert (attempt.status, intent.paid_minor) == (status, 0)
        assert (await in_wallet(session, payer), await in_wallet(session, payee)) == (300_00, 0)
        assert await _told(session, "attempt.came_late") == 1
        assert await audit(session) == []

    async def test_and_is_told_again_with_a_fee_that_was_not_known_counts_once(self, session: AsyncSession) -> None:
        payer, _, _, attempt = await _link(session)
        await give_up_attempt(session, actor=payer, attempt_id=attempt.id, now=NOW)
        state = paid(attempt)
        await say(session, state)

        assert await say(session, replace(state, fee_minor=8_40)) == Taken.DONE

        assert await in_wallet(session, payer) == 300_00
        assert await audit(session) == []

    async def test_and_is_told_again_with_another_amount_is_not_put_into_suspense_beside(
        self, session: AsyncSession
    ) -> None:
        payer, _, _, attempt = await _link(session)
        await give_up_attempt(session, actor=payer, attempt_id=attempt.id, now=NOW)
        state = paid(attempt)
        await say(session, state)

        assert await say(session, replace(state, amount=Money(1, "RUB"))) == Taken.DONE

        assert (await in_wallet(session, payer), await in_suspense(session)) == (300_00, 0)

    async def test_for_a_top_up_is_in_the_wallet_once(self, session: AsyncSession) -> None:
        anna = await person(session)
        attempt = await top_up(session, anna, 100_00)
        await give_up_attempt(session, actor=anna, attempt_id=attempt.id, now=NOW)

        for _ in range(2):
            await say(session, paid(attempt, payment_id="payment"))

        assert (attempt.status, await in_wallet(session, anna)) == (AttemptStatus.CANCELED, 100_00)
        assert await audit(session) == []

    async def test_while_the_debt_was_paid_in_another_way_is_the_payers(self, session: AsyncSession) -> None:
        payer, payee, intent, attempt = await _link(session)
        await give_up_attempt(session, actor=payer, attempt_id=attempt.id, now=NOW)
        await say(session, paid(await link(session, payer, intent)))

        await say(session, paid(attempt, payment_id="late"))

        assert (await in_wallet(session, payer), await in_wallet(session, payee)) == (300_00, 300_00)
        assert await audit(session) == []


class TestWordsInAnyOrder:
    async def test_r03_a_refusal_after_the_success_changes_nothing(self, session: AsyncSession) -> None:
        _, payee, intent, attempt = await _link(session)
        await say(session, paid(attempt, payment_id="payment"))

        assert await say(session, canceled(attempt, "payment")) == Taken.DONE
        await say(session, pending(attempt, "payment"))

        assert (attempt.status, attempt.reason) == (AttemptStatus.SUCCEEDED, None)
        assert (intent.status, await in_wallet(session, payee)) == (IntentStatus.SUCCEEDED, 300_00)
        assert await audit(session) == []

    async def test_f6_success_before_anything_else_and_pending_after_it_is_a_success(
        self, session: AsyncSession
    ) -> None:
        _, _, _, attempt = await _link(session)

        await say(session, paid(attempt, payment_id="payment"))
        await say(session, pending(attempt, "payment"))

        assert (attempt.status, attempt.next_call_at) == (AttemptStatus.SUCCEEDED, None)

    async def test_a_refusal_makes_the_debt_payable_again_with_its_reason(self, session: AsyncSession) -> None:
        _, _, intent, attempt = await _link(session)

        for reason in ("card_expired", "other"):
            await say(session, canceled(attempt, "payment", reason))

        assert (attempt.status, attempt.reason) == (AttemptStatus.CANCELED, "card_expired")
        assert intent.status == IntentStatus.CREATED

    async def test_a_refusal_after_the_due_date_leaves_the_debt_overdue_and_payable(
        self, session: AsyncSession
    ) -> None:
        payer, _, intent, attempt = await _link(session)
        later = intent.due_at + SECOND

        await say(session, canceled(attempt), now=later)

        assert intent.status == IntentStatus.EXPIRED
        await say(session, paid(await link(session, payer, intent, now=later)), now=later)
        assert intent.status == IntentStatus.SUCCEEDED

    async def test_of_another_provider_are_about_nothing_that_we_know(self, session: AsyncSession) -> None:
        _, payee, intent, attempt = await _link(session)
        await say(session, pending(attempt, "payment"))

        assert await say(session, paid(attempt), provider="stripe") == Taken.NO_ATTEMPT

        assert (intent.status, await in_wallet(session, payee)) == (IntentStatus.AWAITING, 0)

    async def test_about_an_attempt_that_nobody_made_are_about_nothing_that_we_know(
        self, session: AsyncSession
    ) -> None:
        _, _, _, attempt = await _link(session)

        stranger = replace(paid(attempt, payment_id="strange"), attempt_id=AttemptId(new_id()))
        assert await say(session, stranger) == Taken.NO_ATTEMPT
        assert await say(session, replace(stranger, attempt_id=None)) == Taken.NO_ATTEMPT

        assert await session.scalar(select(func.count()).select_from(Journal).where(Journal.kind != "lock")) == 0

    async def test_pending_shows_the_link_and_tells_of_it_once(self, session: AsyncSession) -> None:
        _, _, _, attempt = await _link(session)
        before = await _told(session, "attempt.moved")

        for _ in range(3):
            await say(session, pending(attempt, "payment"))

        assert (attempt.status, attempt.confirmation_url) == (AttemptStatus.PENDING_CONFIRMATION, URL)
        assert await _told(session, "attempt.moved") == before + 1
        assert attempt.next_call_at == NOW + LOOK_AGAIN


class TestALink:
    async def test_twice_is_the_same_and_another_rail_or_amount_has_to_wait(self, session: AsyncSession) -> None:
        payer, _, intent, attempt = await _link(session)

        assert (await link(session, payer, intent)).id == attempt.id
        for amount_minor, provider in ((1, BANK), (None, "stripe")):
            with pytest.raises(AttemptOpen):
                await link(session, payer, intent, amount_minor, provider=provider)

    async def test_that_is_pending_is_nobodys_claim_to_confirm_dispute_or_withdraw(self, session: AsyncSession) -> None:
        payer, payee, intent, attempt = await _link(session)
        await say(session, pending(attempt, "payment"))

        for act, actor in ((confirm_received, payee), (dispute_payment, payee), (withdraw_claim, payer)):
            with pytest.raises(AttemptNotFound):
                await act(session, actor=actor, attempt_id=attempt.id, now=NOW)

        assert (attempt.status, intent.status) == (AttemptStatus.PENDING_CONFIRMATION, IntentStatus.AWAITING)

    async def test_is_given_up_by_who_made_it_once_and_not_when_it_has_ended(self, session: AsyncSession) -> None:
        payer, payee, intent, attempt = await _link(session)
        with pytest.raises(AttemptNotFound):
            await give_up_attempt(session, actor=payee, attempt_id=attempt.id, now=NOW)

        for _ in range(2):
            await give_up_attempt(session, actor=payer, attempt_id=attempt.id, now=NOW)
        assert (attempt.reason, intent.status) == ("given_up", IntentStatus.CREATED)

        again = await link(session, payer, intent)
        await say(session, paid(again))
        with pytest.raises(TooLateToCancel):
            await give_up_attempt(session, actor=payer, attempt_id=again.id, now=NOW)

    async def test_cannot_be_given_up_while_telegram_takes_the_money(self, session: AsyncSession) -> None:
        payer, _, _, attempt = await _link(session)
        await _authorize(session, payer, attempt, "first")

        with pytest.raises(TooLateToCancel):
            await give_up_attempt(session, actor=payer, attempt_id=attempt.id, now=NOW)
        given_up = await give_up_attempt(session, actor=payer, attempt_id=attempt.id, now=NOW + AUTHORIZED_FOR)

        assert given_up.status == AttemptStatus.CANCELED
        with pytest.raises(InvoiceNotPayable):
            await _authorize(session, payer, attempt, "second")

    async def test_passes_one_query_at_a_time_of_its_payer_and_amount_alone(self, session: AsyncSession) -> None:
        payer, payee, _, attempt = await _link(session)
        for actor, amount in (
            (payee, Money(300_00, "RUB")),
            (payer, Money(299_99, "RUB")),
            (payer, Money(300_00, "USD")),
        ):
            with pytest.raises(InvoiceNotPayable):
                await _authorize(session, actor, attempt, "first", amount)
        for _ in range(2):
            await _authorize(session, payer, attempt, "first")
        with pytest.raises(InvoiceNotPayable):
            await _authorize(session, payer, attempt, "second")

    async def test_to_top_up_is_one_of_a_few(self, session: AsyncSession) -> None:
        anna = await person(session)
        for _ in range(5):
            await top_up(session, anna, 1_00)

        with pytest.raises(TooManyTopUps):
            await top_up(session, anna, 1_00)


async def _authorize(
    session: AsyncSession,
    actor: Actor,
    attempt: Attempt,
    query_id: str,
    amount: Money = Money(300_00, "RUB"),  # noqa: B008 -- it never changes
) -> None:
    await authorize_payment(
        session,
        actor=actor,
        attempt_id=attempt.id,
        provider=BANK,
        amount_minor=amount.minor,
        currency=amount.currency,
        query_id=query_id,
        now=NOW,
    )


async def _claimed(session: AsyncSession, after: timedelta = timedelta(0)) -> Call:
    call = await claim_call(session, providers=[BANK], return_url="https://example.org", now=NOW + after)
    assert call is not None
    return call


UNKNOWN, REJECTED = PaymentState(Outcome.UNKNOWN), PaymentState(Outcome.REJECTED, reason="amount_not_possible")


class TestAsking:
    async def test_creates_the_payment_and_then_only_asks_how_it_stands(self, session: AsyncSession) -> None:
        _, payee, _, attempt = await _link(session)

        call = await _claimed(session)
        assert (call.ask, call.request.amount, call.attempt_id) == (Ask.CREATE, Money(300_00, "RUB"), attempt.id)
        await record_answer(session, call, pending(attempt, "payment"), now=NOW)
        call = await _claimed(session, LOOK_AGAIN)
        assert (call.ask, call.payment_id) == (Ask.FETCH, "payment")
        await record_answer(session, call, pending(attempt, "payment"), now=NOW + LOOK_AGAIN)

        assert attempt.next_call_at == NOW + LOOK_AGAIN + LOOK_AGAIN_LATER
        assert await in_wallet(session, payee) == 0

    async def test_f8_again_when_nobody_knows_whether_it_was_created_uses_the_same_key(
        self, session: AsyncSession
    ) -> None:
        _, payee, intent, attempt = await _link(session)
        book: dict[AttemptId, str] = {}

        for number in range(4):
            assert attempt.next_call_at is not None
            call = await _claimed(session, attempt.next_call_at - NOW)
            assert call.ask == Ask.CREATE
            book.setdefault(call.request.attempt_id, f"payment-{number}")  # what the provider does with a key
            await record_answer(session, call, UNKNOWN, now=NOW + number * SECOND)
        await record_answer(session, call, paid(attempt, payment_id=book[attempt.id]), now=NOW)

        assert book == {attempt.id: "payment-0"}
        assert (intent.status, await in_wallet(session, payee)) == (IntentStatus.SUCCEEDED, 300_00)

    async def test_that_nobody_answers_is_put_off_longer_and_longer(self, session: AsyncSession) -> None:
        _, _, intent, attempt = await _link(session)
        now, waited = NOW, []

        for _ in range(7):
            call = await _claimed(session, now - NOW)
            await record_answer(session, call, UNKNOWN, now=now)
            assert attempt.next_call_at is not None
            waited.append(attempt.next_call_at - now)
            now = attempt.next_call_at

        assert waited == [*AGAIN_AFTER, AGAIN_AFTER[-1], AGAIN_AFTER[-1]]
        assert intent.status == IntentStatus.AWAITING

    async def test_f9_never_creates_again_once_the_key_may_be_forgotten(self, session: AsyncSession) -> None:
        _, _, _, attempt = await _link(session)
        await _claimed(session)

        assert (await _claimed(session, KEY_LIVES - SECOND)).ask == Ask.CREATE
        for after in (KEY_LIVES, KEY_LIVES + LEASE, 30 * HOUR):
            attempt.next_call_at = NOW
            call = await _claimed(session, after)
            assert call.ask == Ask.FIND
            assert call.since < NOW < call.until

    async def test_f9_takes_what_it_finds_in_the_list_and_gives_up_what_is_not_there(
        self, session: AsyncSession
    ) -> None:
        (_, payee, found, there), (_, _, lost, gone) = await _link(session), await _link(session)
        calls = {}
        for _ in range(2):
            await _claimed(session)
        for _ in range(2):
            call = await _claimed(session, KEY_LIVES)
            calls[call.attempt_id] = call

        await record_answer(session, calls[there.id], UNKNOWN, now=NOW + KEY_LIVES)
        assert (there.status, found.status) == (AttemptStatus.CREATED, IntentStatus.AWAITING)
        await record_answer(session, calls[there.id], paid(there), now=NOW + KEY_LIVES)
        await record_answer(session, calls[gone.id], REJECTED, now=NOW + KEY_LIVES)

        assert (there.status, await in_wallet(session, payee)) == (AttemptStatus.SUCCEEDED, 300_00)
        assert (gone.status, lost.status) == (AttemptStatus.EXPIRED, IntentStatus.CREATED)

    async def test_f10_settles_in_six_minutes_though_every_notice_is_lost(self, session: AsyncSession) -> None:
        _, payee, _, attempt = await _link(session)
        await record_answer(session, await _claimed(session), pending(attempt, "payment"), now=NOW)
        await record_answer(session, await _claimed(session, LOOK_AGAIN), pending(attempt, "payment"), now=NOW)
        assert attempt.next_call_at is not None

        call = await _claimed(session, timedelta(minutes=6))
        await record_answer(session, call, paid(attempt), now=NOW)

        assert await in_wallet(session, payee) == 300_00

    async def test_that_is_refused_ends_the_attempt_and_leaves_the_debt_payable(self, session: AsyncSession) -> None:
        _, _, intent, attempt = await _link(session)

        await record_answer(session, await _claimed(session), REJECTED, now=NOW)

        assert (attempt.status, attempt.reason) == (AttemptStatus.FAILED, "amount_not_possible")
        assert intent.status == IntentStatus.CREATED

    async def test_that_is_refused_late_ends_no_attempt_whose_payment_is_known_by_now(
        self, session: AsyncSession
    ) -> None:
        _, _, intent, attempt = await _link(session)
        slow = await _claimed(session)
        quick = await _claimed(session, LEASE)
        await record_answer(session, quick, pending(attempt, "payment"), now=NOW + LEASE)

        await record_answer(session, slow, REJECTED, now=NOW + LEASE)

        assert (attempt.status, intent.status) == (AttemptStatus.PENDING_CONFIRMATION, IntentStatus.AWAITING)

    async def test_about_a_payment_that_the_provider_does_not_know_goes_on(self, session: AsyncSession) -> None:
        _, _, intent, attempt = await _link(session)
        await record_answer(session, await _claimed(session), pending(attempt, "payment"), now=NOW)

        await record_answer(session, await _claimed(session, LOOK_AGAIN), REJECTED, now=NOW + LOOK_AGAIN)

        assert (attempt.status, intent.status) == (AttemptStatus.PENDING_CONFIRMATION, IntentStatus.AWAITING)

    @pytest.mark.parametrize("answer", [Outcome.UNKNOWN, Outcome.PENDING, Outcome.REJECTED])
    async def test_ends_after_a_day_and_an_hour_whatever_is_answered(
        self, session: AsyncSession, answer: Outcome
    ) -> None:
        _, _, intent, attempt = await _link(session)
        await record_answer(session, await _claimed(session), pending(attempt, "payment"), now=NOW)
        call = await _claimed(session, GIVE_UP_AFTER)
        state = replace(pending(attempt, "payment"), outcome=answer)

        await record_answer(session, call, state, now=NOW + GIVE_UP_AFTER)
        assert intent.status == IntentStatus.AWAITING
        await record_answer(session, call, state, now=NOW + GIVE_UP_AFTER + SECOND)

        assert (attempt.status, intent.status) == (AttemptStatus.EXPIRED, IntentStatus.CREATED)

    async def test_about_an_attempt_that_was_given_up_meanwhile_changes_nothing(self, session: AsyncSession) -> None:
        payer, _, intent, attempt = await _link(session)
        call = await _claimed(session)
        await give_up_attempt(session, actor=payer, attempt_id=attempt.id, now=NOW)

        for state in (UNKNOWN, REJECTED, pending(attempt, "payment"), canceled(attempt, "payment")):
            assert await record_answer(session, call, state, now=NOW) == Taken.DONE

        assert (attempt.status, attempt.reason) == (AttemptStatus.CANCELED, "given_up")
        assert intent.status == IntentStatus.CREATED

    async def test_leaves_an_invoice_that_has_no_id_to_its_hour(self, session: AsyncSession) -> None:
        _, _, intent, attempt = await _link(session)
        invoice = PaymentState(Outcome.PENDING)
        await record_answer(session, await _claimed(session), invoice, now=NOW)
        assert attempt.next_call_at == NOW + HOUR

        call = await _claimed(session, HOUR)
        assert call.ask == Ask.NOTHING
        await record_answer(session, call, PaymentState(Outcome.REJECTED), now=NOW + HOUR)

        assert (attempt.status, intent.status) == (AttemptStatus.EXPIRED, IntentStatus.CREATED)

    async def test_is_for_providers_that_are_there_and_for_what_is_due(self, session: AsyncSession) -> None:
        await _link(session)

        assert await claim_call(session, providers=["stripe"], return_url="", now=NOW) is None
        assert await claim_call(session, providers=[BANK], return_url="", now=NOW - SECOND) is None
        assert await claim_call(session, providers=[BANK], return_url="", now=NOW) is not None
        assert await claim_call(session, providers=[BANK], return_url="", now=NOW + LEASE - SECOND) is None
        assert await claim_call(session, providers=[BANK], return_url="", now=NOW + LEASE) is not None

    async def test_is_shared_by_workers_so_that_no_two_ask_the_same(self, db: Database) -> None:
        async with db.transaction() as session:
            expected = {(await _link(session))[3].id for _ in range(3)}
        everybody_claimed = asyncio.Barrier(4)

        async def work() -> AttemptId | None:
            async with db.transaction() as session:
                call = await claim_call(session, providers=[BANK], return_url="", now=NOW)
                await everybody_claimed.wait()
                return None if call is None else call.attempt_id

        claimed = await asyncio.gather(*(work() for _ in range(4)))

        assert sorted(map(str, claimed)) == sorted(map(str, [*expected, None]))


class TestReconciling:
    async def test_settles_what_no_notice_told_of_and_finds_nothing_the_second_time(
        self, session: AsyncSession
    ) -> None:
        _, payee, _, attempt = await _link(session)
        state = paid(attempt)

        found = await reconcile_payment(session, provider=BANK, state=state, now=NOW)
        assert found is not None
        assert (found.provider_says, found.we_said, found.done) == ("succeeded", "created", "done")
        assert await reconcile_payment(session, provider=BANK, state=state, now=NOW) is None

        assert await in_wallet(session, payee) == 300_00

    async def test_finds_nothing_where_the_money_came_late_or_lies_in_suspense(self, session: AsyncSession) -> None:
        payer, _, _, late = await _link(session)
        await give_up_attempt(session, actor=payer, attempt_id=late.id, now=NOW)
        _, _, _, wrong = await _link(session)
        states = [paid(late), replace(paid(wrong), amount=Money(1, "RUB"))]
        for state in states:
            await say(session, state)

        assert [await reconcile_payment(session, provider=BANK, state=each, now=NOW) for each in states] == [None] * 2

    async def test_puts_what_nobody_knows_into_suspense_once(self, session: AsyncSession) -> None:
        state = PaymentState(Outcome.SUCCEEDED, payment_id="strange", amount=Money(5_00, "RUB"))

        found = [await reconcile_payment(session, provider=BANK, state=state, now=NOW) for _ in range(2)]

        assert [None if each is None else each.done for each in found] == ["suspense", None]
        assert await in_suspense(session) == 5_00
        assert await audit(session) == []

    async def test_finds_nothing_in_a_try_that_failed_before_another_was_paid(self, session: AsyncSession) -> None:
        _, _, _, attempt = await _link(session)
        await say(session, paid(attempt, payment_id="second"))

        state = canceled(attempt, "first")

        assert await reconcile_payment(session, provider=BANK, state=state, now=NOW) is None

    async def test_tells_of_what_the_provider_does_not_list(self, session: AsyncSession) -> None:
        _, _, _, attempt = await _link(session)
        await say(session, paid(attempt, payment_id="payment"))

        async def missing(*listed: str) -> list[Difference]:
            return await paid_without_provider(
                session, provider=BANK, listed=listed, since=NOW - HOUR, until=NOW + HOUR
            )

        assert await missing("payment") == []
        for listed in ((), ("other",)):
            [found] = await missing(*listed)
            assert (found.payment_id, found.provider_says, found.we_said) == ("payment", "unknown", "succeeded")
