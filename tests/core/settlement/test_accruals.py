"""Accruals keep everybody's net, explain every debt, and involve nobody who took no part."""

from collections import Counter
from random import Random
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.ids import TaskId, UserId
from core.settlement.accruals import Debt, DoneTask, accrue

ANNA, BORIS, VERA, GLEB = PEOPLE = [UserId(UUID(int=number)) for number in range(1, 5)]
TAXI, DINNER, TENT = (TaskId(UUID(int=number)) for number in range(101, 104))
AMOUNTS = st.one_of(st.integers(0, 5), st.integers(0, 10**12))


@st.composite
def done_tasks(draw: st.DrawFn) -> list[DoneTask]:
    """Draw tasks whose payments and shares have the same sum."""
    tasks = []
    for number in range(draw(st.integers(0, 6))):
        payers = draw(st.dictionaries(st.sampled_from(PEOPLE), AMOUNTS, min_size=1))
        left, shares = sum(payers.values()), {}
        for user_id in draw(st.lists(st.sampled_from(PEOPLE), unique=True)):
            shares[user_id] = draw(st.integers(0, left))
            left -= shares[user_id]
        last = draw(st.sampled_from(PEOPLE))
        shares[last] = shares.get(last, 0) + left
        tasks.append(DoneTask(TaskId(UUID(int=number)), payers, shares))
    return tasks


def one_payer(task_id: TaskId, payer: UserId, shares: dict[UserId, int]) -> DoneTask:
    """Return a task that one person paid in full."""
    return DoneTask(task_id, {payer: sum(shares.values())}, shares)


class TestAccrue:
    @given(tasks=done_tasks())
    def test_keeps_the_net_of_everybody(self, tasks: list[DoneTask]) -> None:
        nets: Counter[UserId] = Counter()
        for task in tasks:
            nets.update(task.payers)
            nets.subtract(task.shares)
        for debt in accrue(tasks):
            nets[debt.payer_id] += debt.amount_minor
            nets[debt.payee_id] -= debt.amount_minor

        assert not any(nets.values())

    @given(tasks=done_tasks())
    def test_explains_every_debt_by_tasks_in_which_one_paid_and_the_other_shares(self, tasks: list[DoneTask]) -> None:
        by_id = {task.task_id: task for task in tasks}
        for debt in accrue(tasks):
            assert debt.amount_minor == sum(minor for _, minor in debt.reasons) > 0
            for task_id, minor in debt.reasons:
                debtor, creditor = (debt.payer_id, debt.payee_id) if minor > 0 else (debt.payee_id, debt.payer_id)
                task = by_id[task_id]
                assert 0 < abs(minor) <= task.shares[debtor] - task.payers.get(debtor, 0)
                assert abs(minor) <= task.payers[creditor] - task.shares.get(creditor, 0)

    @given(tasks=done_tasks(), order=st.randoms())
    def test_does_not_depend_on_any_order(self, tasks: list[DoneTask], order: Random) -> None:
        shuffled = []
        for task in tasks:
            payers, shares = list(task.payers.items()), list(task.shares.items())
            order.shuffle(payers)
            order.shuffle(shares)
            shuffled.append(DoneTask(task.task_id, dict(payers), dict(shares)))
        order.shuffle(shuffled)

        assert accrue(shuffled) == accrue(tasks)

    @given(tasks=done_tasks())
    def test_leaves_one_debt_of_each_pair_at_most(self, tasks: list[DoneTask]) -> None:
        pairs = [frozenset((debt.payer_id, debt.payee_id)) for debt in accrue(tasks)]

        assert len(set(pairs)) == len(pairs)
        assert all(len(pair) == 2 for pair in pairs)

    def test_makes_two_debts_of_a_hundred_when_three_share_three_hundred(self) -> None:
        debts = accrue([one_payer(TAXI, ANNA, {ANNA: 100, BORIS: 100, VERA: 100})])

        assert debts == [Debt(BORIS, ANNA, 100, ((TAXI, 100),)), Debt(VERA, ANNA, 100, ((TAXI, 100),))]

    def test_sums_the_same_direction_and_nets_the_two(self) -> None:
        tasks = [
            one_payer(TAXI, ANNA, {ANNA: 100, BORIS: 100}),
            one_payer(DINNER, BORIS, {ANNA: 30, BORIS: 30}),
            one_payer(TENT, ANNA, {ANNA: 5, BORIS: 5}),
        ]

        assert accrue(tasks) == [Debt(BORIS, ANNA, 75, ((TAXI, 100), (DINNER, -30), (TENT, 5)))]

    def test_leaves_no_debt_where_two_directions_are_the_same(self) -> None:
        tasks = [one_payer(TAXI, ANNA, {BORIS: 100}), one_payer(DINNER, BORIS, {ANNA: 100})]

        assert accrue(tasks) == []

    def test_lets_a_payment_cover_the_own_share_first(self) -> None:
        tasks = [DoneTask(TAXI, {ANNA: 90, BORIS: 30}, {ANNA: 40, BORIS: 40, VERA: 40})]

        assert accrue(tasks) == [Debt(BORIS, ANNA, 10, ((TAXI, 10),)), Debt(VERA, ANNA, 40, ((TAXI, 40),))]

    def test_divides_a_debt_among_payers_by_what_they_are_owed(self) -> None:
        tasks = [DoneTask(TAXI, {ANNA: 200, BORIS: 100}, {VERA: 100, GLEB: 200})]

        assert [(debt.payer_id, debt.payee_id, debt.amount_minor) for debt in accrue(tasks)] == [
            (VERA, ANNA, 67),
            (VERA, BORIS, 33),
            (GLEB, ANNA, 133),
            (GLEB, BORIS, 67),
        ]

    def test_gives_every_payer_exactly_what_they_are_owed(self) -> None:
        one_each = {VERA: 1, GLEB: 1}

        debts = accrue([DoneTask(TAXI, {BORIS: 1, ANNA: 1}, one_each)])

        assert debts == [Debt(VERA, ANNA, 1, ((TAXI, 1),)), Debt(GLEB, BORIS, 1, ((TAXI, 1),))]
        assert accrue([DoneTask(TAXI, {ANNA: 1, BORIS: 1}, dict(reversed(one_each.items())))]) == debts

    def test_orders_debts_by_the_ids_of_payer_and_payee(self) -> None:
        debts = accrue([one_payer(TAXI, ANNA, {VERA: 5}), one_payer(DINNER, GLEB, {ANNA: 5})])

        assert [(debt.payer_id, debt.payee_id) for debt in debts] == [(ANNA, GLEB), (VERA, ANNA)]

    def test_charges_an_author_who_does_not_share_nothing(self) -> None:
        tasks = [one_payer(TAXI, ANNA, {BORIS: 50, VERA: 50})]

        assert {debt.payer_id for debt in accrue(tasks)} == {BORIS, VERA}

    def test_refuses_a_task_whose_payments_are_not_its_shares(self) -> None:
        with pytest.raises(AssertionError, match="differ"):
            accrue([DoneTask(TAXI, {ANNA: 100}, {BORIS: 99})])
