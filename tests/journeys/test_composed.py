"""Every process on its own, as docker-compose.yml runs it: one journey, and what could be seen of it from outside."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import text

from admin.story import GROUP
from core.db import Database
from core.ledger.audit import audit
from sandbox.asking import new_client
from sandbox.bank.client import Bank
from sandbox.bank.shops import SHOPS
from sandbox.rabbitmq import RabbitNode
from sandbox.settings import BOT_TOKEN, PAYMENT_TOKEN
from sandbox.telegram.person import World
from tests.containers import ROOT
from tests.databases import Server
from tests.journeys.composed import PREFIX, Composed, Span, composed
from tests.journeys.steps import locked, open_debt
from tests.workers.buses import forget
from workers.subscriptions import listeners

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]
CARD, PHONE = "2200700712345676", "+79123456789"


@dataclass
class Told:
    """What a journey left behind when all processes had stopped."""

    composed: Composed
    figures: dict[str, str]
    codes: dict[str, int]
    lock_update: int
    violations: list[Any]
    secrets: list[str]

    def lines(self, *services: str) -> list[dict[str, Any]]:
        return [line for service in services for process in self.composed.of(service) for line in process.logged]

    def trace_of(self, correlation_id: str, *, door: str) -> list[Span]:
        """Return the trace that began at a door for this id."""
        [root] = [
            span
            for span in self.composed.spans
            if span.name == door and span.attributes.get("correlation_id") == correlation_id
        ]
        return [span for span in self.composed.spans if span.trace_id == root.trace_id]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def told(server: Server, rabbitmq: RabbitNode, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Told]:
    """Let people buy together, pay by link and say where they want their money, and stop everything."""
    name, folder = await server.create(), tmp_path_factory.mktemp("composed")
    async with composed(server.url_of(name), rabbitmq.url, folder) as running:
        async with World.connect(running.telegram_url) as world, Bank.connect(running.bank_url) as bank:
            lock_update = await _journey(world, bank)
        await _until_published(server.url_of(name))
        async with new_client(timeout=20) as http:
            figures = {
                process.name: (await http.get(f"http://127.0.0.1:{port}/metrics")).text
                for process in running.processes
                if (port := process.environment.get("METRICS_PORT"))
            }
        codes = await asyncio.gather(*(process.stop() for process in running.processes))
        violations, requisites = await _look(server.url_of(name))
        assert {"".join(number.split()) for number in requisites} == {CARD, PHONE}
        kept = json.loads((folder / "secrets.json").read_text())
        secrets = [one["value"] for of_name in kept.values() for one in of_name]
        ended = {process.name: code for process, code in zip(running.processes, codes, strict=True)}
        yield Told(running, figures, ended, lock_update, violations, secrets)
    await forget(rabbitmq.url, PREFIX, listeners())
    await server.drop(name)


async def _journey(world: World, bank: Bank) -> int:
    """Return the number of the update that locked the purchase."""
    await world.person("anna").sees(GROUP, containing="Привет", within_seconds=20)
    anna, boris = await locked(world)
    lock_update = max(int(update["update_id"]) for update in await world.updates())
    await boris.tap(await open_debt(boris, "Анна"), "Банк")
    seen = await boris.sees(None, containing="К оплате", button="Оплатить", within_seconds=10)
    [url] = [button["url"] for row in seen.buttons for button in row if button.get("url")]
    await bank.pay(url.rsplit("/", 1)[-1])
    await anna.sees(None, containing="Борис заплатил(а) вам 500", within_seconds=10)
    for person, button, asked, value in ((anna, "Карта", "Номер карты", CARD), (boris, "Телефон", "телефона", PHONE)):
        await person.send(None, "/settings")
        await person.tap(await person.sees(None, button=button), button)
        await person.sees(None, containing=asked)
        sent = await person.send(None, value)
        await person.sees(None, containing=value[-4:], after=sent)
    return lock_update


async def _until_published(database_url: str) -> None:
    """Wait until no event waits in the outbox, or fail with those that do."""
    waiting = text("SELECT event_name, attempts, last_error, clock_timestamp() - created_at FROM messaging.outbox")
    db = Database.connect(database_url)
    try:
        for _ in range(100):
            async with db.transaction() as session:
                rows = [tuple(row) for row in await session.execute(waiting)]
            if not rows:
                return
            await asyncio.sleep(0.2)
        pytest.fail(f"not published: {rows}")
    finally:
        await db.close()


async def _look(database_url: str) -> tuple[list[Any], list[str]]:
    """Return what is wrong with the book, and what people wrote down."""
    db = Database.connect(database_url)
    try:
        async with db.transaction() as session:
            violations: list[Any] = list(await audit(session))
            return violations, list(await session.scalars(text("SELECT value FROM identity.requisites")))
    finally:
        await db.close()


class TestEveryProcess:
    def test_stops_in_good_order_and_leaves_the_book_right(self, told: Told) -> None:
        assert set(told.codes.values()) == {0}
        assert told.violations == []

    def test_says_everything_in_lines_of_json(self, told: Told) -> None:
        lines = told.lines("sandbox-bot", "sandbox-webhooks", "sandbox-api", "sandbox-workers")

        assert {line["event"] for line in lines} >= {
            "bot-started",
            "webhooks-started",
            "api-started",
            "workers-started",
        }
        for line in lines:
            assert line.keys() >= {"event", "level", "timestamp"}
            assert line["level"] in {"info", "warning"}, json.dumps(line, indent=1)

    def test_repeats_no_secret_in_what_it_says(self, told: Told) -> None:
        ours = [process for process in told.composed.processes if process.name != "sandbox"]
        said = "\n".join(line for process in ours for line in process.lines)
        said += "".join(f"{span.name} {span.attributes}" for span in told.composed.spans)
        secrets = [BOT_TOKEN.partition(":")[2], PAYMENT_TOKEN, CARD, CARD[-8:], PHONE[1:], *told.secrets]
        secrets += [secret for shop in SHOPS for secret in (shop.secret_key, shop.webhook_secret) if secret]

        assert len(told.secrets) > 0
        assert all(word.isidentifier() for span in told.composed.spans for word in span.said)
        assert [secret for secret in secrets if secret in said] == []

    def test_shows_what_it_did(self, told: Told) -> None:
        expected = {
            "sandbox-bot": 'syncbuy_updates_total{kind="callback_query",outcome="handled"}',
            "sandbox-webhooks": 'syncbuy_notices_total{outcome="stored",provider="standard"}',
            "sandbox-workers": 'syncbuy_database_connections{state="used"}',
        }
        for service, figure in expected.items():
            assert figure in told.figures[service]


class TestATap:
    def test_has_one_id_from_the_chat_to_what_was_told_because_of_it(self, told: Told) -> None:
        correlation_id = f"telegram-{told.lock_update}"
        sent = [
            line
            for line in told.lines("sandbox-workers")
            if line["event"] == "notification-sent" and line["correlation_id"] == correlation_id
        ]

        assert {line["kind"] for line in sent} == {"debts-created"}
        assert all(line["notification_id"] and line["outcome"] == "sent" for line in sent)

    def test_is_one_trace_through_bot_and_workers(self, told: Told) -> None:
        trace = told.trace_of(f"telegram-{told.lock_update}", door="update")
        by_id = {span.span_id: span for span in trace}
        seen = {(span.process, span.name) for span in trace}

        assert seen >= {
            ("syncbuy-bot", "update"),
            ("syncbuy-bot", "INSERT"),
            ("syncbuy-workers", "relay"),
            ("syncbuy-workers", "notify"),
            ("syncbuy-workers", "deliver"),
            ("syncbuy-workers", "mark-card"),
        }
        # Nothing hangs in the air: whatever is above a span was sent too, and only the door has nothing above it.
        assert [span.name for span in trace if span.parent_id not in by_id] == ["update"]


class TestANotice:
    def test_is_one_trace_from_the_provider_to_the_payee(self, told: Told) -> None:
        [stored] = [span for span in told.composed.spans if (span.process, span.name) == ("syncbuy-webhooks", "notice")]
        trace = [span for span in told.composed.spans if span.trace_id == stored.trace_id]

        assert {(span.process, span.name) for span in trace} >= {
            ("syncbuy-webhooks", "POST /webhooks/payments/{name}"),
            ("syncbuy-workers", "act on notice"),
            ("syncbuy-workers", "notify"),
            ("syncbuy-workers", "deliver"),
        }
        sent = [line for line in told.lines("sandbox-workers") if line["event"] == "notification-sent"]
        kinds = {line["kind"] for line in sent if line["correlation_id"] == stored.attributes["correlation_id"]}
        assert "payment-received" in kinds


class TestNobodyCollectingTraces:
    @pytest.mark.parametrize("module", ["core.process", "core.watch.serve", "core.ledger.post", "workers.run"])
    async def test_costs_not_even_the_import(self, module: str) -> None:
        asked = f"import sys, {module}; sys.exit(any(name.startswith('opentelemetry') for name in sys.modules))"
        process = await asyncio.create_subprocess_exec(sys.executable, "-c", asked, cwd=ROOT)

        assert await process.wait() == 0
