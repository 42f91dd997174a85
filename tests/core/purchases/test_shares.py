"""Shares lose and invent no minor unit, and depend on nothing but the cost, the split and the task."""

from collections import Counter
from random import Random
from uuid import NAMESPACE_OID, UUID, uuid5

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.ids import UserId
from core.money import MINOR_MAX
from core.purchases.shares import (
    WEIGHT_MAX,
    Adjustment,
    Equal,
    Exact,
    NegativeShare,
    NobodyPaid,
    NobodyShares,
    PaymentsDoNotAddUp,
    Percent,
    PercentsDoNotAddUp,
    Share,
    Shares,
    SharesDoNotAddUp,
    Split,
    WrongPayment,
    WrongWeight,
    _fnv1a32,
    check_payers,
    compute_shares,
    split_from_json,
)

ANNA, BORIS, VERA, GLEB = (UserId(UUID(int=number)) for number in range(1, 5))
TASK = UUID(int=1)
USERS = st.builds(UserId, st.uuids())
COSTS = st.integers(0, MINOR_MAX)


def compute(cost_minor: int, split: Split, task_id: UUID = TASK) -> list[int]:
    """Return only the amounts, by the order of ids."""
    shares = compute_shares(cost_minor=cost_minor, currency="RUB", split=split, task_id=task_id)
    return [share.share_minor for share in shares]


@st.composite
def right_splits(draw: st.DrawFn) -> tuple[int, Split]:
    """Draw a cost and a split that fits it."""
    cost = draw(COSTS)
    users = draw(st.lists(USERS, min_size=1, max_size=15, unique=True))
    numbers = draw(st.lists(st.integers(0, 1000), min_size=len(users), max_size=len(users)).filter(any))
    weights = dict(zip(users, numbers, strict=True))
    to_whole = compute(10_000, Shares(weights))
    to_cost = compute(cost, Shares(weights))
    around = min(1000, *to_cost)
    splits: list[Split] = [
        Equal(tuple(users)),
        Shares(weights),
        Percent(dict(zip(sorted(users), to_whole, strict=True))),
        Exact(dict(zip(sorted(users), to_cost, strict=True))),
        Adjustment(dict.fromkeys(users, draw(st.integers(-around, around)))),
    ]
    return cost, draw(st.sampled_from(splits))


class TestComputeShares:
    @given(case=right_splits(), task_id=st.uuids())
    def test_sums_to_the_cost_with_nobody_below_zero(self, case: tuple[int, Split], task_id: UUID) -> None:
        cost, split = case

        shares = compute(cost, split, task_id)

        assert sum(shares) == cost
        assert min(shares) >= 0

    @given(case=right_splits(), task_id=st.uuids(), order=st.randoms())
    def test_does_not_depend_on_the_order_of_people(
        self, case: tuple[int, Split], task_id: UUID, order: Random
    ) -> None:
        cost, split = case
        stored = split.to_json()
        for key, people in stored.items():
            if key != "mode":
                shuffled = list(people.items() if isinstance(people, dict) else people)
                order.shuffle(shuffled)
                stored[key] = dict(shuffled) if isinstance(people, dict) else shuffled

        assert compute(cost, split_from_json(stored), task_id) == compute(cost, split, task_id)

    @given(
        users=st.lists(USERS, min_size=1, max_size=15, unique=True),
        cost=COSTS,
        task_id=st.uuids(),
        weight=st.integers(1, 9),
    )
    def test_gives_the_same_for_equal_weights_however_they_are_said(
        self, users: list[UserId], cost: int, task_id: UUID, weight: int
    ) -> None:
        def of(split: Split) -> tuple[Share, ...]:
            return compute_shares(cost_minor=cost, currency="RUB", split=split, task_id=task_id)

        equal = of(Equal(tuple(users)))

        assert of(Shares(dict.fromkeys(users, weight))) == equal
        assert of(Adjustment(dict.fromkeys(users, 0))) == equal
        assert of(Equal((*users, *users))) == equal

    def test_lets_the_author_bear_their_own_share(self) -> None:
        assert compute(300, Equal((ANNA, BORIS, VERA))) == [100, 100, 100]

    def test_loses_no_unit_of_any_small_amount(self) -> None:
        people = [UserId(UUID(int=number)) for number in range(1, 16)]
        for cost in (*range(1, 400), 1915, 3005, 10_000):
            for count in range(1, 16):
                shares = compute(cost, Equal(tuple(people[:count])))

                assert sum(shares) == cost
                assert max(shares) - min(shares) <= 1

    def test_gives_some_nothing_where_there_are_fewer_units_than_people(self) -> None:
        assert sorted(compute(1, Equal((ANNA, BORIS, VERA)))) == [0, 0, 1]

    def test_costs_nothing_to_anybody_if_it_costs_nothing(self) -> None:
        assert compute(0, Equal((ANNA, BORIS))) == [0, 0]
        assert compute(0, Exact({ANNA: 0, BORIS: 0})) == [0, 0]

    def test_tells_who_got_the_unit_left_over(self) -> None:
        for number in range(30):
            task_id = UUID(int=number)
            shares = compute_shares(cost_minor=100, currency="RUB", split=Equal((VERA, ANNA, BORIS)), task_id=task_id)

            lucky = (ANNA, BORIS, VERA)[_fnv1a32(task_id.bytes) % 3]
            assert [share.user_id for share in shares] == [ANNA, BORIS, VERA]
            assert {share.user_id for share in shares if share.extra_minor} == {lucky}
            assert all(share.share_minor == 33 + share.extra_minor for share in shares)

    def test_treats_everybody_alike_over_many_tasks(self) -> None:
        extra: Counter[UserId] = Counter()
        for number in range(1000):
            task_id = uuid5(NAMESPACE_OID, str(number))
            shares = compute_shares(
                cost_minor=10_000, currency="RUB", split=Equal((ANNA, BORIS, VERA)), task_id=task_id
            )
            extra.update({share.user_id: share.extra_minor for share in shares})

        assert sum(extra.values()) == 1000
        assert all(270 < count < 400 for count in extra.values())

    def test_weighs(self) -> None:
        assert compute(1000, Shares({ANNA: 2, BORIS: 1, VERA: 0, GLEB: 1})) == [500, 250, 0, 250]
        assert compute(1000, Percent({ANNA: 3334, BORIS: 3333, VERA: 3333})) == [334, 333, 333]

    def test_takes_the_adjustments_from_what_is_shared(self) -> None:
        assert compute(1000, Adjustment({ANNA: 0, BORIS: 200, VERA: -100})) == [300, 500, 200]

    @pytest.mark.parametrize(("cost", "parts"), [(1110, (520, 590)), (7830, (4870, 2960)), (360, (240, 120))])
    def test_takes_exact_amounts_that_floats_would_refuse(self, cost: int, parts: tuple[int, int]) -> None:
        assert compute(cost, Exact({ANNA: parts[0], BORIS: parts[1]})) == list(parts)

    @pytest.mark.parametrize(("off", "side"), [(-1, "missing"), (1, "over")])
    def test_refuses_exact_amounts_that_are_one_unit_off_and_says_so(self, off: int, side: str) -> None:
        with pytest.raises(SharesDoNotAddUp) as refusal:
            compute(1000, Exact({ANNA: 500, BORIS: 500 + off}))

        assert refusal.value.params == {"difference_minor": 1, "currency": "RUB", "side": side}

    @pytest.mark.parametrize("total", [9_999, 10_001])
    def test_refuses_percentages_that_are_not_a_hundred(self, total: int) -> None:
        with pytest.raises(PercentsDoNotAddUp) as refusal:
            compute(1000, Percent({ANNA: 5000, BORIS: total - 5000}))

        assert refusal.value.params == {"total": f"{total // 100}.{total % 100:02}"}

    @pytest.mark.parametrize("split", [Equal(()), Shares({}), Shares({ANNA: 0}), Exact({}), Adjustment({})])
    @pytest.mark.parametrize("cost", [0, 100])
    def test_refuses_a_split_among_nobody(self, split: Split, cost: int) -> None:
        with pytest.raises(NobodyShares):
            compute(cost, split)

    @pytest.mark.parametrize("weight", [-1, WEIGHT_MAX + 1])
    def test_refuses_wrong_weights(self, weight: int) -> None:
        with pytest.raises(WrongWeight):
            compute(1000, Shares({ANNA: 5, BORIS: weight}))
        with pytest.raises(WrongWeight):
            compute(1000, Percent({ANNA: 10_000 - weight, BORIS: weight}))

    def test_refuses_negative_shares(self) -> None:
        with pytest.raises(NegativeShare):
            compute(1000, Exact({ANNA: 1001, BORIS: -1}))
        with pytest.raises(NegativeShare):
            compute(1000, Adjustment({ANNA: 0, BORIS: 1001}))

    @given(task_id=st.uuids())
    def test_refuses_a_negative_share_whoever_gets_the_unit_left_over(self, task_id: UUID) -> None:
        with pytest.raises(NegativeShare):
            compute(99, Adjustment({ANNA: 0, BORIS: 100}), task_id)

    @given(cost=COSTS, adjustments=st.dictionaries(USERS, st.integers(-(10**6), 10**6), min_size=1, max_size=8))
    def test_refuses_adjustments_or_keeps_their_difference(self, cost: int, adjustments: dict[UserId, int]) -> None:
        try:
            shares = compute(cost, Adjustment(adjustments))
        except NegativeShare:
            assume(False)

        bases = [share - adjustments[user_id] for user_id, share in zip(sorted(adjustments), shares, strict=True)]
        assert sum(shares) == cost
        assert max(bases) - min(bases) <= 1


class TestSplitFromJson:
    @given(case=right_splits())
    def test_reads_what_to_json_wrote(self, case: tuple[int, Split]) -> None:
        assert split_from_json(case[1].to_json()) == case[1]

    def test_ignores_fields_it_does_not_know(self) -> None:
        assert split_from_json({"mode": "equal", "user_ids": [str(ANNA)], "colour": "red"}) == Equal((ANNA,))

    @pytest.mark.parametrize(
        "wrong", [{}, {"mode": "fair"}, {"mode": "shares", "weights": {str(ANNA): 1.0}}, {"mode": "equal"}, None]
    )
    def test_refuses_what_is_no_split(self, wrong: object) -> None:
        with pytest.raises(ValueError, match="validation error"):
            split_from_json(wrong)


class TestCheckPayers:
    def test_accepts_payments_that_are_the_cost_together(self) -> None:
        check_payers(cost_minor=1000, currency="RUB", payers={ANNA: 999, BORIS: 1})
        check_payers(cost_minor=0, currency="RUB", payers={ANNA: 0})

    @pytest.mark.parametrize(("off", "side"), [(-1, "missing"), (1, "over")])
    def test_refuses_payments_that_are_not_and_says_by_how_much(self, off: int, side: str) -> None:
        with pytest.raises(PaymentsDoNotAddUp) as refusal:
            check_payers(cost_minor=1000, currency="RUB", payers={ANNA: 600, BORIS: 400 + off})

        assert refusal.value.params == {"difference_minor": 1, "currency": "RUB", "side": side}

    def test_refuses_nobody(self) -> None:
        with pytest.raises(NobodyPaid):
            check_payers(cost_minor=0, currency="RUB", payers={})

    @pytest.mark.parametrize(("cost", "payers"), [(100, (100, 0)), (100, (101, -1)), (0, (1, -1))])
    def test_refuses_payers_who_paid_nothing_or_less(self, cost: int, payers: tuple[int, int]) -> None:
        with pytest.raises(WrongPayment):
            check_payers(cost_minor=cost, currency="RUB", payers={ANNA: payers[0], BORIS: payers[1]})


class TestFnv1a32:
    @pytest.mark.parametrize(("data", "digest"), [(b"", 0x811C9DC5), (b"a", 0xE40C292C), (b"foobar", 0xBF9CF968)])
    def test_gives_the_published_vectors(self, data: bytes, digest: int) -> None:
        assert _fnv1a32(data) == digest
