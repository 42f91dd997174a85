"""What a report says, whatever file it becomes: amounts in minor units, people by their ids (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self
from uuid import UUID

from core.ids import PurchaseId, UserId
from core.payments.models import AttemptStatus
from core.settlement.models import IntentStatus

EXPECTED = "expected"  # of a debt: what a lock would make of an active purchase now


@dataclass(frozen=True, slots=True)
class Share:
    """What one person bears of an expense; `extra_minor` is 1 where it holds the unit that could not be divided."""

    user_id: UserId
    share_minor: int
    extra_minor: int


@dataclass(frozen=True, slots=True)
class Payer:
    """What one person paid of an expense."""

    user_id: UserId
    paid_minor: int


@dataclass(frozen=True, slots=True)
class Expense:
    """A done task: its payers and its shares sum to its cost each."""

    number: int
    title: str
    done_at: datetime
    cost_minor: int
    payers: tuple[Payer, ...]
    shares: tuple[Share, ...]

    def paid_by(self, user_id: UserId) -> int:
        """Return what a person paid of it."""
        return sum(payer.paid_minor for payer in self.payers if payer.user_id == user_id)

    def share_of(self, user_id: UserId) -> int:
        """Return what a person bears of it."""
        return sum(share.share_minor for share in self.shares if share.user_id == user_id)


@dataclass(frozen=True, slots=True)
class Debt:
    """What the payer owes the payee, and what became of it. Money that went back does not make it open again."""

    payer_id: UserId
    payee_id: UserId
    amount_minor: int
    paid_minor: int
    written_off_minor: int
    refunded_minor: int
    status: str  # an IntentStatus, or EXPECTED
    due_at: datetime | None
    created_at: datetime | None

    @property
    def left_minor(self) -> int:
        """Return what is still to be paid."""
        return self.amount_minor - self.paid_minor - self.written_off_minor

    @property
    def is_settled(self) -> bool:
        """Return whether nothing is left to do about it."""
        return self.status in {IntentStatus.SUCCEEDED, IntentStatus.REFUNDED}


@dataclass(frozen=True, slots=True)
class Payment:
    """An attempt to pay a debt that succeeded, or is under way."""

    id: UUID
    at: datetime
    payer_id: UserId
    payee_id: UserId
    amount_minor: int
    rail: str
    status: str

    @property
    def is_paid(self) -> bool:
        """Return whether the money is there."""
        return self.status == AttemptStatus.SUCCEEDED


@dataclass(frozen=True, slots=True)
class Refund:
    """Money of a payment that went back to its payer, or is on its way."""

    id: UUID
    at: datetime
    payer_id: UserId
    payee_id: UserId
    amount_minor: int
    rail: str
    status: str


@dataclass(frozen=True, slots=True)
class Person:
    """One person's sums. Whoever paid more than they bear gets money, until the balance is zero."""

    id: UserId
    paid_minor: int  # for expenses
    share_minor: int
    sent_minor: int  # to others, for debts
    received_minor: int
    forgiven_minor: int  # debts that were written off for them, less those that they wrote off
    balance_minor: int  # above zero: still to be received

    @property
    def net_minor(self) -> int:
        """Return what the person is to get (above zero) or to give for the expenses."""
        return self.paid_minor - self.share_minor


@dataclass(frozen=True, slots=True)
class PurchaseReport:
    """All about one purchase at one moment. Only stored shares are read; money between people is no spending."""

    generated_at: datetime
    time_zone: str
    purchase_id: PurchaseId
    title: str
    currency: str
    status: str
    strategy: str | None
    organizer_id: UserId
    created_at: datetime
    due_at: datetime | None
    locked_at: datetime | None
    closed_at: datetime | None
    names: dict[UserId, str]  # of everybody who is mentioned
    people: tuple[Person, ...]
    expenses: tuple[Expense, ...]
    debts: tuple[Debt, ...]
    payments: tuple[Payment, ...]
    refunds: tuple[Refund, ...]

    @property
    def spent_minor(self) -> int:
        """Return what the done tasks cost together."""
        return sum(expense.cost_minor for expense in self.expenses)

    @property
    def left_minor(self) -> int:
        """Return what is still to be paid between people."""
        return sum(debt.left_minor for debt in self.debts)

    def with_sums(self, user_ids: Sequence[UserId]) -> Self:
        """Return the report with the sums of these people, in this order."""
        return replace(self, people=tuple(self._sums(user_id) for user_id in user_ids))

    def of_person(self, user_id: UserId, since: datetime | None) -> Self:
        """Return what concerns one person, and, with a moment, only what happened since; open debts always do."""

        def is_new(at: datetime | None) -> bool:
            return since is None or (at is not None and at >= since)

        def is_between(line: Debt | Payment | Refund) -> bool:
            return user_id in {line.payer_id, line.payee_id}

        return replace(
            self,
            expenses=tuple(
                expense
                for expense in self.expenses
                if is_new(expense.done_at) and (expense.paid_by(user_id) or expense.share_of(user_id))
            ),
            debts=tuple(
                debt for debt in self.debts if is_between(debt) and (not debt.is_settled or is_new(debt.created_at))
            ),
            payments=tuple(payment for payment in self.payments if is_between(payment) and is_new(payment.at)),
            refunds=tuple(refund for refund in self.refunds if is_between(refund) and is_new(refund.at)),
        ).with_sums([user_id])

    @property
    def is_empty(self) -> bool:
        """Return whether there is nothing to say."""
        return not (self.expenses or self.debts or self.payments or self.refunds)

    def _sums(self, user_id: UserId) -> Person:
        done = [payment for payment in self.payments if payment.is_paid]
        owed = [debt for debt in self.debts if debt.payer_id == user_id]
        due = [debt for debt in self.debts if debt.payee_id == user_id]
        return Person(
            id=user_id,
            paid_minor=sum(expense.paid_by(user_id) for expense in self.expenses),
            share_minor=sum(expense.share_of(user_id) for expense in self.expenses),
            sent_minor=sum(payment.amount_minor for payment in done if payment.payer_id == user_id),
            received_minor=sum(payment.amount_minor for payment in done if payment.payee_id == user_id),
            forgiven_minor=sum(debt.written_off_minor for debt in owed) - sum(debt.written_off_minor for debt in due),
            balance_minor=sum(debt.left_minor for debt in due) - sum(debt.left_minor for debt in owed),
        )


@dataclass(frozen=True, slots=True)
class Statement:
    """One person's part in all their purchases, the oldest first; with a moment, what happened since."""

    generated_at: datetime
    time_zone: str
    person_id: UserId
    name: str
    since: datetime | None
    purchases: tuple[PurchaseReport, ...]

    @property
    def currencies(self) -> list[str]:
        """Return the currencies of the purchases, each once."""
        return sorted({purchase.currency for purchase in self.purchases})


Document = PurchaseReport | Statement
