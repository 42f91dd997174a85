"""What every bus can do."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Protocol

from core.ids import EventId
from core.keep_running import Job
from core.outbox.envelope import Envelope

Handle = Callable[[Envelope], Awaitable[None]]
HandleMany = Callable[[Sequence[Envelope]], Awaitable[None]]  # all of them, or it raises and did nothing

RetryAfter = Sequence[timedelta]

# How long an event waits after each failure of its consumer; after the failure that follows the last it is dead.
RETRY_AFTER: RetryAfter = tuple(timedelta(seconds=seconds) for seconds in (1, 5, 30, 120, 600))


class BusAway(Exception):
    """Nothing can be put on the bus at the moment: that is the fault of no event."""


class Bus(Protocol):
    """Carries events to every consumer that listens to them: at least once, and past those that cannot be handled."""

    async def publish(self, envelopes: Sequence[Envelope]) -> dict[EventId, str]:
        """Put events on the bus; return what went wrong with those that are not safely there.

        :raises BusAway: if it cannot be told which of them are; all may be put on it again.
        """
        ...

    async def consume(
        self, consumer: str, handle: Handle, stopping: asyncio.Event, *, handle_many: HandleMany | None = None
    ) -> None:
        """Hand each event for `consumer` to `handle` until `stopping` is set.

        An event whose handling raised comes again after a while, and ends as a dead letter after the last try. Events
        that wait together go to `handle_many`, if it is given; where that raises, to `handle` one by one.
        """
        ...

    def chores(self, stopping: asyncio.Event) -> dict[str, Job]:
        """Return what has to run, by name, in whichever process relays, for the bus to keep what it promises."""
        ...

    async def close(self) -> None:
        """Let go of what connects it."""
        ...
