"""How many events a second the relay carries from the outbox to RabbitMQ, beside bare aio-pika."""

import statistics
import time

from pydantic import SecretStr
from sqlalchemy import text

from bench import broker
from bench.figure import Figure
from bench.ground import migrated_database, run
from core.clock import utc_now
from core.db import Database
from core.ids import EventId, new_id
from core.outbox.drain import drain
from core.outbox.envelope import Envelope
from sandbox.rabbitmq import server_script, throwaway_rabbitmq
from workers.bus.rabbit import RabbitBus

BACKLOGS = (10_000, 100_000)
ROUNDS = 3  # of the smaller one
WAITING = text("""
INSERT INTO messaging.outbox (event_id, event_name, event_version, aggregate_id, partition_no, payload)
SELECT gen_random_uuid(), 'order.placed', 1, order_id, get_byte(uuid_send(order_id), 15) % 16,
       jsonb_build_object('order_id', order_id, 'user_id', order_id, 'amount_minor', 100, 'currency', 'RUB',
                          'attempt_id', NULL)
FROM (SELECT gen_random_uuid() AS order_id FROM generate_series(1, :count)) AS placed
""")

LIKE_THEM = Envelope(
    event_id=EventId(new_id()),
    event_name="order.placed",
    event_version=1,
    aggregate_id=new_id(),
    payload={
        "order_id": str(new_id()), "user_id": str(new_id()), "amount_minor": 100, "currency": "RUB", "attempt_id": None,
    },
    headers={},
    created_at=utc_now(),
)  # fmt: skip


def measure(*, quick: bool) -> list[Figure]:
    """Return events a second, published and confirmed and deleted, of two backlogs; nothing without a RabbitMQ."""
    if server_script() is None:
        return []
    with migrated_database() as url, throwaway_rabbitmq() as node:
        return run(_measure(url, node.url, (1_000,) if quick else BACKLOGS))


async def _measure(url: str, broker_url: str, backlogs: tuple[int, ...]) -> list[Figure]:
    db = Database.connect(url)
    bus = RabbitBus(db, {"order.placed": ["bench"]}, url=SecretStr(broker_url), prefix="bench.")
    await _rate(db, bus, 100)  # connections are opened, everything is declared
    figures = []
    for count in backlogs:
        rates, limits = [], []
        for _ in range(ROUNDS if count == backlogs[0] else 1):  # in turn, so that a slow moment is shared
            limits.append(await broker.publish(broker_url, LIKE_THEM, count))
            rates.append(await _rate(db, bus, count))
        rate, limit = round(statistics.median(rates)), round(statistics.median(limits))
        figures.append(Figure(f"{count:,} waiting events", rate, "events/s", limit))
    await bus.close()
    await db.close()
    return figures


async def _rate(db: Database, bus: RabbitBus, count: int) -> float:
    """Return how many events a second leave an outbox in which so many wait."""
    async with db.transaction() as session:
        await session.execute(WAITING, {"count": count})
    left = count
    began = time.perf_counter()
    while left:
        left -= await drain(db, bus.publish)
    return count / (time.perf_counter() - began)
