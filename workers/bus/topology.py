"""What RabbitMQ must have for us, declared by whoever comes first; right on 3.10 and on 4.x."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aio_pika import ExchangeType
from aio_pika.abc import AbstractChannel

from workers.bus.port import RetryAfter

DELIVERY_LIMIT = 20  # of a message whose consumer dies with it; RabbitMQ 3 knows no limit of its own
# Behind the dead queue there is no other: what passed a limit would be dropped. RabbitMQ 4 has one of 20 where none is
# set, and 3 does not know its -1 for none.
DEAD_DELIVERY_LIMIT = 1_000_000
QUEUE_LENGTH_MAX = 1_000_000  # then the relay is told no, and events wait in the outbox


@dataclass(frozen=True, slots=True)
class Topology:
    """The names of everything, and how it hangs together.

    Facts go to the topic exchange `events` by their names, and from there to the queue of each consumer that listens.
    What is meant for one consumer alone goes to the direct exchange `jobs` by the consumer's name. A retry is such a
    job that waits first: in one queue for each length of time, because a message expires only at the head of its queue.
    What nobody can handle ends in `dead`, also by the broker's own hand.
    """

    prefix: str
    listeners: Mapping[str, Sequence[str]]  # the consumers of each event, by the event's name
    retry_after: RetryAfter
    queue_length_max: int = QUEUE_LENGTH_MAX

    @property
    def events(self) -> str:
        """Return the name of the exchange of facts."""
        return f"{self.prefix}events"

    @property
    def jobs(self) -> str:
        """Return the name of the exchange of what is meant for one consumer."""
        return f"{self.prefix}jobs"

    @property
    def dead(self) -> str:
        """Return the name of the queue of what nobody could handle."""
        return f"{self.prefix}dead"

    @property
    def consumers(self) -> list[str]:
        """Return the names of all consumers."""
        return sorted({consumer for some in self.listeners.values() for consumer in some})

    def queue_of(self, consumer: str) -> str:
        """Return the name of a consumer's queue."""
        return f"{self.prefix}{consumer}"

    def consumer_of(self, queue: str) -> str:
        """Return whose queue it is."""
        return queue.removeprefix(self.prefix)

    def retry(self, attempts: int) -> str:
        """Return the name of the exchange, and of its queue, where a message waits after so many failures."""
        return f"{self.prefix}retry.{_milliseconds(self.retry_after, attempts)}ms"

    async def declare(self, channel: AbstractChannel) -> None:
        """Declare everything; what is there already stays as it is.

        :raises ChannelPreconditionFailed: if something of the name is there and is different.
        """
        events = await channel.declare_exchange(self.events, ExchangeType.TOPIC, durable=True)
        jobs = await channel.declare_exchange(self.jobs, ExchangeType.DIRECT, durable=True)
        patient: dict[str, Any] = {"x-queue-type": "quorum", "x-delivery-limit": DEAD_DELIVERY_LIMIT}
        await channel.declare_queue(self.dead, durable=True, arguments=patient)
        for attempts in range(1, len(self.retry_after) + 1):
            name, milliseconds = self.retry(attempts), _milliseconds(self.retry_after, attempts)
            # No routing key for what expires: it goes on under the one that it came with, its consumer's name.
            waiting = await channel.declare_queue(
                name, durable=True, arguments={**self._safe(self.jobs), "x-message-ttl": milliseconds}
            )
            await waiting.bind(await channel.declare_exchange(name, ExchangeType.FANOUT, durable=True))
        for consumer in self.consumers:
            arguments = {
                **self._safe(""),
                "x-dead-letter-routing-key": self.dead,
                "x-delivery-limit": DELIVERY_LIMIT,
                "x-max-length": self.queue_length_max,
            }
            queue = await channel.declare_queue(self.queue_of(consumer), durable=True, arguments=arguments)
            await queue.bind(jobs, consumer)
            for event_name, consumers in self.listeners.items():
                if consumer in consumers:
                    await queue.bind(events, event_name)

    def _safe(self, dead_letter_exchange: str) -> dict[str, Any]:
        """Return the arguments of a queue that loses nothing: not at a crash, not when full, not when passing on."""
        return {
            "x-queue-type": "quorum",
            "x-overflow": "reject-publish",
            "x-dead-letter-strategy": "at-least-once",
            "x-dead-letter-exchange": dead_letter_exchange,
        }


def _milliseconds(retry_after: RetryAfter, attempts: int) -> int:
    return int(retry_after[attempts - 1].total_seconds() * 1000)
