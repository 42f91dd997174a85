"""What every bus can do."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from core.ids import EventId
from core.outbox.envelope import Envelope

Handle = Callable[[Envelope], Awaitable[None]]
HandleMany = Callable[[Sequence[Envelope]], Awaitable[None]]  # all of them, or it raises and did nothing


class Bus(Protocol):
    """Carries events to every consumer that listens to them: at least once, and past those that cannot be handled."""

    async def publish(self, envelopes: Sequence[Envelope]) -> dict[EventId, str]:
        """Put events on the bus; return what went wrong with those that are not safely there."""
        ...

    async def consume(
        self, consumer: str, handle: Handle, stopping: asyncio.Event, *, handle_many: HandleMany | None = None
    ) -> None:
        """Hand each event for `consumer` to `handle` until `stopping` is set.

        An event whose handling raised comes again after a while, and ends as a dead letter after the last try. Events
        that wait together go to `handle_many`, if it is given; where that raises, to `handle` one by one.
        """
        ...
