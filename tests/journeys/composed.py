"""The sandbox profile of docker-compose.yml without containers: the very commands and variables, as processes here."""

import asyncio
import contextlib
import json
import os
import socket
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from sandbox.serving import Serving
from tests.containers import OURS, ROOT, environment_of

SECONDS_TO_START = 200  # on a machine that is busy with other tests


@dataclass(frozen=True)
class Span:
    """What a process told the collector of traces."""

    process: str
    name: str
    trace_id: str
    span_id: str
    parent_id: str
    attributes: dict[str, str]
    said: list[str]  # in words: why it failed, and what happened within


@dataclass
class Process:
    """A service that runs, with everything that it has said."""

    name: str
    command: list[str]
    environment: dict[str, str]
    lines: list[str] = field(default_factory=list)
    running: asyncio.subprocess.Process | None = None

    @property
    def logged(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.lines]

    async def start(self) -> None:
        self.running = await asyncio.create_subprocess_exec(
            *self.command,
            cwd=ROOT,
            env={**os.environ, **self.environment},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        self._reading = asyncio.create_task(self._read())

    async def stop(self) -> int:
        """Stop as a container is stopped, and return how it ended."""
        assert self.running is not None
        with contextlib.suppress(ProcessLookupError):
            self.running.terminate()
        try:
            code = await asyncio.wait_for(self.running.wait(), 40)
        finally:
            with contextlib.suppress(ProcessLookupError):
                self.running.kill()
            await self._reading
        return code

    async def _read(self) -> None:
        assert self.running is not None
        assert self.running.stdout is not None
        async for line in self.running.stdout:
            self.lines.append(line.decode().rstrip())


PREFIX = "composed."


@dataclass
class Composed:
    """All services of the sandbox profile, one copy of each."""

    processes: list[Process]
    spans: list[Span]
    telegram_url: str
    bank_url: str

    def of(self, service: str) -> list[Process]:
        return [process for process in self.processes if process.name == service]


@contextlib.asynccontextmanager
async def composed(database_url: str, amqp_url: str, folder: Path) -> AsyncIterator[Composed]:
    """Run every service of the profile until the block ends, then stop each in good order."""
    spans: list[Span] = []
    jaeger = Serving(_collector(spans), "127.0.0.1", 0)
    await jaeger.start()
    telegram, bank, webhooks, api = (_free_port() for _ in range(4))
    here = {
        "http://jaeger:4318": jaeger.url,
        "//sandbox:8765": f"//127.0.0.1:{telegram}",
        "//sandbox:8766": f"//127.0.0.1:{bank}",
        "//127.0.0.1:8766": f"//127.0.0.1:{bank}",
        "//127.0.0.1:8765": f"//127.0.0.1:{telegram}",
        "//sandbox-webhooks:8767": f"//127.0.0.1:{webhooks}",
        "--port=8765": f"--port={telegram}",
        "--bank-port=8766": f"--bank-port={bank}",
        "10.0.0.0/8,172.16.0.0/12,192.168.0.0/16": "127.0.0.0/8",
        "0.0.0.0": "127.0.0.1",  # noqa: S104 -- nothing is bound there
        "/data": str(folder),
    }
    given = {"DATABASE_URL": database_url, "AMQP_URL": amqp_url, "WEBHOOKS_PORT": str(webhooks), "API_PORT": str(api)}
    processes = [
        _process(name, service, here, given) for name, service in OURS.items() if service.get("profiles") == ["sandbox"]
    ]
    try:
        for process in processes:
            await process.start()
        for process in processes:  # one after the other: each question is a Python that starts
            await healthy(process)
        yield Composed(processes, spans, f"http://127.0.0.1:{telegram}", f"http://127.0.0.1:{bank}")
    finally:
        await asyncio.gather(*(process.stop() for process in processes if process.running))
        await jaeger.stop()


def _process(name: str, service: dict[str, Any], here: dict[str, str], given: dict[str, str]) -> Process:
    def moved(written: str) -> str:
        for there, place in here.items():
            written = written.replace(there, place)
        return written

    environment = {key: moved(value) for key, value in environment_of(service).items()}
    environment |= {key: value for key, value in given.items() if key in environment}
    if "AMQP_URL" in environment:  # other tests have left messages in the queues of the usual names
        environment["AMQP_PREFIX"] = PREFIX
    if "METRICS_PORT" in environment:
        environment["METRICS_PORT"] = str(_free_port())
    return Process(name, [sys.executable, *map(moved, service["command"][1:])], environment)


async def healthy(process: Process) -> None:
    """Wait until the healthcheck of a service says that all is well, as an engine asks it."""
    code = OURS[process.name]["healthcheck"]["test"][-1]
    for there, place in (("9100", process.environment.get("METRICS_PORT")), ("8765", _option(process, "--port"))):
        code = code.replace(there, place or there)
    async with asyncio.timeout(SECONDS_TO_START):
        while True:
            asking = await asyncio.create_subprocess_exec(sys.executable, "-c", code, stderr=asyncio.subprocess.DEVNULL)
            if await asking.wait() == 0:
                return
            assert process.running is not None
            assert process.running.returncode is None, "\n".join(process.lines)
            await asyncio.sleep(1)


def _option(process: Process, name: str) -> str | None:
    return next((word.partition("=")[2] for word in process.command if word.startswith(f"{name}=")), None)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _collector(spans: list[Span]) -> FastAPI:
    app = FastAPI()

    @app.post("/v1/traces")
    async def take(request: Request) -> dict[str, str]:
        batch = ExportTraceServiceRequest.FromString(await request.body())
        for resource in batch.resource_spans:
            process = {each.key: each.value.string_value for each in resource.resource.attributes}["service.name"]
            for each in (span for scope in resource.scope_spans for span in scope.spans):
                attributes = {one.key: one.value.string_value for one in each.attributes}
                ids = (each.trace_id.hex(), each.span_id.hex(), each.parent_span_id.hex())
                said = [each.status.message, *(event.name for event in each.events)]
                spans.append(Span(process, each.name, *ids, attributes, [word for word in said if word]))
        return {}

    return app
