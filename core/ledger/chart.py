"""The chart of accounts: which kinds there are, how one is named, and the legs of each kind of posting (pure)."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from core.ids import PurchaseId, UserId

SHARDS = 16


class Side(StrEnum):
    """The side on which an account grows."""

    DEBIT = "D"
    CREDIT = "C"


class Kind(StrEnum):
    """What an account stands for."""

    WALLET = "wallet"
    ESCROW = "escrow"
    PROVIDER_CLEARING = "provider_clearing"
    REFUND_CLEARING = "refund_clearing"
    BANK = "bank"
    FEE_EXPENSE = "fee_expense"
    FEE_REVENUE = "fee_revenue"
    DEBT_RECEIVABLE = "debt_receivable"
    DEBT_PAYABLE = "debt_payable"
    SUSPENSE = "suspense"
    SALES = "sales"


NORMAL_SIDE = {
    Kind.WALLET: Side.CREDIT,
    Kind.ESCROW: Side.CREDIT,
    Kind.PROVIDER_CLEARING: Side.DEBIT,
    Kind.REFUND_CLEARING: Side.CREDIT,
    Kind.BANK: Side.DEBIT,
    Kind.FEE_EXPENSE: Side.DEBIT,
    Kind.FEE_REVENUE: Side.CREDIT,
    Kind.DEBT_RECEIVABLE: Side.DEBIT,
    Kind.DEBT_PAYABLE: Side.CREDIT,
    Kind.SUSPENSE: Side.CREDIT,
    Kind.SALES: Side.CREDIT,
}


# The house's own accounts have no floor: they record what happened outside, and one shard may pay what another took.
WITHOUT_FLOOR = (Kind.PROVIDER_CLEARING, Kind.BANK, Kind.FEE_EXPENSE, Kind.FEE_REVENUE, Kind.SALES)


@dataclass(frozen=True, slots=True)
class AccountName:
    """The natural key of an account: the same name is the same account."""

    kind: Kind
    currency: str
    owner_id: UUID | None = None
    counterparty_id: UUID | None = None
    purchase_id: UUID | None = None
    order_id: UUID | None = None
    provider: str | None = None
    shard: int = 0

    def __str__(self) -> str:
        """Return the name as the database derives it."""
        parts = (self.owner_id, self.counterparty_id, self.purchase_id, self.order_id, self.provider)
        return ":".join(
            [self.kind, self.currency, *("" if part is None else str(part) for part in parts), str(self.shard)]
        )


@dataclass(frozen=True, slots=True)
class Leg:
    """One transfer of a posting: an amount above zero, in minor units, from the credited to the debited account."""

    debit: AccountName
    credit: AccountName
    amount_minor: int


def wallet(user_id: UserId, currency: str) -> AccountName:
    """Return the account of what a person has with us."""
    return AccountName(Kind.WALLET, currency, owner_id=user_id)


def escrow(order_id: UUID, currency: str) -> AccountName:
    """Return the account of what is held for an order until it ends."""
    return AccountName(Kind.ESCROW, currency, order_id=order_id)


def provider_clearing(provider: str, currency: str, shard_key: UUID) -> AccountName:
    """Return the account of what a provider has taken for us and not paid out; `shard_key` is whose payment it is."""
    return AccountName(Kind.PROVIDER_CLEARING, currency, provider=provider, shard=shard_of(shard_key))


def refund_clearing(user_id: UserId, currency: str) -> AccountName:
    """Return the account of what is on its way back to a person's card."""
    return AccountName(Kind.REFUND_CLEARING, currency, owner_id=user_id)


def fee_expense(provider: str, currency: str, shard_key: UUID) -> AccountName:
    """Return the account of what a provider charges us."""
    return AccountName(Kind.FEE_EXPENSE, currency, provider=provider, shard=shard_of(shard_key))


def fee_revenue(currency: str, shard_key: UUID) -> AccountName:
    """Return the account of what we charge."""
    return AccountName(Kind.FEE_REVENUE, currency, shard=shard_of(shard_key))


def sales(currency: str, shard_key: UUID) -> AccountName:
    """Return the account of what orders bought from the house itself; `shard_key` is who ordered."""
    return AccountName(Kind.SALES, currency, shard=shard_of(shard_key))


def bank(currency: str) -> AccountName:
    """Return the account of what lies at our bank."""
    return AccountName(Kind.BANK, currency)


def suspense(provider: str, currency: str) -> AccountName:
    """Return the account of what a provider took and nobody can say for what."""
    return AccountName(Kind.SUSPENSE, currency, provider=provider)


def shard_of(key: UUID) -> int:
    """Return which of the 16 accounts of one meaning takes the postings of a key: always the same one.

    One hot account makes all its postings wait for each other's commit; the meaning's balance is the sum of its shards.
    The last bits decide, which are random in every version of UUID that we issue.
    """
    return key.int % SHARDS


def debt_receivable(creditor_id: UserId, debtor_id: UserId, purchase_id: PurchaseId, currency: str) -> AccountName:
    """Return the account of what a creditor is owed by a debtor in a purchase."""
    return AccountName(Kind.DEBT_RECEIVABLE, currency, creditor_id, debtor_id, purchase_id)


def debt_payable(debtor_id: UserId, creditor_id: UserId, purchase_id: PurchaseId, currency: str) -> AccountName:
    """Return the account of what a debtor owes a creditor in a purchase."""
    return AccountName(Kind.DEBT_PAYABLE, currency, debtor_id, creditor_id, purchase_id)


def owe(*, creditor_id: UserId, debtor_id: UserId, purchase_id: PurchaseId, currency: str, amount_minor: int) -> Leg:
    """Return the leg by which a debt arises."""
    receivable = debt_receivable(creditor_id, debtor_id, purchase_id, currency)
    payable = debt_payable(debtor_id, creditor_id, purchase_id, currency)
    return Leg(debit=receivable, credit=payable, amount_minor=amount_minor)


def settle(*, creditor_id: UserId, debtor_id: UserId, purchase_id: PurchaseId, currency: str, amount_minor: int) -> Leg:
    """Return the leg by which a debt, or a part of it, is gone."""
    arisen = owe(
        creditor_id=creditor_id,
        debtor_id=debtor_id,
        purchase_id=purchase_id,
        currency=currency,
        amount_minor=amount_minor,
    )
    return Leg(debit=arisen.credit, credit=arisen.debit, amount_minor=amount_minor)
