"""What changes is pushed to who may see it: in order, once, by every process, and to nobody longer than they may."""

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from prometheus_client import REGISTRY
from sqlalchemy import insert, text, update
from structlog.testing import capture_logs
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from api.live import hub, listener, push
from api.live import socket as live_socket
from api.live.frames import Frame
from core.clock import utc_now
from core.db import CHANGED, Database
from core.identity.actor import Actor
from core.identity.personal_tokens import create_token, revoke_token
from core.identity.sessions import end_sessions
from core.identity.tokens import LIVES
from core.ids import new_id
from core.live.models import Change, Kind
from core.live.record_changes import ADVISORY_NAMESPACE
from core.purchases.add_task import add_task
from core.purchases.models import Purchase
from core.purchases.remove_participant import remove_participant
from core.web import connection
from core.web.connection import Connection
from sandbox.asking import new_client
from tests.api.listening import Copy, Ears, copy_of_api, token_of, waking, workers
from tests.builders import NOW, person, purchase
from tests.faults.shop import place, rich
from tests.workers.buses import Buses, until
from workers.subscriptions import listeners


@pytest_asyncio.fixture
async def api(db: Database, database_url: str) -> AsyncIterator[Copy]:
    """Serve the API, beside the process that writes."""
    async with waking(db), copy_of_api(database_url) as copy:
        yield copy


@pytest_asyncio.fixture
async def anna(db: Database) -> Actor:
    """Return a person."""
    return await someone(db)


async def someone(db: Database, name: str = "Анна") -> Actor:
    async with db.transaction() as session:
        return await person(session, name, chat=None)


async def bought_by(db: Database, organizer: Actor, *others: Actor) -> Purchase:
    async with db.transaction() as session:
        return await purchase(session, organizer, *others)


async def add(db: Database, actor: Actor, to: Purchase) -> None:
    async with db.transaction() as session:
        await add_task(
            session, actor=actor, purchase_id=to.id, title="Уголь", assignee_id=None, estimate_minor=None, due_at=None,
            now=NOW,
        )  # fmt: skip


async def write(db: Database, *readers: Actor, size: int = 0) -> int:
    """Write a change as the reaction would, and wake who pushes it."""
    async with db.transaction() as session:
        await session.execute(text(f"SELECT pg_advisory_xact_lock({ADVISORY_NAMESPACE}, 0)"))
        row = {
            "kind": "purchase", "event": "task.taken", "object_id": new_id(), "data": {"filler": "x" * size},
            "readers": [each.user_id for each in readers], "happened_at": utc_now(),
        }  # fmt: skip
        number: int = (await session.execute(insert(Change).values(row).returning(Change.id))).scalar_one()
        session.info[CHANGED] = True
    return number


def nearly_over() -> datetime:
    """Return the moment as it is when a token of now has a moment left."""
    return utc_now() + LIVES - timedelta(milliseconds=300)


def endings(reason: str) -> float:
    return REGISTRY.get_sample_value("syncbuy_live_endings_total", {"reason": reason}) or 0


class TestAChange:
    async def test_is_pushed_by_every_process_to_who_sees_it_and_to_nobody_else(
        self, db: Database, database_url: str, every_bus: Buses
    ) -> None:
        anna, boris, stranger = [await someone(db) for _ in range(3)]
        opened, theirs = await bought_by(db, anna, boris), await bought_by(db, stranger)
        async with (
            workers(db, every_bus.new(listeners())),
            copy_of_api(database_url) as one,
            copy_of_api(database_url) as other,
            one.heard(await token_of(db, anna)) as annas,
            other.heard(await token_of(db, boris)) as boriss,
            other.heard(await token_of(db, stranger)) as strangers,
        ):
            for ears in (annas, boriss, strangers):
                await ears.ready()

            await add(db, anna, opened)
            first, same = await told(annas, "task.added"), await told(boriss, "task.added")
            await add(db, stranger, theirs)

            assert first == same
            assert first["purchase_id"] == first["object_id"] == str(opened.id)
            assert first["data"]["actor_id"] == str(anna.user_id)
            assert first["at"].endswith("Z")
            while (heard := await strangers.next())["event"] != "task.added":
                assert heard["purchase_id"] == str(theirs.id)
            assert heard["purchase_id"] == str(theirs.id)

    async def test_gives_a_last_word_to_who_is_removed_and_then_no_more(
        self, db: Database, database_url: str, every_bus: Buses
    ) -> None:
        anna, boris = await someone(db), await someone(db)
        opened, own = await bought_by(db, anna, boris), await bought_by(db, boris)
        async with (
            workers(db, every_bus.new(listeners())),
            copy_of_api(database_url) as api,
            api.heard(await token_of(db, boris)) as ears,
            api.heard(await token_of(db, anna)) as annas,
        ):
            await ears.ready()
            await annas.ready()
            async with db.transaction() as session:
                await remove_participant(session, actor=anna, purchase_id=opened.id, user_id=boris.user_id, now=NOW)
            await told(ears, "purchase.participant_removed")
            await add(db, anna, opened)
            await told(annas, "task.added")

            await add(db, boris, own)

            assert (await told(ears, "task.added", at_once=True))["purchase_id"] == str(own.id)

    async def test_of_an_order_is_told_with_its_end(self, db: Database, database_url: str, every_bus: Buses) -> None:
        buyer = await rich(db)
        async with (
            workers(db, every_bus.new(listeners())),
            copy_of_api(database_url) as api,
            api.heard(await token_of(db, buyer), path="/v1/orders/ws") as ears,
        ):
            await ears.ready()

            await place(db, buyer)

            heard = [await ears.next() for _ in range(2)]
            assert [each["kind"] for each in heard] == ["order", "order"]
            assert [each["data"]["status"] for each in heard] == ["NEW", "FINISHED"]

    async def test_is_counted_with_the_time_that_it_took(self, db: Database, api: Copy, anna: Actor) -> None:
        before = REGISTRY.get_sample_value("syncbuy_live_push_seconds_count") or 0
        async with api.heard(await token_of(db, anna)) as ears:
            await ears.ready()
            await write(db, anna)
            await told(ears, "task.taken")

            assert (REGISTRY.get_sample_value("syncbuy_live_push_seconds_count") or 0) == before + 1

    async def test_does_not_wait_for_requests_that_hold_every_connection(
        self, db: Database, api: Copy, anna: Actor
    ) -> None:
        async with api.heard(await token_of(db, anna)) as ears, contextlib.AsyncExitStack() as requests:
            await ears.ready()
            while (pool := api.db.engine.pool).checkedout() < pool.size():  # type: ignore[attr-defined]
                request = await requests.enter_async_context(api.db.transaction())
                await request.execute(text("SELECT 1"))

            await write(db, anna)

            await told(ears, "task.taken")


async def told(ears: Ears, event: str, *, at_once: bool = False) -> dict[str, Any]:
    """Return the next change by this event."""
    while (heard := await ears.next())["event"] != event:
        assert not at_once, heard
    return heard


class TestWhoComesBack:
    async def test_misses_nothing_and_hears_nothing_twice_while_changes_go_on(
        self, db: Database, database_url: str, anna: Actor
    ) -> None:
        other, count = await someone(db), 120
        await write(db, anna)

        async def go_on() -> list[int]:
            return [await write(db, anna if number % 4 else other) for number in range(count)]

        async with waking(db), copy_of_api(database_url) as one, copy_of_api(database_url) as two:
            token = await token_of(db, anna)
            async with one.heard(token) as ears:
                last = await ears.ready()
            writing = asyncio.create_task(go_on())
            heard: list[int] = []
            turn = 0
            while len(heard) < count * 3 // 4:
                turn += 1
                async with (one if turn % 2 else two).heard(token, after=last) as ears:
                    assert await ears.ready() == last
                    for _ in range(min(7, count * 3 // 4 - len(heard))):
                        last = (await ears.next())["id"]
                        heard.append(last)
            written = await writing

        assert turn > 10
        assert heard == [number for place, number in enumerate(written) if place % 4]

    async def test_to_a_process_that_is_a_moment_behind_misses_nothing(
        self, db: Database, database_url: str, anna: Actor
    ) -> None:
        async with copy_of_api(database_url) as behind:  # nobody rings for it
            token = await token_of(db, anna)
            async with behind.heard(token) as ears:
                await ears.ready()
                heard_elsewhere = await write(db, anna)
                async with behind.heard(token, after=heard_elsewhere) as back:
                    assert await back.ready() == heard_elsewhere
                    later = await write(db, anna)
                    async with behind.heard(token, after=later) as again:
                        await again.ready()
                    assert (await back.next())["id"] == later

    async def test_with_a_number_of_no_change_is_told_to_load_everything_anew(
        self, db: Database, api: Copy, anna: Actor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(hub, "CATCH_UP_SECONDS", 0.05)
        async with api.heard(await token_of(db, anna), after=10**9) as ears:
            assert (await ears.next())["type"] == "reset"
            assert await ears.ready() == 0

    async def test_too_late_is_told_to_load_everything_anew(self, db: Database, api: Copy, anna: Actor) -> None:
        old = await write(db, anna)
        async with db.transaction() as session:
            await session.execute(update(Change).values(recorded_at=utc_now() - timedelta(days=2)))
        newest = await write(db, anna)
        await until(lambda: api.hub._position == newest)

        async with api.heard(await token_of(db, anna), after=old) as ears:
            assert (await ears.next())["type"] == "reset"
            assert await ears.ready() == newest

            await write(db, anna)
            assert (await ears.next())["id"] == newest + 1


class TestWhoDoesNotRead:
    async def test_is_sent_away_without_harm_to_others(
        self, db: Database, api: Copy, anna: Actor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(listener, "WAITING_MAX", 8)
        before, token, count = endings("too_slow"), await token_of(db, anna), 60
        narrow = await narrow_line(api)
        async with (
            api.heard(token) as quick,
            api.heard(token, sock=narrow, max_queue=1, ping_interval=None, close_timeout=0.1) as slow,
        ):
            await slow.ready()
            await quick.ready()
            for _ in range(count):
                number = await write(db, anna, size=200_000)
                assert (await quick.next())["id"] == number

            await until(lambda: endings("too_slow") == before + 1)
            await until(lambda: len(api.hub._all()) == 1)
            slow.socket.transport.abort()

    async def test_is_hung_up_on_over_server_sent_events_too(
        self, db: Database, api: Copy, anna: Actor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(listener, "WAITING_MAX", 8)
        monkeypatch.setattr(connection, "CLOSE_SECONDS", 0.1)
        let_go, lose = list[object](), Connection.connection_lost

        def note(let: Connection, failure: Exception | None) -> None:
            let_go.append(let.client)
            lose(let, failure)

        monkeypatch.setattr(Connection, "connection_lost", note)
        before, token, loop = endings("too_slow"), await token_of(db, anna), asyncio.get_running_loop()
        with await narrow_line(api) as narrow:
            head = f"GET /v1/live/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n"
            await loop.sock_sendall(narrow, head.encode())
            await loop.sock_recv(narrow, 1)
            while endings("too_slow") == before:
                await write(db, anna, size=200_000)

            await until(lambda: narrow.getsockname() in let_go)


async def narrow_line(api: Copy) -> socket.socket:
    """Return a connection that takes little of what it does not read."""
    narrow = socket.socket()
    narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    narrow.setblocking(False)
    await asyncio.get_running_loop().sock_connect(narrow, ("127.0.0.1", api.port))
    return narrow


class TestAListener:
    async def test_is_written_to_at_once_only_where_nothing_waits_before_it(self) -> None:
        written, reads = list[bytes](), True

        def write_now(frame: bytes) -> bool:
            if reads:
                written.append(frame)
            return reads

        one, two, three, four, five = [Frame("change", str(number)) for number in range(5)]
        someone = listener.Listener({Kind.PURCHASE}, new_id(), 0, write_now)

        someone.tell(one)  # as while the greeting is sent
        assert await someone.next() == [one]
        someone.tell(two)
        assert await someone.next() == [two]
        sending = asyncio.ensure_future(someone.next())
        await asyncio.sleep(0)
        someone.tell(three)
        assert written == [three.wire]

        reads = False
        someone.tell(four)
        reads = True
        someone.tell(five)
        assert await sending == [four, five]
        assert written == [three.wire]


class TestAnError:
    async def test_of_ours_ends_the_connection_and_is_logged(self) -> None:
        async def send(frame: Frame) -> None:
            raise ValueError(frame.text)

        async def hear() -> None:
            await asyncio.Event().wait()

        someone = listener.Listener({Kind.PURCHASE}, new_id(), 0)
        with capture_logs() as lines:
            await push.push(someone, [Frame("change", "1")], send=send, hear=hear, until=None)

        assert [str(line["exc_info"]) for line in lines] == ["1"]


class TestWhoIsNot:
    async def test_signed_in_is_sent_away(self, db: Database, api: Copy, anna: Actor) -> None:
        late = utc_now() - LIVES - timedelta(seconds=1)
        for token in ("nonsense", "sb_pat_nonsense", await token_of(db, anna, now=late)):
            async with api.heard(token) as ears:
                assert await ears.closed() == 4401

    @pytest.mark.parametrize("words", ["{}", "[", '{"token": 1}', '{"token": "a", "last_event_id": -1}', b"\x00"])
    async def test_well_spoken_is_sent_away(self, api: Copy, words: str | bytes) -> None:
        async with connect(f"ws://127.0.0.1:{api.port}/v1/live", proxy=None) as client:
            await client.send(words)
            with pytest.raises(ConnectionClosed) as closed:
                await client.recv()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4400

    async def test_saying_anything_is_sent_away(self, api: Copy, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(live_socket, "FIRST_WORD_SECONDS", 0.05)
        async with connect(f"ws://127.0.0.1:{api.port}/v1/live", proxy=None) as client:
            with pytest.raises(ConnectionClosed) as closed:
                await asyncio.wait_for(client.recv(), 10)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4408

    async def test_saying_anything_is_turned_away_where_too_many_are_silent(
        self, db: Database, api: Copy, anna: Actor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(live_socket, "STRANGERS_MAX", 1)
        url, token = f"ws://127.0.0.1:{api.port}/v1/live", await token_of(db, anna)
        async with api.heard(token) as ears:
            await ears.ready()
            async with connect(url, proxy=None):
                with pytest.raises(InvalidStatus) as refused:
                    await connect(url, proxy=None)
            assert refused.value.response.status_code == 403

            await until(lambda: not api.app.state.strangers)
            async with api.heard(token) as again:
                await again.ready()

    async def test_of_an_allowed_page_is_turned_away_before_the_handshake(self, database_url: str) -> None:
        async with copy_of_api(database_url, api_cors_origins="https://friend.example") as api:
            url = f"ws://127.0.0.1:{api.port}/v1/live"
            for origin in ("https://evil.example", "null", f"http://127.0.0.1.evil.example:{api.port}"):
                with pytest.raises(InvalidStatus) as refused:
                    await connect(url, origin=origin, proxy=None)  # type: ignore[arg-type]
                assert refused.value.response.status_code == 403
            for origin in ("https://friend.example", f"http://127.0.0.1:{api.port}"):
                async with connect(url, origin=origin, proxy=None):  # type: ignore[arg-type]
                    pass


class TestASignIn:
    async def test_that_ends_ends_the_connection(
        self, db: Database, database_url: str, anna: Actor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(hub, "LOOK_SECONDS", 0.05)
        async with copy_of_api(database_url) as api:
            async with db.transaction() as session:
                personal, text_of_it = await create_token(
                    session, actor=anna, name="script", expires_at=None, now=utc_now()
                )
            async with api.heard(await token_of(db, anna)) as ears, api.heard(text_of_it) as script:
                await ears.ready()
                await script.ready()
                async with db.transaction() as session:
                    await end_sessions(session, user_id=anna.user_id)
                assert await ears.closed() == 4401
                await write(db, anna)
                await told(script, "task.taken")

                async with db.transaction() as session:
                    await revoke_token(session, actor=anna, token_id=personal.id)
                assert await script.closed() == 4401

    async def test_that_is_too_old_ends_the_connection(
        self, db: Database, api: Copy, anna: Actor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(push, "utc_now", nearly_over)
        async with api.heard(await token_of(db, anna)) as ears:
            await ears.ready()
            assert await ears.closed() == 4401

    async def test_allows_only_so_many_connections(
        self, db: Database, api: Copy, anna: Actor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(hub, "LISTENERS_MAX", 2)
        token = await token_of(db, anna)
        async with api.heard(token) as first, api.heard(token) as second:
            await first.ready()
            await second.ready()
            async with api.heard(token) as third:
                assert await third.closed() == 4429
            await second.socket.close()
            await until(lambda: len(api.hub._all()) == 1)
            async with api.heard(token) as again:
                await again.ready()


class TestTheServer:
    async def test_says_goodbye_when_it_stops(self, db: Database, api: Copy, anna: Actor) -> None:
        async with api.heard(await token_of(db, anna)) as ears:
            await ears.ready()
            api.stopping.set()
            assert await ears.closed() == 1001

    async def test_says_that_it_is_there_when_nothing_happens(
        self, db: Database, api: Copy, anna: Actor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(listener, "SILENCE_SECONDS", 0.05)
        async with api.heard(await token_of(db, anna)) as ears:
            await ears.ready()
            assert json.loads(await ears.socket.recv()) == {"type": "ping"}
            await ears.socket.send('{"type":"pong"}')
            assert json.loads(await ears.socket.recv()) == {"type": "ping"}


class TestServerSentEvents:
    async def test_tell_the_same_and_can_be_resumed(self, db: Database, api: Copy, anna: Actor) -> None:
        headers = {"Authorization": f"Bearer {await token_of(db, anna)}"}
        url = f"http://127.0.0.1:{api.port}/v1/live/events"
        async with new_client(timeout=20) as http:
            async with http.stream("GET", url, headers=headers) as answer:
                assert answer.headers["content-type"].startswith("text/event-stream")
                lines = answer.aiter_lines()
                assert [await anext(lines) for _ in range(3)] == [
                    "id: 0", "event: ready", 'data: {"type":"ready","last_event_id":0}',
                ]  # fmt: skip
                first = await write(db, anna)
                assert await anext(lines) == ""
                assert [await anext(lines) for _ in range(2)] == [f"id: {first}", "event: change"]
                assert json.loads((await anext(lines)).removeprefix("data: "))["event"] == "task.taken"
            missed = await write(db, anna)
            await until(lambda: api.hub._position == missed)

            async with http.stream("GET", url, headers={**headers, "Last-Event-ID": str(first)}) as answer:
                lines = answer.aiter_lines()
                ids = [line async for line in _until(lines, f"id: {missed}") if line.startswith("id: ")]
            assert ids == [f"id: {first}", f"id: {missed}"]

    @pytest.mark.parametrize("is_old", [True, False])
    async def test_end_with_the_server_and_with_the_sign_in(
        self, db: Database, api: Copy, anna: Actor, monkeypatch: pytest.MonkeyPatch, *, is_old: bool
    ) -> None:
        if is_old:
            monkeypatch.setattr(push, "utc_now", nearly_over)
        headers = {"Authorization": f"Bearer {await token_of(db, anna)}"}
        url = f"http://127.0.0.1:{api.port}/v1/live/events"
        async with (
            new_client(timeout=20) as http,
            http.stream("GET", url, headers=headers) as answer,
        ):
            lines = answer.aiter_lines()
            assert await anext(lines) == "id: 0"
            if not is_old:
                api.stopping.set()
            async for _ in lines:
                pass

    async def test_are_for_who_is_signed_in(
        self, db: Database, api: Copy, anna: Actor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(hub, "LISTENERS_MAX", 0)
        token = await token_of(db, anna)
        async with new_client(base_url=f"http://127.0.0.1:{api.port}") as http:
            nobody = await http.get("/v1/live/events")
            too_many = await http.get("/v1/live/events", headers={"Authorization": f"Bearer {token}"})

        assert (nobody.status_code, nobody.json()["code"]) == (401, "NOT_SIGNED_IN")
        assert (too_many.status_code, too_many.json()["code"]) == (429, "TOO_MANY_LISTENERS")
        assert too_many.headers["retry-after"]


async def _until(lines: AsyncIterator[str], last: str) -> AsyncIterator[str]:
    async for line in lines:
        yield line
        if line == last:
            return
