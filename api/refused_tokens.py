"""How often an address may show a personal token that is nobody's."""

import time
from collections.abc import Callable

from core.errors import TooOften

PER_MINUTE = 60
ADDRESSES_MAX = 10_000  # that are remembered; who has more is not kept out by remembering


class RefusedTokens:
    """Counts by GCRA like core.budgets, but in the memory of one process: asking the database is what it saves."""

    def __init__(self, *, per_minute: int = PER_MINUTE, clock: Callable[[], float] = time.monotonic) -> None:
        self._interval = 60 / per_minute
        self._tolerance = 60 - self._interval
        self._clock = clock
        self._arrivals: dict[str, float] = {}

    def check(self, address: str) -> None:
        """:raises TooOften: if as many tokens were refused to this address as may be."""
        wait = self._arrivals.get(address, 0) - self._tolerance - self._clock()
        if wait > 0:
            raise TooOften(seconds=int(wait) + 1)

    def count(self, address: str) -> None:
        """Count a token that was refused."""
        now = self._clock()
        if len(self._arrivals) >= ADDRESSES_MAX:
            self._arrivals = {each: at for each, at in self._arrivals.items() if at > now}
        if len(self._arrivals) < ADDRESSES_MAX:
            self._arrivals[address] = max(self._arrivals.get(address, 0), now) + self._interval
