"""Every measurement runs, on a small scale: what is slow, and how slow, is for `manage.py bench` to say."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import func, select

from admin.commands.bench import BENCHES
from admin.product import running_product
from bench import api, bot, card, consumer, growth, live, orders, relay, start
from bench.crowd import Crowd
from bench.figure import Figure
from bench.ground import Process
from bench.history import ENTRIES_A_PURCHASE, fill
from bench.processes import running
from core.clock import utc_now
from core.config import BusSettings
from core.db import Database
from core.identity.tokens import issue_access_token
from core.ids import SessionId
from core.ledger.audit import audit
from core.ledger.models import Entry
from sandbox.rabbitmq import RabbitNode

ROOT = Path(__file__).parents[2]
SMALL = orders.Sizes({20: 0.5}, 20, 0.1)


def cases(figures: list[Figure]) -> dict[str, Figure]:
    return {figure.case: figure for figure in figures}


class TestBench:
    def test_prints_one_object_with_every_figure_and_its_ratio(self) -> None:
        words = [sys.executable, "-m", "admin", "bench", "--quick", "--only", "settlement", "--json"]
        said = subprocess.run(words, cwd=ROOT, capture_output=True, check=True, text=True).stdout

        [figure, *_] = json.loads(said)["settlement"]
        assert set(figure) == {"case", "value", "unit", "limit", "ratio"}
        assert figure["ratio"] == round(figure["value"] / figure["limit"], 2)

    def test_knows_every_name_that_has_an_aim(self) -> None:
        aims = "ledger orders relay consumer webhook api bot card settlement growth live start"

        assert set(BENCHES) == set(aims.split())
        assert all((ROOT / "bench" / f"{name}.py").exists() for name in BENCHES)


class TestHistory:
    async def test_adds_up_and_is_as_long_as_it_says(self, database_url: str, db: Database) -> None:
        await fill(database_url, entries=100 * ENTRIES_A_PURCHASE)

        async with db.transaction() as session:
            assert await audit(session) == []
            assert await session.scalar(select(func.count()).select_from(Entry)) == 100 * ENTRIES_A_PURCHASE


class TestGrowth:
    async def test_times_each_action_in_each_book(self, database_url: str) -> None:
        figures = cases(await growth._measure(database_url, (1_000, 3_000), rounds=2))

        assert figures["lock, p50 with 3,000 entries"].limit == figures["lock, p50 with 1,000 entries"].value
        assert len(figures) == 2 * 7


class TestOrders:
    async def test_carries_all_of_them_out_on_the_local_bus(self, database_url: str) -> None:
        figures = cases(await orders._measure(database_url, orders.LOCAL, SMALL))

        assert figures["local bus, 20/s, p50"].value > 0
        assert figures["local bus, hot account of 20, drained to final"].value > 0

    async def test_carries_all_of_them_out_over_rabbitmq(self, database_url: str, rabbitmq: RabbitNode) -> None:
        settings = BusSettings(amqp_url=SecretStr(rabbitmq.url), amqp_prefix="bench-orders.")

        figures = cases(await orders._measure(database_url, settings, SMALL))

        assert figures["RabbitMQ, backlog of 20, drained to final"].value > 0


class TestLive:
    async def test_tells_everybody_of_everything(self, database_url: str) -> None:
        with Process(live._serve, database_url, None, works=True) as server:
            figures = cases(await live._measure(database_url, server, "local bus", live.Sizes(20, 1)))

        assert figures["local bus: 2 changes a second, each for all 20 sockets, p99"].value > 0
        assert figures["local bus: the first 40 changes after the start, p99"].limit is None
        assert len(figures) == 5

    async def test_says_how_many_the_server_hung_up_on(self, database_url: str) -> None:
        crowd = Crowd()
        with Process(live._serve, database_url, None, works=True) as server:
            db = Database.connect(database_url)
            [person] = await live._meet(db, 1)
            await db.close()
            now = utc_now()
            token = issue_access_token(user_id=person, session_id=SessionId(person), secrets=live.SECRETS, now=now)
            await crowd.listen(server.heard(), [token])

        with pytest.raises(ConnectionError, match="1 of 1"):
            await crowd.take(1)


class TestRelay:
    async def test_empties_the_outbox(self, database_url: str, rabbitmq: RabbitNode) -> None:
        [figure] = await relay._measure(database_url, rabbitmq.url, (300,))

        assert figure.ratio is not None


class TestConsumer:
    async def test_handles_every_message_both_ways(self, database_url: str, rabbitmq: RabbitNode) -> None:
        together, one_by_one = await consumer._measure(database_url, rabbitmq.url, 20)

        assert together.value > 0
        assert one_by_one.limit is not None


@pytest.mark.timeout(300)  # a machine that is busy takes half a minute to import aiogram
class TestBot:
    async def test_answers_taps_and_commands_as_the_echo_bot_does(self, database_url: str) -> None:
        tasks = await bot._prepare(database_url)

        figures = await bot._measure(database_url, tasks, seconds=0.3, rounds=1)

        assert [figure.unit for figure in figures] == 2 * ["updates/s", "ms", "ms"]
        assert all(figure.value > 0 and figure.limit for figure in figures)


class TestApi:
    def test_asks_for_each_operation_beside_the_bare_route(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(api, "CLIENTS", (2,))

        figures = cases(api.measure(quick=True))

        assert len(figures) == 6
        assert all(figure.value > 0 and figure.limit for figure in figures.values())


@pytest.mark.timeout(300)
class TestCard:
    async def test_counts_every_tap(self, database_url: str, tmp_path: Path) -> None:
        async with running_product(database_url, data_dir=tmp_path, any_port=True, bus=orders.LOCAL) as product:
            assert product.page_url is not None

            figures = cases(await card._measure(database_url, product.page_url, 5))

        assert figures["taps that counted"].ratio == 1
        assert figures["pauses that Telegram asked for"].value == 0


class TestStart:
    def test_tells_what_a_process_takes_while_it_rests(self) -> None:
        memory, idle, all_idle = start._at_rest({"this": os.getpid()}, 0.1, 10.0)

        assert memory.value > 10
        assert idle.value == all_idle.value

    def test_tells_how_long_an_import_takes(self) -> None:
        seconds, megabytes = start._import("json", 1)

        assert seconds > 0
        assert megabytes > 1


class TestRunning:
    def test_repeats_what_a_process_said_that_did_not_start(self) -> None:
        with pytest.raises(RuntimeError, match="LOG_LEVEL"), running("bot", settings={"LOG_LEVEL": "LOUD"}):
            pass
