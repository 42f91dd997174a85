"""A person who does again what led to nothing, as people do where an answer was lost."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from sandbox.telegram.person import NotAllowed, NotSeen, Person, Seen, World

LOOK_SECONDS = 0.25
PATIENCE_SECONDS = 10.0  # a repeated command may be a second purchase
TRIES = 3

Fits = Callable[[Seen], bool]


class GaveUp(Exception):
    """Nothing came of it however often somebody tried, or the time is over."""


class Patient:
    """Somebody who waits for what follows from what they do, until `stopping` is set."""

    def __init__(self, world: World, raw: dict[str, Any], stopping: asyncio.Event) -> None:
        self.person = Person(world, raw)
        self.name = self.person.name
        self._stopping = stopping

    async def send(self, chat: int | None, text: str, *, until: Fits) -> Seen:
        """Write, and return the newest message of the chat that fits: in private, of those that came since.

        :raises GaveUp: if none does.
        """
        before = await self.person.messages(None) if chat is None else []
        last = max((seen.id for seen in before), default=0)
        return await self._insist(
            chat, lambda: self.person.send(chat, text), lambda seen: seen.id > last and until(seen)
        )

    async def tap(self, message: Seen, label: str, *, until: Fits) -> Seen:
        """Tap a button, and return the newest message of the chat that fits.

        :raises GaveUp: if none does.
        """
        return await self._insist(message.chat_id, lambda: self.person.tap(message, label), until)

    async def _insist(self, chat: int | None, act: Callable[[], Awaitable[Any]], fits: Fits) -> Seen:
        for _ in range(TRIES):
            try:
                await act()
            except (NotAllowed, NotSeen):
                raise GaveUp from None
            for _ in range(int(PATIENCE_SECONDS / LOOK_SECONDS)):
                if self._stopping.is_set():
                    raise GaveUp
                fitting = [seen for seen in await self.person.messages(chat) if fits(seen)]
                if fitting:
                    return fitting[-1]
                await asyncio.sleep(LOOK_SECONDS)
        raise GaveUp


def sees(*words: str, button: str = "", of: Seen | None = None, since: Seen | None = None) -> Fits:
    """Return whether a message has one of the words and a button: a certain one, or one from a certain one on."""

    def fits(seen: Seen) -> bool:
        is_it = (of is None or seen.id == of.id) and (since is None or seen.id >= since.id)
        has_words = not words or any(word in seen.text for word in words)
        return is_it and has_words and any(button in label for label in seen.labels or [""])

    return fits
