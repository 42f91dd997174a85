"""What an operator sees of the broker: its queues, and whether somebody takes from them."""

from typing import Any

from core.config import BusSettings
from workers.bus.link import BROKEN
from workers.bus.port import RETRY_AFTER
from workers.bus.queues import Queue, read_queues
from workers.bus.topology import Topology
from workers.subscriptions import listeners

NAME = "events that nobody takes from the broker"
SEE = "queue broker"
MESSAGES_MAX = 1000


async def broker_queues(settings: BusSettings) -> list[Queue]:
    """Return the queues at the broker of the settings; there are none without one.

    :raises ConnectionError: if it does not answer.
    """
    if settings.amqp_url is None:
        return []
    try:
        return await read_queues(settings.amqp_url, Topology(settings.amqp_prefix, listeners(), RETRY_AFTER))
    except BROKEN as failure:
        raise ConnectionError(f"the broker does not answer: {type(failure).__name__}") from failure


async def find_stuck_at_broker(settings: BusSettings) -> list[dict[str, Any]]:
    """Return how many events wait where nobody takes them or too many wait, as `find_stuck` does of the database."""
    try:
        queues = await broker_queues(settings)
    except ConnectionError:
        return [_stuck(1)]
    waiting = [queue.messages for queue in queues if queue.messages > MESSAGES_MAX * bool(queue.consumers)]
    return [_stuck(sum(waiting))] if waiting else []


def _stuck(count: int) -> dict[str, Any]:
    return {"what": NAME, "count": count, "since": None, "see": SEE, "mend": ""}
