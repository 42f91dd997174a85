"""A machine that moves money in every way and order, against a model of plain integers.

MONEY_STORIES=2000 in the environment tells that many stories, each time other ones, and longer ones.
"""

import asyncio
import contextlib
import os
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ClassVar, TypeVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.accounts.withdraw import request_withdrawal, settle_withdrawal
from core.db import Database
from core.identity.actor import Actor
from core.ids import AttemptId, IntentId, OrderId, RefundId, WithdrawalId
from core.ledger.audit import audit
from core.ledger.post import NotEnoughMoney
from core.money import Money
from core.orders.finish_order import cancel_order, finish_orders
from core.orders.models import Order
from core.orders.pay_from_wallet import pay_from_wallet
from core.payments.claim_paid import claim_paid
from core.payments.confirm_received import AnsweredAlready, confirm_received
from core.payments.dispute_payment import dispute_payment
from core.payments.models import Rail
from core.payments.provider import Outcome, PaymentState, RefundState
from core.payments.refund_attempt import RefundEnded, answer_manual_refund, refund_attempt, refund_by_operator
from core.payments.start_attempt import TOP_UPS_OPEN_MAX, TooLateToCancel, give_up_attempt, start_attempt, start_top_up
from core.payments.take_payment_state import take_payment_state
from core.payments.take_refund_state import take_refund_state
from core.settlement.models import Intent
from tests.builders import BANK, NO_LIMITS, NOW, WEEK, lock, person, purchase, spending
from tests.core.accounts.makers import order, take
from tests.core.payments.makers import in_suspense, in_wallet

FEE_BASIS_POINTS = 333
T = TypeVar("T")
STORIES = int(os.environ.get("MONEY_STORIES", "0"))
amounts = st.integers(1, 100_00)
picks = st.integers(0, 11)
people = st.sampled_from([0, 1])
crashes = st.sampled_from([False, False, True])


@dataclass
class DebtModel:
    """What one of the two owes the other; `is_busy` while an attempt to pay it is open."""

    id: IntentId
    payer: int
    left: int
    paid: int = 0
    is_busy: bool = False


@dataclass
class AttemptModel:
    """A try to pay a debt or (`debt` is None) to top up; `known` is the provider's payment that it is about."""

    id: AttemptId
    rail: Rail
    payer: int
    amount: int
    debt: DebtModel | None
    status: str = "open"
    known: str | None = None
    late: set[str] = field(default_factory=set)
    suspended: set[str] = field(default_factory=set)
    refunded: int = 0
    is_refunding: bool = False

    @property
    def owner(self) -> int:
        """Return whose money it is once it is paid."""
        return self.payer if self.debt is None else 1 - self.payer

    def fee_of(self, refunded: int) -> int:
        """Return the fee of a part of the amount, from its beginning."""
        if self.debt is None or self.rail == Rail.MANUAL:
            return 0
        fee = min((self.amount * FEE_BASIS_POINTS + 5000) // 10_000, self.amount - 1)
        return fee * refunded // self.amount

    def end(self, status: str) -> None:
        """Close it, and let its debt be paid in another way."""
        self.status = status
        if self.debt is not None:
            self.debt.is_busy = False
            if status == "succeeded":
                self.debt.left -= self.amount
                self.debt.paid += self.amount


@dataclass
class OrderModel:
    """An order, what is held for it, and the attempt that it carries out."""

    id: OrderId
    who: int
    amount: int
    attempt: AttemptModel | None
    status: str = "new"
    hold: str | None = None


@dataclass
class RefundModel:
    """A refund, with the part of it that is its owner's and not the house's."""

    id: RefundId
    attempt: AttemptModel
    amount: int
    net: int
    status: str = "pending"


@dataclass
class WithdrawalModel:
    """A request to withdraw."""

    id: WithdrawalId
    who: int
    amount: int
    status: str = "requested"


class Crash(Exception):
    """The process dies before it commits."""


class MoneyMachine(RuleBasedStateMachine):
    """Two people, what they have, and everything that can happen to it."""

    db: ClassVar[Database]
    runner: ClassVar[asyncio.Runner]

    def __init__(self) -> None:
        super().__init__()
        self.people: list[Actor] = []
        self.has = [0, 0]
        self.suspense = 0
        self.debts: list[DebtModel] = []
        self.attempts: list[AttemptModel] = []
        self.orders: list[OrderModel] = []
        self.refunds: list[RefundModel] = []
        self.withdrawals: list[WithdrawalModel] = []

    def do(self, act: Callable[[AsyncSession], Awaitable[T]], *, dies: bool = False) -> T:
        """Carry out a step in its own transaction; where it `dies` first, it is done again."""
        done: T = self.runner.run(self._do(act, dies=dies))
        return done

    async def _do(self, act: Callable[[AsyncSession], Awaitable[Any]], *, dies: bool) -> Any:
        if dies:
            with contextlib.suppress(Crash):
                async with self.db.transaction() as session:
                    await act(session)
                    await session.flush()
                    raise Crash
        async with self.db.transaction() as session:
            return await act(session)

    @initialize()
    def meet(self) -> None:
        async def act(session: AsyncSession) -> None:
            self.people = [await person(session, name) for name in ("Анна", "Борис")]
            self.suspense = await in_suspense(session)

        self.do(act)

    @rule(who=people, amount=amounts, dies=crashes)
    def owe(self, who: int, amount: int, dies: bool) -> None:
        payer, payee = self.people[who], self.people[1 - who]

        async def act(session: AsyncSession) -> Intent:
            opened = await purchase(session, payee, payer)
            await spending(session, payee, opened, 2 * amount)
            [intent] = await lock(session, payee, opened)
            return intent

        self.debts.append(DebtModel(self.do(act, dies=dies).id, who, amount))

    @rule(who=people, amount=amounts, dies=crashes)
    def top_up(self, who: int, amount: int, dies: bool) -> None:
        mine = [each for each in self.attempts if each.debt is None and each.payer == who and each.status == "open"]
        if len(mine) >= TOP_UPS_OPEN_MAX:
            return
        attempt = self.do(
            lambda session: start_top_up(
                session,
                actor=self.people[who],
                amount_minor=amount,
                currency="RUB",
                provider=BANK,
                limits=NO_LIMITS,
                now=NOW,
            ),
            dies=dies,
        )
        self.attempts.append(AttemptModel(attempt.id, Rail.PROVIDER, who, amount, None))

    @precondition(lambda self: any(debt.left and not debt.is_busy for debt in self.debts))
    @rule(pick=picks, rail=st.sampled_from(Rail), part=amounts, dies=crashes)
    def pay(self, pick: int, rail: Rail, part: int, dies: bool) -> None:
        payable = [debt for debt in self.debts if debt.left and not debt.is_busy]
        debt = payable[pick % len(payable)]
        amount = min(part, debt.left)
        how: dict[str, Any] = {"actor": self.people[debt.payer], "intent_id": debt.id, "amount_minor": amount}
        fee: dict[str, Any] = {"limits": NO_LIMITS, "service_fee_basis_points": FEE_BASIS_POINTS}

        async def act(session: AsyncSession) -> tuple[AttemptId, OrderId | None]:
            if rail == Rail.MANUAL:
                return (await claim_paid(session, **how, confirm_within=WEEK, now=NOW)).id, None
            if rail == Rail.PROVIDER:
                return (await start_attempt(session, **how, **fee, provider=BANK, now=NOW)).id, None
            attempt = await pay_from_wallet(session, **how, **fee, now=NOW)
            return attempt.id, await session.scalar(select(Order.id).where(Order.attempt_id == attempt.id))

        if rail == Rail.WALLET and self.has[debt.payer] < amount:
            with pytest.raises(NotEnoughMoney):
                self.do(act)
            return
        attempt_id, order_id = self.do(act, dies=dies)
        attempt = AttemptModel(attempt_id, rail, debt.payer, amount, debt)
        debt.is_busy = True
        self.attempts.append(attempt)
        if order_id is not None:
            self.orders.append(OrderModel(order_id, debt.payer, amount, attempt))

    def _by_provider(self) -> list[AttemptModel]:
        return [attempt for attempt in self.attempts if attempt.rail == Rail.PROVIDER]

    @precondition(lambda self: self._by_provider())
    @rule(
        pick=picks,
        words=st.lists(
            st.tuples(
                st.sampled_from(["first", "first", "second"]),
                st.sampled_from([Outcome.SUCCEEDED, Outcome.SUCCEEDED, Outcome.CANCELED, Outcome.PENDING]),
                st.sampled_from([0, 0, 1]),
            ),
            min_size=1,
            max_size=4,
        ),
        dies=crashes,
    )
    def provider_says(self, pick: int, words: list[tuple[str, Outcome, int]], dies: bool) -> None:
        attempt = self._by_provider()[pick % len(self._by_provider())]
        for payment, outcome, too_much in words:
            money = Money(attempt.amount + too_much, "RUB")
            state = PaymentState(outcome, f"{payment} of {attempt.id}", attempt.id, money)
            self.do(partial(take_payment_state, provider=BANK, state=state, now=NOW), dies=dies)
            self._provider_said(attempt, payment, outcome, too_much)

    def _provider_said(self, attempt: AttemptModel, payment: str, outcome: Outcome, too_much: int) -> None:
        is_open = attempt.status == "open"
        if is_open:
            attempt.known = attempt.known or payment
        if outcome == Outcome.CANCELED and is_open and attempt.known == payment:
            attempt.end("canceled")
        is_settled = attempt.status == "succeeded" and attempt.known == payment
        if outcome != Outcome.SUCCEEDED or is_settled or payment in attempt.late:
            return
        if too_much or payment in attempt.suspended:
            if payment not in attempt.suspended:
                attempt.suspended.add(payment)
                self.suspense += attempt.amount + too_much
            if is_open and attempt.known == payment:
                attempt.end("failed")
        elif is_open:
            attempt.known = payment
            attempt.end("succeeded")
            self.has[attempt.owner] += attempt.amount - attempt.fee_of(attempt.amount)
        else:
            attempt.late.add(payment)
            self.has[attempt.payer] += attempt.amount

    @precondition(lambda self: self._by_provider())
    @rule(pick=picks, dies=crashes)
    def give_up(self, pick: int, dies: bool) -> None:
        attempt = self._by_provider()[pick % len(self._by_provider())]
        giving_up = lambda session: give_up_attempt(  # noqa: E731
            session, actor=self.people[attempt.payer], attempt_id=attempt.id, now=NOW
        )
        if attempt.status == "open":
            self.do(giving_up, dies=dies)
            attempt.end("given up")
        elif attempt.status == "given up":
            self.do(giving_up)
        else:
            with pytest.raises(TooLateToCancel):
                self.do(giving_up)

    @precondition(lambda self: any(attempt.rail == Rail.MANUAL for attempt in self.attempts))
    @rule(pick=picks, received=st.booleans(), dies=crashes)
    def answer_claim(self, pick: int, received: bool, dies: bool) -> None:
        claims = [attempt for attempt in self.attempts if attempt.rail == Rail.MANUAL]
        claim = claims[pick % len(claims)]
        answer, wanted = (confirm_received, "succeeded") if received else (dispute_payment, "canceled")
        answering = lambda session: answer(  # noqa: E731
            session, actor=self.people[claim.owner], attempt_id=claim.id, now=NOW
        )
        if claim.status == "open":
            self.do(answering, dies=dies)
            claim.end(wanted)
        elif claim.status == wanted:
            self.do(answering)
        else:
            with pytest.raises(AnsweredAlready):
                self.do(answering)

    @rule(who=people, amount=amounts, dies=crashes)
    def buy(self, who: int, amount: int, dies: bool) -> None:
        placed = self.do(lambda session: order(session, self.people[who], amount), dies=dies)
        self.orders.append(OrderModel(placed.id, who, amount, None))

    @precondition(lambda self: self.orders)
    @rule(pick=picks, dies=crashes)
    def hold(self, pick: int, dies: bool) -> None:
        placed = self.orders[pick % len(self.orders)]

        async def act(session: AsyncSession) -> None:
            await take(session, await session.get_one(Order, placed.id))

        self.do(act, dies=dies)
        if placed.hold is None:
            placed.hold = "held" if self.has[placed.who] >= placed.amount else "refused"
            if placed.hold == "held":
                self.has[placed.who] -= placed.amount

    @precondition(lambda self: any(each.hold not in {None, "refused"} for each in self.orders))
    @rule(some=st.sets(picks, min_size=1, max_size=3), dies=crashes)
    def finish(self, some: set[int], dies: bool) -> None:
        ready = [each for each in self.orders if each.hold not in {None, "refused"}]
        orders = list({each.id: each for each in (ready[pick % len(ready)] for pick in some)}.values())

        self.do(lambda session: finish_orders(session, [each.id for each in orders], now=NOW), dies=dies)

        for placed in orders:
            if placed.status == "cancelled" and placed.hold == "held":
                placed.hold = "voided"
                self.has[placed.who] += placed.amount
            if placed.status == "new":
                placed.status, placed.hold = "finished", "captured"
                if placed.attempt is not None:
                    placed.attempt.end("succeeded")
                    self.has[placed.attempt.owner] += placed.amount - placed.attempt.fee_of(placed.amount)

    @precondition(lambda self: self.orders)
    @rule(pick=picks, dies=crashes)
    def cancel(self, pick: int, dies: bool) -> None:
        placed = self.orders[pick % len(self.orders)]

        self.do(lambda session: cancel_order(session, order_id=placed.id, reason="changed_mind", now=NOW), dies=dies)

        if placed.status == "new":
            placed.status = "cancelled"
            if placed.hold == "held":
                placed.hold = "voided"
                self.has[placed.who] += placed.amount
            if placed.attempt is not None:
                placed.attempt.end("canceled")

    def _refundable(self) -> list[AttemptModel]:
        return [
            each
            for each in self.attempts
            if each.status == "succeeded" and not each.is_refunding and each.refunded < each.amount
        ]

    @precondition(lambda self: self._refundable())
    @rule(pick=picks, part=amounts, dies=crashes)
    def refund(self, pick: int, part: int, dies: bool) -> None:
        attempt = self._refundable()[pick % len(self._refundable())]
        amount = min(part, attempt.amount - attempt.refunded)
        fee = attempt.fee_of(attempt.refunded + amount) - attempt.fee_of(attempt.refunded)
        what: dict[str, Any] = {"attempt_id": attempt.id, "amount_minor": amount, "now": NOW}

        async def act(session: AsyncSession) -> RefundId:
            if attempt.debt is None:
                return (await refund_by_operator(session, operator="оля", **what)).id
            return (await refund_attempt(session, actor=self.people[attempt.owner], **what)).id

        if attempt.rail != Rail.MANUAL and self.has[attempt.owner] < amount - fee:
            with pytest.raises(NotEnoughMoney):
                self.do(act)
            return
        refund = RefundModel(self.do(act, dies=dies), attempt, amount, amount - fee)
        attempt.refunded += amount
        if attempt.rail != Rail.MANUAL:
            self.has[attempt.owner] -= refund.net
        if attempt.rail == Rail.WALLET:
            self.has[attempt.payer] += amount
        else:
            attempt.is_refunding = True
            self.refunds.append(refund)

    @precondition(lambda self: self.refunds)
    @rule(pick=picks, succeeds=st.booleans(), dies=crashes)
    def end_refund(self, pick: int, succeeds: bool, dies: bool) -> None:
        refund = self.refunds[pick % len(self.refunds)]
        attempt, wanted = refund.attempt, "succeeded" if succeeds else "canceled"
        outcome = Outcome.SUCCEEDED if succeeds else Outcome.CANCELED
        state = RefundState(outcome, f"theirs of {refund.id}", None, refund.id, Money(refund.amount, "RUB"))

        async def act(session: AsyncSession) -> None:
            if attempt.rail == Rail.PROVIDER:
                await take_refund_state(session, provider=BANK, state=state, now=NOW)
            else:
                payer = self.people[attempt.payer]
                await answer_manual_refund(session, actor=payer, refund_id=refund.id, received=succeeds, now=NOW)

        if attempt.rail == Rail.MANUAL and refund.status not in {"pending", wanted}:
            with pytest.raises(RefundEnded):
                self.do(act)
            return
        self.do(act, dies=dies)
        if refund.status == "pending":
            refund.status = wanted
            attempt.is_refunding = False
            if not succeeds:
                attempt.refunded -= refund.amount
                self.has[attempt.owner] += refund.net if attempt.rail == Rail.PROVIDER else 0

    @rule(who=people, amount=amounts, dies=crashes)
    def withdraw(self, who: int, amount: int, dies: bool) -> None:
        asking = lambda session: request_withdrawal(  # noqa: E731
            session,
            actor=self.people[who],
            amount_minor=amount,
            currency="RUB",
            destination="карта",
            limits=NO_LIMITS,
            now=NOW,
        )
        if self.has[who] < amount:
            with pytest.raises(NotEnoughMoney):
                self.do(asking)
            return
        self.withdrawals.append(WithdrawalModel(self.do(asking, dies=dies).id, who, amount))
        self.has[who] -= amount

    @precondition(lambda self: any(each.status == "requested" for each in self.withdrawals))
    @rule(pick=picks, is_paid=st.booleans(), times=st.integers(1, 2), dies=crashes)
    def settle_withdrawal(self, pick: int, is_paid: bool, times: int, dies: bool) -> None:
        waiting = [each for each in self.withdrawals if each.status == "requested"]
        withdrawal = waiting[pick % len(waiting)]
        for _ in range(times):
            self.do(
                lambda session: settle_withdrawal(
                    session,
                    withdrawal_id=withdrawal.id,
                    operator="оля",
                    rejected_for=None if is_paid else "нет",
                    now=NOW,
                ),
                dies=dies,
            )
        withdrawal.status = "paid" if is_paid else "rejected"
        self.has[withdrawal.who] += 0 if is_paid else withdrawal.amount

    @invariant()
    def everybody_has_what_the_model_says_and_the_audit_finds_nothing(self) -> None:
        async def look(session: AsyncSession) -> None:
            assert [await in_wallet(session, each) for each in self.people] == self.has
            assert await in_suspense(session) == self.suspense
            intents = await session.scalars(select(Intent).where(Intent.id.in_([debt.id for debt in self.debts])))
            assert {each.id: (each.left_minor, each.paid_minor) for each in intents} == {
                debt.id: (debt.left, debt.paid) for debt in self.debts
            }
            assert await audit(session) == []

        if self.people:
            self.do(look)


@pytest.fixture
def machine(database_url: str) -> Iterator[type[MoneyMachine]]:
    """Return the machine, with a database of its own and a loop that runs while a rule does."""
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        MoneyMachine.runner = runner
        MoneyMachine.db = Database.connect(database_url, pool_size=2)
        yield MoneyMachine
        runner.run(MoneyMachine.db.close())


@pytest.mark.slow
@pytest.mark.timeout(120 + STORIES * 60)
def test_no_story_makes_or_loses_money(machine: type[MoneyMachine]) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=STORIES or 12,
            stateful_step_count=60 if STORIES else 40,
            derandomize=not STORIES,
            deadline=None,
            phases=list(Phase) if STORIES else [Phase.generate],  # a failure is told at once, not shortened first
            suppress_health_check=list(HealthCheck),
        ),
    )
