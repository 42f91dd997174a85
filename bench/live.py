"""How long after a commit everybody who may see the change is told, over a thousand sockets."""

import asyncio
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import orjson
from pydantic import SecretStr

from api.app import create_app
from api.ground import Ground
from api.serve import serve_app
from bench.crowd import Crowd
from bench.figure import Figure
from bench.ground import Process, Said, migrated_database, run
from core.clock import utc_now
from core.config import ApiSettings, BusSettings
from core.db import Database
from core.identity.actor import Actor
from core.identity.models import SessionRow, User
from core.identity.tokens import issue_access_token
from core.ids import PurchaseId, SessionId, UserId, new_id
from core.keep_running import Job, keep_all_running
from core.purchases.add_task import add_task
from core.purchases.models import Participant, Purchase
from core.secrets import Secrets
from core.wake import run_wake
from core.web.serve import listen
from sandbox.rabbitmq import server_script, throwaway_rabbitmq
from workers.run import new_bus, reaction_jobs, relay_jobs

GROUP = 10  # people of a purchase
OFTEN = 20  # changes a second
FIRST = 40  # changes, in which a process learns what it knows from then on: they are a figure of their own
AIM_MS = 100.0
SECRETS = Secrets(Path("no-such-file"), given=dict.fromkeys(("jwt", "refresh"), SecretStr("k" * 43)))
Of = tuple[UserId, PurchaseId]  # an organiser and their purchase


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is measured: sockets, and seconds of each case."""

    sockets: int
    seconds: float


QUICK = Sizes(1_000, 4)
FULL = Sizes(1_000, 20)


def measure(*, quick: bool) -> list[Figure]:
    """Return the time from the commit to each socket: everything in one process, and by processes over RabbitMQ."""
    sizes = QUICK if quick else FULL
    with migrated_database() as url, Process(_serve, url, None, works=True) as server:
        figures = run(_measure(url, server, "one process, local bus", sizes))
    if server_script() is not None:
        with (
            migrated_database() as url,
            throwaway_rabbitmq() as broker,
            Process(_work, url, broker.url),
            Process(_serve, url, broker.url, works=False) as server,
        ):
            figures += run(_measure(url, server, "two processes, RabbitMQ", sizes))
    return figures


async def _measure(url: str, server: Process, name: str, sizes: Sizes) -> list[Figure]:
    db = Database.connect(url)
    people = await _meet(db, sizes.sockets)
    groups = [await _buy(db, people[begin : begin + GROUP]) for begin in range(0, sizes.sockets, GROUP)]
    everybody = [await _buy(db, people)]
    await db.close()
    now = utc_now()
    tokens = [issue_access_token(user_id=each, session_id=SessionId(each), secrets=SECRETS, now=now) for each in people]
    crowd = Crowd()
    await crowd.listen(server.heard(), tokens)
    cold = await _told(server, crowd, groups, FIRST / OFTEN, rate=OFTEN, readers=GROUP)
    figures = [Figure(f"{name}: the first {FIRST} changes after the start, p99", _percentile(cold, 99), "ms")]
    for case, purchases, rate, readers in (
        (f"{OFTEN} changes a second, each for {GROUP} of {sizes.sockets:,} sockets", groups, OFTEN, GROUP),
        (f"2 changes a second, each for all {sizes.sockets:,} sockets", everybody, 2, sizes.sockets),
    ):
        took = await _told(server, crowd, purchases, sizes.seconds, rate=rate, readers=readers)
        figures += [Figure(f"{name}: {case}, p{cut}", _percentile(took, cut), "ms", AIM_MS) for cut in (50, 99)]
    crowd.go()
    return figures


async def _told(
    server: Process, crowd: Crowd, purchases: Sequence[Of], seconds: float, *, rate: int, readers: int
) -> list[float]:
    """Return the milliseconds from the commit of each change to each of those who hear it."""
    server.say((purchases, rate, seconds))
    committed = await asyncio.to_thread(server.heard)
    told = await crowd.take(len(committed) * readers)
    assert len(told) == len(committed) * readers, "everybody is told once"
    return [1000 * (at - committed[orjson.loads(message)["data"]["task_id"]]) for at, message in told]


def _percentile(took: list[float], cut: int) -> float:
    return round(statistics.quantiles(took, n=100)[cut - 1], 1)


async def _meet(db: Database, count: int) -> list[UserId]:
    """Return people who are signed in, each in a session of their own number."""
    now = utc_now()
    people = [UserId(new_id()) for _ in range(count)]
    async with db.transaction() as session:
        session.add_all(
            User(id=each, name=f"Person {number}", language="en", time_zone="UTC", created_at=now)
            for number, each in enumerate(people)
        )
        await session.flush()
        session.add_all(
            SessionRow(
                id=SessionId(each), user_id=each, client="bench", secret_hash=each.bytes, created_at=now,
                refreshed_at=now, expires_at=now + timedelta(days=1),
            )
            for each in people
        )  # fmt: skip
    return people


async def _buy(db: Database, people: Sequence[UserId]) -> Of:
    """Return a purchase of the first of them, in which all of them take part."""
    now, purchase_id = utc_now(), PurchaseId(new_id())
    async with db.transaction() as session:
        session.add(Purchase(id=purchase_id, owner_id=people[0], title="Barbecue", currency="RUB", created_at=now))
        await session.flush()
        session.add_all(Participant(purchase_id=purchase_id, user_id=each, joined_at=now) for each in people)
    return people[0], purchase_id


def _serve(there: Said, database_url: str, broker_url: str | None, *, works: bool) -> None:
    """Serve the API, add tasks as somebody who uses it would, and do the rest as well if it `works`."""

    async def serving() -> None:
        db, forever = Database.connect(database_url, pool_size=20), asyncio.Event()
        app = create_app(Ground(db, SECRETS, settings=ApiSettings()))
        listening = listen("127.0.0.1", 0)
        there.send(listening.getsockname()[1])
        jobs: dict[str, Job] = {
            "api": lambda: serve_app(app, listening, forever),
            "wake": lambda: run_wake(db, forever),
            "people": lambda: _add_tasks(db, there),
        }
        await keep_all_running(jobs | (_workers(db, broker_url, forever) if works else {}), forever)

    run(serving())


def _work(_: Said, database_url: str, broker_url: str) -> None:
    async def working() -> None:
        db, forever = Database.connect(database_url), asyncio.Event()
        await keep_all_running({"wake": lambda: run_wake(db, forever), **_workers(db, broker_url, forever)}, forever)

    run(working())


def _workers(db: Database, broker_url: str | None, forever: asyncio.Event) -> dict[str, Job]:
    bus = new_bus(db, BusSettings(amqp_url=None if broker_url is None else SecretStr(broker_url)))
    return relay_jobs(db, bus, forever) | reaction_jobs(db, bus, forever)


async def _add_tasks(db: Database, there: Said) -> None:
    """Add tasks to purchases as often and for as long as we are told, and answer when each was committed."""
    while True:
        purchases, rate, seconds = await asyncio.to_thread(there.recv)
        began = time.perf_counter()
        dues = [began + number / rate for number in range(round(rate * seconds))]
        adding = [_add_task(db, purchases[number % len(purchases)], due) for number, due in enumerate(dues)]
        there.send(dict(await asyncio.gather(*adding)))


async def _add_task(db: Database, of: Of, due: float) -> tuple[str, float]:
    """Add a task when it is due, and return its id and when it was committed (Unix time)."""
    await asyncio.sleep(due - time.perf_counter())
    user_id, purchase_id = of
    actor = Actor(user_id, "Person", "en", "UTC")
    async with db.transaction() as session:
        task = await add_task(session, actor=actor, purchase_id=purchase_id, title="Charcoal", now=utc_now())
    return str(task.id), time.time()
