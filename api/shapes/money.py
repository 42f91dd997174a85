"""Accounts, orders and reports."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field

from api.shapes.shape import Amount, Cents, Currency, Moment, Shape
from core.accounts.models import Withdrawal
from core.identity.requisites import Kind
from core.notifications.reasons import written_reason
from core.orders.models import DESCRIPTION_LENGTH_MAX, Order

YEAR_MIN, YEAR_MAX = 1970, 2999  # whose days can be written in every time zone


class NewAccount(Shape):
    """In which currency."""

    currency: Currency


class Account(Shape):
    """What I have in a currency."""

    currency: Currency
    balance_cents: Cents


class Accounts(Shape):
    """What I have, by currency."""

    items: list[Account]


class Balance(Account):
    """What I can spend, and what is held beside it for orders that have not ended."""

    held_cents: Cents


class Deposit(Shape):
    """How much to put into my account; by the first provider of the currency unless one is named."""

    amount_cents: Amount
    currency: Currency
    provider: str | None = Field(default=None, max_length=40, examples=["yookassa"])


class StatementLine(Shape):
    """A movement of an account."""

    id: int = Field(description="1, 2, 3 … in this account.", examples=[12])
    at: Moment
    kind: str = Field(description="What it was, in a word.", examples=["top_up"])
    amount_cents: int = Field(description="What came; below zero, what went.", examples=[125_000])
    balance_cents: Cents = Field(description="What was there after it.")
    currency: Currency


class NewWithdrawal(Shape):
    """How much to send outside, to one of my requisites: the first that I have unless one is named."""

    amount_cents: Amount
    currency: Currency
    to: Kind | None = Field(default=None, examples=["card"])


class WithdrawalShape(Shape):
    """Money on its way outside; an operator sends it."""

    id: UUID
    amount_cents: Cents
    currency: Currency
    destination: str = Field(examples=["2200 0000 0000 0004"])
    status: Literal["requested", "paid", "rejected"] = Field(examples=["requested"])
    reason: str | None = Field(description="Why it was rejected.", examples=["no such card"])
    created_at: Moment
    ended_at: Moment | None


class NewOrder(Shape):
    """How much to pay from my account for what; with `intent_id` it pays that debt of mine."""

    amount_cents: Amount
    currency: Currency | None = Field(default=None, description="That of the debt, or of this installation.")
    description: str = Field(min_length=1, max_length=DESCRIPTION_LENGTH_MAX, examples=["A crate of apples"])
    intent_id: UUID | None = None


class OrderShape(Shape):
    """A request to pay from my account; what becomes of it is known a moment later."""

    id: UUID
    amount_cents: Cents
    currency: Currency
    description: str = Field(examples=["A crate of apples"])
    status: Literal["NEW", "FINISHED", "CANCELLED"] = Field(examples=["NEW"])
    reason: str | None = Field(description="Why it was cancelled, in a word.", examples=["not_enough_money"])
    reason_text: str | None = Field(
        description="The same as a sentence in the person's language.",
        examples=["There is not enough money in your wallet."],
    )
    intent_id: UUID | None
    created_at: Moment
    ended_at: Moment | None


class NewReport(Shape):
    """As what kind of file."""

    format: Literal["json", "csv", "xlsx", "pdf"] = Field(examples=["pdf"])


def _of_our_time(moment: datetime) -> datetime:
    if not YEAR_MIN <= moment.year <= YEAR_MAX:
        raise ValueError(f"a statement is of the years {YEAR_MIN} to {YEAR_MAX}")
    return moment


class NewStatement(NewReport):
    """As what kind of file, and from when on."""

    since: Annotated[Moment, AfterValidator(_of_our_time)] | None = Field(
        default=None, description="Leaves out what was before; everything if it is missing."
    )


class ReportShape(Shape):
    """A report that is made, or is ready."""

    id: UUID
    purchase_id: UUID | None = Field(description="null: it is a statement of the person.")
    format: str = Field(examples=["pdf"])
    status: Literal["queued", "running", "ready", "failed"] = Field(examples=["ready"])
    progress: int = Field(ge=0, le=100, description="In percent.", examples=[100])
    file_url: str | None = Field(
        description="Where the file is, once it is ready; it is kept for a week.",
        examples=["/v1/reports/0197a3c4-0d2e-7b1a-9c55-1f2e3d4c5b6a/file"],
    )
    created_at: Moment
    ended_at: Moment | None


def order_shape(order: Order, intent_id: UUID | None, language: str) -> OrderShape:
    """Return an order with the debt that it pays; why it was cancelled is said in a language."""
    return OrderShape(
        id=order.id,
        amount_cents=order.amount_minor,
        currency=order.currency,
        description=order.description,
        status=order.status.upper(),
        reason=order.reason,
        reason_text=None if order.reason is None else written_reason(order.reason, language, by_bank=False),
        intent_id=intent_id,
        created_at=order.created_at,
        ended_at=order.finished_at,
    )


def withdrawal_shape(withdrawal: Withdrawal) -> WithdrawalShape:
    """Return a request to withdraw."""
    return WithdrawalShape(
        id=withdrawal.id,
        amount_cents=withdrawal.amount_minor,
        currency=withdrawal.currency,
        destination=withdrawal.destination,
        status=withdrawal.status,
        reason=withdrawal.reason,
        created_at=withdrawal.created_at,
        ended_at=withdrawal.settled_at,
    )
