"""What every request passes: ids, limits, lengths, headers, and one body for every refusal."""

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import create_async_engine
from starlette.types import Message, Receive, Scope, Send
from structlog.testing import capture_logs

from api import threshold
from core.db import Database
from core.ids import new_id
from core.outbox.models import OutboxRow
from core.web import connection
from tests.api.door import Door, open_door
from tests.databases import Server, until_waiting


def refused(response: Any) -> tuple[int, str]:
    """Return the status and the code of a refusal, which has the one body."""
    body = response.json()
    assert body.keys() - {"details"} == {"code", "message", "request_id"}
    assert body["request_id"] == response.headers["X-Correlation-Id"]
    return response.status_code, body["code"]


class TestARefusal:
    async def test_of_whoever_is_not_signed_in_says_how_to(self, door: Door) -> None:
        for headers in ({}, {"Authorization": "Basic YTpi"}, {"Authorization": "Bearer nonsense"}):
            answer = await door.http.get("/v1/purchases", headers=headers)

            assert refused(answer) == (401, "NOT_SIGNED_IN")
            assert answer.headers["WWW-Authenticate"] == "Bearer"

    async def test_of_what_is_not_there(self, door: Door) -> None:
        anna = await door.person()

        assert refused(await door.http.get("/nowhere")) == (404, "NO_SUCH_ADDRESS")
        assert refused(await anna.ask("GET", f"/purchases/{new_id()}")) == (404, "PURCHASE_NOT_FOUND")
        assert refused(await anna.ask("GET", "/purchases/none")) == (404, "NO_SUCH_ADDRESS")
        wrong = await anna.ask("PUT", "/purchases")
        assert refused(wrong) == (405, "NO_SUCH_METHOD")
        assert wrong.headers["Allow"] == "GET, POST"

    async def test_of_a_wrong_shape_names_the_fields(self, door: Door) -> None:
        anna = await door.person()

        answer = await anna.ask("POST", "/purchases", {"title": "Tea", "currency": "roubles", "owner_id": anna.id})

        assert refused(answer) == (422, "WRONG_SHAPE")
        assert {each["field"] for each in answer.json()["details"]["fields"]} == {"body.currency", "body.owner_id"}

    @pytest.mark.parametrize(
        "body", [b"{", b'{"title": NaN}', b'{"title": "\\ud800"}', b"\xff", b"[" * 255 + b"]" * 255]
    )
    async def test_of_what_is_no_json(self, door: Door, body: bytes) -> None:
        anna = await door.person()
        headers = {"Authorization": f"Bearer {anna.token}", "Content-Type": "application/json"}

        for path, more in (("/v1/purchases", {"Idempotence-Key": str(new_id())}), ("/v1/auth/token", {})):
            answer = await door.http.post(path, content=body, headers={**headers, **more})

            assert refused(answer) == (400, "MALFORMED_REQUEST")

    async def test_by_a_rule_is_in_the_language_of_the_person(self, door: Door) -> None:
        anna = await door.person()
        await anna.post("/accounts", {"currency": "RUB"})

        again = await anna.ask("POST", "/accounts", {"currency": "RUB"}, headers={"Accept-Language": "en"})

        assert again.json() == {
            "code": "ACCOUNT_EXISTS",
            "message": "Кошелёк в RUB у вас уже есть.",
            "details": {"currency": "RUB"},
            "request_id": again.headers["X-Correlation-Id"],
        }

    @pytest.mark.parametrize(
        ("wanted", "word"),
        [("de, ru;q=0.8, en;q=0.5", "Войдите"), ("en;q=0.1, ru;q=0", "Please"), ("", "Please"), ("uk", "Войдите")],
    )
    async def test_of_a_stranger_is_in_the_language_that_they_ask_for(self, door: Door, wanted: str, word: str) -> None:
        answer = await door.http.get("/v1/me", headers={"Accept-Language": wanted})

        assert answer.json()["message"].startswith(word)

    async def test_by_the_database_that_is_away_says_when_to_come_again(self, tmp_path: Path) -> None:
        away = Database.connect("postgresql://nobody@127.0.0.1:9/nothing")
        async with open_door(away, tmp_path) as door:
            answer = await door.http.post("/v1/auth/token", json={"grant_type": "one_time_code", "code": "ABCD-EFGH"})

            assert refused(answer) == (503, "NOT_NOW")
            assert answer.headers["Retry-After"] == "2"
            assert (await door.http.get("/health/live")).status_code == 200
            assert (await door.http.get("/health/ready")).status_code == 503
        await away.close()

    async def test_by_the_database_that_is_not_made_or_migrated_yet_is_for_a_moment(
        self, server: Server, tmp_path: Path
    ) -> None:
        empty = await server.create_empty()
        for name in (empty, f"{empty}_is_not_there"):
            db = Database.connect(server.url_of(name))
            async with open_door(db, tmp_path) as door:
                answer = await door.http.post("/v1/auth/token", json={"grant_type": "one_time_code", "code": "A"})

                assert refused(answer) == (503, "NOT_NOW")
            await db.close()
        await server.drop(empty)

    async def test_by_the_database_that_ends_our_connection_is_for_a_moment(self, door: Door) -> None:
        anna = await door.person()
        ending = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        for table, path in (("messaging.budgets", "/me"), ("orders.orders", "/orders")):
            async with door.db.transaction() as session:
                await session.execute(text(f"LOCK TABLE {table}"))
                asking = asyncio.create_task(anna.ask("GET", path))
                await until_waiting(door.db, 1)
                await session.execute(text(f"{ending} AND datname = current_database()"))

                assert refused(await asking) == (503, "NOT_NOW")

    async def test_by_the_database_that_has_no_connection_left_is_for_a_moment(
        self, db: Database, tmp_path: Path
    ) -> None:
        one = Database(create_async_engine(db.engine.url, pool_size=1, max_overflow=0, pool_timeout=0.1))
        async with open_door(one, tmp_path) as door:
            async with one.transaction() as session:
                await session.execute(text("SELECT 1"))
                answer = await door.http.post("/v1/auth/token", json={"grant_type": "one_time_code", "code": "A"})

            assert refused(answer) == (503, "NOT_NOW")
        await one.close()

    async def test_by_a_bug_says_nothing_of_it(self, door: Door) -> None:
        anna = await door.person()
        async with door.db.transaction() as session:
            await session.execute(text("ALTER TABLE orders.orders RENAME TO gone"))
            await session.execute(text("CREATE VIEW orders.orders AS SELECT * FROM orders.gone WHERE 1 / 0 = 1"))

        answer = await anna.ask("GET", "/orders")

        assert refused(answer) == (500, "OUR_FAULT")
        assert "division" not in answer.text
        assert "gone" not in answer.text
        assert "orders" not in answer.text


class TestAnAddress:
    async def test_with_a_slash_at_its_end_is_the_same_one(self, door: Door) -> None:
        anna, key = await door.person(), str(new_id())
        order = {"amount_cents": 1_00, "description": "Apples"}
        elsewhere = {"Host": "evil.example"}

        placed = await anna.ask("POST", "/orders/", order, key=key, headers=elsewhere)
        again = await anna.ask("POST", "/orders", order, key=key)
        listed = await anna.ask("GET", "/orders/", headers=elsewhere)
        without = await door.http.get("/app", headers=elsewhere)

        assert (placed.status_code, again.content) == (201, placed.content)
        assert [each["id"] for each in listed.json()["items"]] == [placed.json()["id"]]
        assert refused(without) == (404, "NO_SUCH_ADDRESS")


class TestABody:
    async def test_that_is_too_long_is_refused_whether_it_says_so_or_not(self, db: Database, tmp_path: Path) -> None:
        async def parts() -> Any:
            for _ in range(8):
                yield b" " * 1024

        async with open_door(db, tmp_path, api_max_body_bytes=4096) as door:
            anna = await door.person()
            headers = {"Authorization": f"Bearer {anna.token}", "Idempotence-Key": str(new_id())}
            said = await door.http.post("/v1/purchases", content=b" " * 8192, headers=headers)
            unsaid = await door.http.post("/v1/purchases", content=parts(), headers=headers)
            nowhere = await door.http.post("/nowhere", content=b" " * 8192)

            assert refused(said) == refused(unsaid) == refused(nowhere) == (413, "TOO_LONG")

    async def test_that_does_not_come_holds_no_connection_to_the_database(self, door: Door) -> None:
        anna = await door.person()
        lines = []
        try:
            for _ in range(30):  # more than there are connections
                reader, writer = await asyncio.open_connection("127.0.0.1", int(door.url.rpartition(":")[2]))
                head = f"POST /v1/purchases HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {anna.token}\r\n"
                writer.write(f"{head}Idempotence-Key: {new_id()}\r\nContent-Length: 9\r\n\r\n".encode())
                await writer.drain()
                lines.append((reader, writer))

            assert (await anna.get("/orders"))["items"] == []
        finally:
            for _, writer in lines:
                writer.close()


class TestACorrelationId:
    async def test_of_the_client_is_kept_and_goes_with_the_events(self, door: Door) -> None:
        anna = await door.person()
        theirs = {"X-Correlation-Id": "shop-4711"}

        opened = await anna.ask("POST", "/purchases", {"title": "Tea"}, headers=theirs)

        assert opened.headers["X-Correlation-Id"] == "shop-4711"
        async with door.db.transaction() as session:
            rows = await session.scalars(select(OutboxRow).where(OutboxRow.event_name == "purchase.opened"))
            assert [row.headers["correlation_id"] for row in rows] == ["shop-4711"]

    async def test_that_does_not_look_like_one_is_replaced(self, door: Door) -> None:
        answer = await door.http.get("/v1/config", headers={"X-Correlation-Id": "a b"})

        assert len(answer.headers["X-Correlation-Id"]) == 36


class TestALimit:
    async def test_of_a_person_is_shared_by_all_copies_and_nobody_elses(self, db: Database, tmp_path: Path) -> None:
        async with (
            open_door(db, tmp_path, api_requests_per_minute=10) as one,
            open_door(db, tmp_path, api_requests_per_minute=10) as other,
        ):
            anna, boris = await one.person("Anna"), await one.person("Boris")
            headers = {"Authorization": f"Bearer {anna.token}"}
            answers = [await door.http.get("/v1/me", headers=headers) for door in (one, other, one)]

            assert [answer.status_code for answer in answers] == [200, 200, 429]
            assert refused(answers[2]) == (429, "TOO_OFTEN")
            assert 1 <= int(answers[2].headers["Retry-After"]) <= 7
            assert (await boris.ask("GET", "/me")).status_code == 200

    async def test_of_an_address_counts_who_is_connected_and_not_what_they_write(
        self, db: Database, tmp_path: Path
    ) -> None:
        body = {"grant_type": "one_time_code", "code": "ABCD-EFGH"}
        async with open_door(db, tmp_path, api_sign_ins_per_minute=2) as door:
            asked = [
                await door.http.post("/v1/auth/token", json=body, headers={"X-Forwarded-For": f"203.0.113.{number}"})
                for number in range(3)
            ]

            assert [answer.status_code for answer in asked] == [401, 401, 429]

    async def test_of_an_address_is_that_of_whom_our_proxy_names(self, db: Database, tmp_path: Path) -> None:
        body = {"grant_type": "one_time_code", "code": "ABCD-EFGH"}
        async with open_door(db, tmp_path, trusted_proxies="127.0.0.0/8", api_sign_ins_per_minute=1) as door:

            async def sign_in(address: str) -> int:
                answer = await door.http.post("/v1/auth/token", json=body, headers={"X-Forwarded-For": address})
                return answer.status_code

            assert [await sign_in("2001:db8::1"), await sign_in("2001:db8::2")] == [401, 429]
            assert await sign_in("2001:db8:0:1::1") == 401


class TestHeaders:
    async def test_protect_every_answer(self, door: Door) -> None:
        for path in ("/v1/config", "/nowhere", "/openapi.json"):
            headers = (await door.http.get(path)).headers

            assert headers["X-Content-Type-Options"] == "nosniff"
            assert headers["Content-Security-Policy"].startswith("default-src 'none'")
            assert headers["Cache-Control"] == "no-store"
            assert "Strict-Transport-Security" not in headers
            assert "server" not in headers

    async def test_ask_for_tls_where_the_api_is_public(self, db: Database, tmp_path: Path) -> None:
        async with open_door(db, tmp_path, api_public_url="https://buy.example") as door:
            assert "Strict-Transport-Security" in (await door.http.get("/v1/config")).headers

    async def test_offer_the_login_widget_where_telegram_can_come_back_to(self, db: Database, tmp_path: Path) -> None:
        offered = {}
        for address in (None, "https://buy.example"):
            async with open_door(db, tmp_path, api_public_url=address) as door:
                config = (await door.http.get("/v1/config")).json()
                offered[address] = (config["bot_id"], config["telegram_login"])

        assert offered == {None: (42, False), "https://buy.example": (42, True)}

    async def test_let_pages_of_others_in_by_name_only(self, db: Database, tmp_path: Path) -> None:
        asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "idempotence-key"}
        async with open_door(db, tmp_path, api_cors_origins="https://shop.example") as door:
            ours = await door.http.options("/v1/orders", headers={"Origin": "https://shop.example", **asked})
            theirs = await door.http.options("/v1/orders", headers={"Origin": "https://evil.example", **asked})

            assert ours.headers["Access-Control-Allow-Origin"] == "https://shop.example"
            assert "Access-Control-Allow-Origin" not in theirs.headers
            assert "Access-Control-Allow-Credentials" not in ours.headers

    async def test_let_pages_of_others_read_why_nothing_went(self, db: Database, tmp_path: Path) -> None:
        shop = "https://shop.example"
        async with open_door(db, tmp_path, api_cors_origins=shop, api_max_body_bytes=1024) as door:
            refusal = await door.http.post("/v1/orders", content=b" " * 2048, headers={"Origin": shop})

            assert refused(refusal) == (413, "TOO_LONG")
            assert refusal.headers["Access-Control-Allow-Origin"] == shop
            assert "X-Correlation-Id" in refusal.headers["Access-Control-Expose-Headers"]


class TestAConnection:
    @pytest.mark.parametrize("said", [b"", b"GET /v1/config HTTP/1.1\r\nHost: x\r\n"])
    async def test_on_which_no_request_comes_is_over_soon(
        self, door: Door, monkeypatch: pytest.MonkeyPatch, said: bytes
    ) -> None:
        monkeypatch.setattr(connection, "HEAD_SECONDS", 0.2)
        answered = b"" if not said else b"GET /v1/config HTTP/1.1\r\nHost: x\r\n\r\n"  # and half of another one
        reader, writer = await asyncio.open_connection("127.0.0.1", int(door.url.rpartition(":")[2]))
        writer.write(answered)
        if answered:
            await reader.readuntil(b"}")
        writer.write(said)
        async with asyncio.timeout(10):
            rest = await reader.read()
        writer.close()

        assert rest.count(b"HTTP/1.1") == 0

    async def test_on_which_a_request_takes_long_is_kept(self, door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(connection, "HEAD_SECONDS", 0.2)
        anna = await door.person()
        async with door.db.transaction() as session:
            await session.execute(text("LOCK TABLE orders.orders"))
            asking = asyncio.create_task(anna.ask("GET", "/orders"))
            await until_waiting(door.db, 1)
            await session.execute(text("SELECT pg_sleep(0.5)"))

        assert (await asking).status_code == 200


class TestFigures:
    async def test_of_time_are_of_the_beginning_of_an_answer(self, monkeypatch: pytest.MonkeyPatch) -> None:
        now, seconds = [0.0], "syncbuy_api_request_seconds_sum"
        monkeypatch.setattr(time, "perf_counter", lambda: now[0])

        async def app(_: Scope, __: Receive, send: Send) -> None:
            now[0] = 1
            await send({"type": "http.response.start", "status": 200, "headers": []})
            now[0] = 100
            await send({"type": "http.response.body", "body": b""})

        async def receive() -> Message:
            return {"type": "http.request"}

        async def send(_: Message) -> None:
            pass

        of_it = {"operation": threshold.ELSEWHERE}
        before = REGISTRY.get_sample_value(seconds, of_it) or 0
        door = threshold.Threshold(app, max_bytes=0, longer={}, is_public=False)
        await door({"type": "http", "headers": [], "path": "/"}, receive, send)

        assert REGISTRY.get_sample_value(seconds, of_it) == before + 1

    async def test_count_requests_by_operation_and_status(self, door: Door) -> None:
        await door.http.get("/v1/me")
        shown = (await door.http.get("/metrics")).text

        assert 'syncbuy_api_requests_total{operation="read_me",status="401"}' in shown
        assert 'syncbuy_api_request_seconds_count{operation="read_me"}' in shown

    async def test_are_for_our_own_network_only(self, db: Database, tmp_path: Path) -> None:
        async with open_door(db, tmp_path, trusted_proxies="127.0.0.0/8") as door:
            answer = await door.http.get("/metrics", headers={"X-Forwarded-For": "8.8.8.8"})

            assert refused(answer) == (404, "NO_SUCH_ADDRESS")

    async def test_are_not_for_whom_a_proxy_passes_on_that_nobody_has_named(self, door: Door) -> None:
        answer = await door.http.get("/metrics", headers={"X-Forwarded-For": "10.0.0.7"})

        assert refused(answer) == (404, "NO_SUCH_ADDRESS")


class TestAPublicApi:
    @pytest.mark.parametrize(("proxies", "warnings"), [("", 1), ("10.0.0.0/8", 0)])
    async def test_warns_where_everybody_would_count_as_one_address(
        self, db: Database, tmp_path: Path, proxies: str, warnings: int
    ) -> None:
        with capture_logs() as logs:
            async with open_door(db, tmp_path, trusted_proxies=proxies, api_public_url="https://buy.example") as door:
                await door.http.get("/v1/config")

        assert sum(line["event"] == "no-proxy-is-named" for line in logs) == warnings
