"""What is new is read once for everybody who listens in this process, and handed to those who may see it."""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator

from sqlalchemy.ext.asyncio import AsyncConnection

from api.errors import TooManyListeners
from api.live.frames import RESET, Frame, frame_of, ready
from api.live.listener import Ending, Listener
from core.clock import utc_now
from core.db import CHANGED, Database
from core.identity.still_signed_in import still_signed_in
from core.identity.whose_token import Caller
from core.ids import UserId
from core.live.changes import AT_ONCE, Seen, changes_after, missed_changes, newest_change
from core.live.models import Kind
from core.telemetry import measures
from core.waiting import Pace, wait_for_bell

LISTENERS_MAX = 20  # connections of one person to one process
POLL_SECONDS = 1.0  # finds what nobody rang for
LOOK_SECONDS = 3.0  # for who is not signed in any more
GOODBYE_SECONDS = 2.0
CATCH_UP_SECONDS = 2.0


class Hub:
    """Follows the changes from the newest one at its start; any number of processes have one each."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._position: int | None = None  # every change up to it was told
        self._rung = asyncio.Event()  # there is something to read
        self._read = asyncio.Condition()  # notified of every reading
        self._listeners: defaultdict[UserId, set[Listener]] = defaultdict(set)
        self._is_over = False
        self._gone = asyncio.Event()

    async def run(self, stopping: asyncio.Event) -> None:
        """Tell what is new until `stopping` is set, without ever waiting for a connection that requests share."""
        pace = Pace(busy_seconds=POLL_SECONDS)
        async with self._db.own_connection() as connection:
            with self._db.on_commit(self._rung.set, name=CHANGED):
                while not stopping.is_set():
                    self._rung.clear()
                    count = await self._tell_news(connection)
                    if count:
                        pace.worked()
                    if count < AT_ONCE:
                        await wait_for_bell(self._rung, stopping, seconds=pace.seconds())

    async def watch_sessions(self, stopping: asyncio.Event) -> None:
        """Send whoever signed out, or was signed out, away within seconds, until `stopping` is set."""
        while not stopping.is_set():
            await wait_for_bell(asyncio.Event(), stopping, seconds=LOOK_SECONDS)
            here = self._all()
            if not here:
                continue
            async with self._db.transaction() as session:
                alive = await still_signed_in(session, {each.credential for each in here}, now=utc_now())
            for listener in here:
                if listener.credential not in alive:
                    listener.end(Ending.SIGNED_OUT)

    async def send_away(self) -> None:
        """Tell everybody to resume elsewhere, and return when they are gone, or soon."""
        self._is_over = True
        for listener in self._all():
            listener.end(Ending.STOPPING)
        if self._listeners:
            self._gone.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(GOODBYE_SECONDS):
                    await self._gone.wait()

    @contextlib.contextmanager
    def listening(
        self, caller: Caller, kinds: Collection[Kind], *, write_now: Callable[[bytes], bool] | None = None
    ) -> Iterator[Listener]:
        """Tell a person the changes of these kinds that they may see, from now to the end of the block.

        `write_now` writes the frame of a WebSocket without waiting, if it can.

        :raises TooManyListeners: if the person listens over too many connections.
        """
        user_id, credential = caller.actor.user_id, caller.session_id or caller.token_id
        assert credential is not None
        assert self._position is not None
        if len(self._listeners[user_id]) >= LISTENERS_MAX:
            raise TooManyListeners(most=LISTENERS_MAX)
        listener = Listener(kinds, credential, self._position, write_now)
        if self._is_over:
            listener.end(Ending.STOPPING)
        self._listeners[user_id].add(listener)
        measures.LIVE_LISTENERS.inc()
        try:
            yield listener
        finally:
            measures.LIVE_LISTENERS.dec()
            self._listeners[user_id].discard(listener)
            if not self._listeners[user_id]:
                del self._listeners[user_id]
            if not self._listeners:
                self._gone.set()

    async def caught_up(self, after: int | None) -> None:
        """Wait until this process reads, and for a moment until it has read what another has told already."""
        async with self._read:
            if self._position is None:
                await self._read.wait()
            assert self._position is not None
            if after is None or after <= self._position:
                return
            self._rung.set()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(CATCH_UP_SECONDS):
                    await self._read.wait_for(lambda: (self._position or 0) >= after)

    async def greeting(self, listener: Listener, caller: Caller, after: int | None) -> list[Frame]:
        """Return what a listener hears first: of what came after `after`, all that they have missed.

        What comes later than that waits for them meanwhile, so that nothing is left out or told twice.
        """
        if after is None:
            return [ready(listener.since)]
        async with self._db.transaction() as session:
            missed = await missed_changes(
                session,
                user_id=caller.actor.user_id,
                after=after,
                until=listener.since,
                kinds=listener.kinds,
                now=utc_now(),
            )
        if missed is None:
            return [RESET, ready(listener.since)]
        return [ready(after), *map(frame_of, missed)]

    def _all(self) -> list[Listener]:
        return [listener for some in self._listeners.values() for listener in some]

    async def _tell_news(self, connection: AsyncConnection) -> int:
        """Read what is new and hand it over; return how much it was."""
        if self._position is None:
            self._position = await newest_change(connection)
        changes = await changes_after(connection, self._position)
        for change in changes:
            self._tell(change)
            self._position = change.id
        async with self._read:
            self._read.notify_all()
        return len(changes)

    def _tell(self, change: Seen) -> None:
        frame: Frame | None = None
        for user_id in change.readers:
            for listener in self._listeners.get(user_id, ()):
                if change.kind in listener.kinds:
                    frame = frame or frame_of(change)
                    listener.tell(frame)
