"""The chart of accounts, which needs no database."""

from collections import Counter
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from core.ids import PurchaseId, UserId, new_id
from core.ledger import chart
from core.ledger.chart import NORMAL_SIDE, SHARDS, WITHOUT_FLOOR, AccountName, Kind, shard_of

ANNA, BORIS = UserId(new_id()), UserId(new_id())
DACHA = PurchaseId(new_id())
ORDER = new_id()


def _every_account(currency: str) -> list[AccountName]:
    return [
        chart.wallet(ANNA, currency),
        chart.wallet(BORIS, currency),
        chart.escrow(ORDER, currency),
        chart.provider_clearing("yookassa", currency, ANNA),
        chart.provider_clearing("stripe", currency, ANNA),
        chart.refund_clearing(ANNA, currency),
        chart.fee_expense("yookassa", currency, ANNA),
        chart.fee_revenue(currency, ANNA),
        chart.sales(currency, ANNA),
        chart.bank(currency),
        chart.suspense("yookassa", currency),
        chart.debt_receivable(ANNA, BORIS, DACHA, currency),
        chart.debt_receivable(BORIS, ANNA, DACHA, currency),
        chart.debt_payable(ANNA, BORIS, DACHA, currency),
        chart.debt_payable(BORIS, ANNA, DACHA, currency),
    ]


class TestAccountNames:
    def test_are_different_for_different_accounts(self) -> None:
        names = [str(name) for currency in ("RUB", "USD") for name in _every_account(currency)]

        assert len(set(names)) == len(names)

    def test_exist_for_every_kind(self) -> None:
        assert {name.kind for name in _every_account("RUB")} == set(Kind) == NORMAL_SIDE.keys()

    def test_never_let_the_money_of_a_person_fall_below_zero(self) -> None:
        of_people = {name.kind for name in _every_account("RUB") if name.owner_id or name.order_id}

        assert of_people.isdisjoint(WITHOUT_FLOOR)


class TestShards:
    @given(st.uuids())
    def test_are_always_the_same_for_one_key(self, key: UUID) -> None:
        assert shard_of(key) == shard_of(UUID(str(key)))
        assert shard_of(key) in range(SHARDS)

    def test_are_those_of_the_first_day(self) -> None:
        keys = [UUID("00000000-0000-7000-8000-00000000000" + last) for last in "07f"]

        assert [shard_of(key) for key in keys] == [0, 7, 15]

    def test_share_the_postings_of_ids_that_we_issue(self) -> None:
        taken = Counter(shard_of(new_id()) for _ in range(SHARDS * 200))

        assert len(taken) == SHARDS
        assert max(taken.values()) < 2 * 200
