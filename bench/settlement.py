"""How long the fewest transfers take: exact to 18 people, by the heuristic above."""

import random
import statistics
import time
from collections.abc import Callable

from bench.figure import Figure
from core.ids import UserId, new_id
from core.settlement.minimal import minimal_transfers

AIMS_MS = {6: 50, 10: 50, 14: 50, 18: 50, 50: 50, 200: 50, 1000: 1000}


def measure(*, quick: bool) -> list[Figure]:
    """Return the slowest of several runs for each number of people, in milliseconds, beside its aim."""
    rounds = 3 if quick else 20
    _time(minimal_transfers, 18, 0)  # imports numpy
    figures = []
    for people, aim in AIMS_MS.items():
        times = [_time(minimal_transfers, people, seed) for seed in range(rounds)]
        figures.append(Figure(f"{people} people, slowest of {rounds}", round(max(times), 1), "ms", aim))
        figures.append(Figure(f"{people} people, median", round(statistics.median(times), 1), "ms", aim))
    return figures


def _time(run: Callable[[dict[UserId, int]], object], people: int, seed: int) -> float:
    chance = random.Random(seed)  # noqa: S311 -- balances, not secrets
    nets = [chance.randrange(-300, 301) * 100 or 100 for _ in range(people - 1)]
    nets.append(-sum(nets))
    balances = {UserId(new_id()): net for net in nets}
    began = time.perf_counter()
    run(balances)
    return (time.perf_counter() - began) * 1000
