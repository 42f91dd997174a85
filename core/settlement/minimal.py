"""The other strategy: as few transfers as settle everybody's balance (pure)."""

import heapq
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from core.ids import UserId

PROVEN_MAX = 18  # people with a balance, up to which the answer is provably minimal; 2 ** 17 subsets take 20 ms
TWO_GROUPS_MIN = 6  # without opposite pairs a group that settles itself has at least three people


@dataclass(frozen=True, slots=True)
class Transfer:
    """The payer pays the payee an amount above zero, in minor units."""

    payer_id: UserId
    payee_id: UserId
    amount_minor: int


def minimal_transfers(nets: Mapping[UserId, int]) -> list[Transfer]:
    """Return transfers after which everybody's net is zero, in order of the pairs' ids.

    A net above zero is to be received; the nets sum to zero. People who settle among themselves form a group with the
    sum zero, and a group of k needs k - 1 transfers, so the fewest transfers are the people with a balance less the
    most groups they can be divided into (T. Verhoeff, "Settling multiple debts efficiently", 2004). Two opposite
    balances are such a group in some best division: whatever else their groups hold forms a group of its own. After
    those pairs the best division is found exactly for up to `PROVEN_MAX` people; above that, groups of three are taken
    as they come and the largest debtor pays the largest creditor.

    Nobody both pays and receives, n people with a balance make at most n - 1 transfers, and the order of `nets` changes
    nothing.
    """
    assert sum(nets.values()) == 0, "the nets do not sum to zero"
    balances = {user_id: nets[user_id] for user_id in sorted(nets) if nets[user_id]}
    groups = list(_take_pairs(balances))
    if len(balances) > PROVEN_MAX:
        groups += _take_triples(balances)
        groups.append(balances)
    elif balances:
        groups += _most_groups(balances)
    transfers = (transfer for group in groups for transfer in _settle(group))
    return sorted(transfers, key=lambda transfer: (transfer.payer_id, transfer.payee_id))


def _settle(group: Mapping[UserId, int]) -> Iterator[Transfer]:
    """Yield at most one transfer fewer than the group has people: the largest debt goes to the largest due."""
    debts = [(net, user_id) for user_id, net in group.items() if net < 0]
    dues = [(-net, user_id) for user_id, net in group.items() if net > 0]
    heapq.heapify(debts)
    heapq.heapify(dues)
    while debts:
        (debt, payer_id), (due, payee_id) = heapq.heappop(debts), heapq.heappop(dues)
        amount = min(-debt, -due)
        yield Transfer(payer_id, payee_id, amount)
        if debt + amount:
            heapq.heappush(debts, (debt + amount, payer_id))
        if due + amount:
            heapq.heappush(dues, (due + amount, payee_id))


def _take_pairs(balances: dict[UserId, int]) -> Iterator[dict[UserId, int]]:
    """Yield every pair of opposite balances, and take it out of `balances`."""
    waiting: defaultdict[int, list[UserId]] = defaultdict(list)
    for user_id, net in tuple(balances.items()):
        if waiting[-net]:
            other = waiting[-net].pop(0)
            yield _taken(balances, (user_id, other))
        else:
            waiting[net].append(user_id)


def _take_triples(balances: dict[UserId, int]) -> Iterator[dict[UserId, int]]:
    """Yield groups of three as they come, and take them out of `balances`."""
    by_net: defaultdict[int, list[UserId]] = defaultdict(list)
    for user_id, net in balances.items():
        by_net[net].append(user_id)
    for sign in (1, -1):
        # Two with one sign against one with the other.
        side = [user_id for user_id, net in balances.items() if net * sign > 0]
        nets = dict(balances)
        for first, second in combinations(side, 2):
            opposite = by_net.get(-nets[first] - nets[second])
            if opposite and first in balances and second in balances:
                third = opposite[0]
                for user_id in (first, second, third):
                    by_net[nets[user_id]].remove(user_id)
                yield _taken(balances, (first, second, third))


def _most_groups(balances: Mapping[UserId, int]) -> Iterator[dict[UserId, int]]:
    """Yield the groups of a division into the most groups, each with the sum zero.

    `most[mask]` is how many groups with the sum zero the people of a mask can be divided into, where some may be left:
    the most that any mask with one person fewer makes, and one more if the mask itself has the sum zero. One person
    stays out of the masks, because their group is whatever is left. O(2^n * n) time and O(2^n) memory.
    """
    user_ids = list(balances)
    if len(user_ids) < TWO_GROUPS_MIN:
        yield dict(balances)
        return
    most, is_zero = _dynamic_program([balances[user_id] for user_id in user_ids[1:]])
    mask, members = len(most) - 1, [user_ids[0]]
    while mask:
        if is_zero[mask]:
            yield {user_id: balances[user_id] for user_id in members}
            members = []
        wanted = most[mask] - is_zero[mask]
        index = next(i for i in range(len(user_ids) - 1) if mask & (1 << i) and most[mask ^ (1 << i)] == wanted)
        members.append(user_ids[index + 1])
        mask ^= 1 << index
    yield {user_id: balances[user_id] for user_id in members}


def _dynamic_program(nets: Sequence[int]) -> tuple[Sequence[int], Sequence[int]]:
    """Return for every mask of `nets` how many groups it makes at most, and whether its sum is zero (1 or 0)."""
    import numpy as np  # it takes 0.1 s, and most distributions never come here

    sums, sizes = np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.int8)
    for net in nets:
        sums = np.concatenate((sums, sums + net))
        sizes = np.concatenate((sizes, sizes + np.int8(1)))
    is_zero = (sums == 0).astype(np.int8)
    is_zero[0] = 0
    most = np.zeros(len(sums), dtype=np.int8)
    by_size = np.argsort(sizes, kind="stable")
    for masks in np.split(by_size, np.cumsum(np.bincount(sizes))[:-1]):
        best = is_zero[masks]
        for index in range(len(nets)):
            # A mask without this person finds itself here, still 0, which changes nothing.
            best = np.maximum(best, most[masks & ~(1 << index)] + is_zero[masks])
        most[masks] = best
    return most.tolist(), is_zero.tolist()


def _taken(balances: dict[UserId, int], user_ids: Iterable[UserId]) -> dict[UserId, int]:
    return {user_id: balances.pop(user_id) for user_id in user_ids}
