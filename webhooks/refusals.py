"""How often a sender hears that its notices are refused, before it hears that it should stop."""

import time
from collections import OrderedDict
from collections.abc import Callable
from ipaddress import IPv6Address, ip_network

from core.web.peers import address

SOURCES_MAX = 10_000  # remembered; the one that was refused longest ago is forgotten first
_IPV6_SITE_BITS = 64  # one household or server has as many addresses as it wants in there


class Refusals:
    """A bucket for each sender: `a_minute` refusals at once, and then as many a minute.

    What is genuine never comes here, so that nobody who shares an address with a forger is held back.
    """

    def __init__(self, a_minute: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._a_minute = a_minute
        self._clock = clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()  # source -> what was left, and when

    def allow(self, peer: str) -> bool:
        """Count one more refusal, and return whether it is still within the limit."""
        source, now = _source(peer), self._clock()
        left, since = self._left.pop(source, (float(self._a_minute), now))
        left = min(self._a_minute, left + (now - since) * self._a_minute / 60)
        allowed = left >= 1
        self._left[source] = (left - 1 if allowed else left, now)
        if len(self._left) > SOURCES_MAX:
            self._left.popitem(last=False)
        return allowed


def _source(peer: str) -> str:
    found = address(peer)
    return str(ip_network((found, _IPV6_SITE_BITS), strict=False)) if isinstance(found, IPv6Address) else peer
