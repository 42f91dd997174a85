"""How many messages a second one process takes from RabbitMQ and posts to the ledger, beside bare consuming."""

import asyncio
import time
from collections.abc import Sequence

from pydantic import SecretStr
from sqlalchemy import func, select

from bench import broker
from bench.figure import Figure
from bench.ground import migrated_database, run
from bench.orders import Shop
from bench.relay import LIKE_THEM
from core.accounts.models import Hold
from core.db import Database
from core.outbox.drain import drain
from core.outbox.envelope import Envelope
from sandbox.rabbitmq import server_script, throwaway_rabbitmq
from workers.bus.rabbit import RabbitBus
from workers.handle import handle, handle_many
from workers.subscriptions import SUBSCRIPTIONS, listeners

CONSUMER = "take-orders"  # an inbox row, a hold, a journal in the ledger and an event, in one transaction
MESSAGES = 5_000


def measure(*, quick: bool) -> list[Figure]:
    """Return messages a second, together and one by one; nothing without a RabbitMQ."""
    if server_script() is None:
        return []
    with migrated_database() as url, throwaway_rabbitmq() as node:
        return run(_measure(url, node.url, MESSAGES // 20 if quick else MESSAGES))


async def _measure(url: str, broker_url: str, count: int) -> list[Figure]:
    db = Database.connect(url)
    shop = Shop(db)
    await shop.open()
    figures = []
    for case, together in (("as they come", True), ("each in a transaction of its own", False)):
        await broker.publish(broker_url, LIKE_THEM, count)
        limit = await broker.consume(broker_url, count)
        bus = RabbitBus(db, listeners(), url=SecretStr(broker_url))
        await shop.place_many(shop.people, count)
        while await drain(db, bus.publish):
            pass  # until every order waits at the broker
        rate = await _rate(db, bus, count, together=together)
        figures.append(Figure(f"{count} messages {case}", round(rate), "messages/s", round(limit)))
        await bus.close()
    async with db.transaction() as session:
        assert await session.scalar(select(func.count()).select_from(Hold)) == 2 * count
    await db.close()
    return figures


async def _rate(db: Database, bus: RabbitBus, count: int, *, together: bool) -> float:
    """Return how many messages a second are handled and acknowledged, from the first on."""
    [subscription] = [one for one in SUBSCRIPTIONS if one.name == CONSUMER]
    handled, stopping = 0, asyncio.Event()

    def note(more: int) -> None:
        nonlocal handled
        handled += more
        if handled == count:
            stopping.set()

    async def one(envelope: Envelope) -> None:
        await handle(db, subscription, envelope)
        note(1)

    async def many(envelopes: Sequence[Envelope]) -> None:
        await handle_many(db, subscription, envelopes)
        note(len(envelopes))

    began = time.perf_counter()
    async with asyncio.timeout(300):
        await bus.consume(CONSUMER, one, stopping, handle_many=many if together else None)
    return count / (time.perf_counter() - began)
