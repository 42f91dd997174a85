"""The default strategy: who owes whom for which task, each debt with its reasons (pure)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from core.ids import TaskId, UserId
from core.money import apportion


@dataclass(frozen=True, slots=True)
class DoneTask:
    """What each person paid for a task and what each bears of it, in minor units; both sum to its cost."""

    task_id: TaskId
    payers: Mapping[UserId, int]
    shares: Mapping[UserId, int]


@dataclass(frozen=True, slots=True)
class Debt:
    """The payer owes the payee an amount above zero, in minor units, because of the reasons, which sum to it.

    A reason is a task and what it adds; an amount below zero is what the payee owes the payer for that task.
    """

    payer_id: UserId
    payee_id: UserId
    amount_minor: int
    reasons: tuple[tuple[TaskId, int], ...]


def accrue(tasks: Iterable[DoneTask]) -> list[Debt]:
    """Return the debts between pairs of people that done tasks leave, in order of the pairs' ids.

    For one task, what a person paid covers their own share first. Who paid less than their share owes the difference;
    who paid more is owed it. With one payer everybody owes them their share. With several, each debtor's difference is
    divided among the creditors in proportion to what these are still owed. A taxi of 120 for Anna, Boris and Vera, of
    which Anna paid 90 and Boris 30: Boris owes Anna 10 and Vera owes Anna 40. A dinner of 300, of which Anna paid 200
    and Boris 100, each bearing 100: Vera owes Anna 100, and Boris owes nothing.

    Over all tasks the amounts of a pair are summed, and its two directions are netted. Everybody's net stays exactly
    what they paid less what they bear, and nobody owes a person who paid for nothing they share.
    """
    reasons: defaultdict[tuple[UserId, UserId], list[tuple[TaskId, int]]] = defaultdict(list)
    for task in sorted(tasks, key=lambda task: task.task_id):
        for debtor, creditor, minor in _debts_of(task):
            # One key for both directions; the sign says which of them.
            pair, signed = ((debtor, creditor), minor) if debtor < creditor else ((creditor, debtor), -minor)
            reasons[pair].append((task.task_id, signed))
    debts = [debt for pair, signed in reasons.items() if (debt := _net(*pair, signed))]
    return sorted(debts, key=lambda debt: (debt.payer_id, debt.payee_id))


def _debts_of(task: DoneTask) -> Iterator[tuple[UserId, UserId, int]]:
    """Yield (debtor, creditor, minor units) so that both everybody's debt and everybody's due come out exactly."""
    people = sorted({*task.payers, *task.shares})
    nets = {user_id: task.payers.get(user_id, 0) - task.shares.get(user_id, 0) for user_id in people}
    assert sum(nets.values()) == 0, f"payments and shares of task {task.task_id} differ"
    due = {user_id: net for user_id, net in nets.items() if net > 0}
    for debtor in people:
        if nets[debtor] >= 0:
            continue
        # A debt is never above what is still due altogether, so no part is above what its creditor is still due.
        parts = apportion(-nets[debtor], list(due.values()))
        for creditor, part in zip(tuple(due), parts, strict=True):
            due[creditor] -= part.minor
            if part.minor:
                yield debtor, creditor, part.minor


def _net(first: UserId, second: UserId, reasons: list[tuple[TaskId, int]]) -> Debt | None:
    total = sum(minor for _, minor in reasons)
    if total > 0:
        return Debt(first, second, total, tuple(reasons))
    if total < 0:
        return Debt(second, first, -total, tuple((task_id, -minor) for task_id, minor in reasons))
    return None
