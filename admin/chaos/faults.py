"""What goes wrong and when, as a seed says; and how each of it is done."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

import structlog

from admin.chaos.ground import Ground
from admin.chaos.processes import Process
from sandbox.bank.client import Bank
from sandbox.telegram.person import World

log = structlog.get_logger()
UP_SECONDS, LOOK_SECONDS = 120.0, 0.1  # for what is killed last
KILLS_A_SECOND, MISDEEDS_A_SECOND = 0.55, 0.5
# Of a pack of kills: those who carry the messages die most often, those seldom that take seconds to start again.
SHARES = {"relay": 6, "reactions": 6, "effects": 1, "bot": 1, "webhooks": 2}
OF_TELEGRAM: tuple[dict[str, Any], ...] = (
    {"kind": "duplicate_updates", "times": 3},
    {"kind": "lose_answer", "times": 1, "method": "sendMessage"},
    {"kind": "lose_answer", "times": 2, "method": "editMessageText"},
    {"kind": "too_many_requests", "times": 3, "seconds": 1},
    {"kind": "outage", "seconds": 1},
    {"kind": "slow", "times": 2, "seconds": 1},
)
OF_BANK: tuple[dict[str, Any], ...] = (
    {"kind": "fail_after", "call": "create_payment", "times": 2},
    {"kind": "hang_after", "times": 1, "seconds": 2},
    {"kind": "fail_before", "times": 2},
    {"kind": "bad_gateway", "times": 2},
    {"kind": "too_many_requests", "times": 2},
    {"kind": "outage", "for_seconds": 1.5},
    {"kind": "duplicate_notices", "times": 3, "copies": 5},
    {"kind": "late_notices", "times": 2, "seconds": 3},
    {"kind": "hold_notices", "times": 3},
    {"kind": "lose_notices", "times": 1},
    {"kind": "forge_notices", "times": 2, "how": "changed_amount"},
)


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that goes wrong so many seconds after the beginning."""

    at_seconds: float
    kind: str  # kill, broker, database, telegram, bank, release
    what: str = ""  # the process that is killed
    how: dict[str, Any] = field(default_factory=dict)
    lasts_seconds: float = 0.0


def schedule(seed: int, *, seconds: float, processes: Sequence[str], has_broker: bool) -> list[Fault]:
    """Return what goes wrong within so many seconds; the same for the same seed."""
    chance = Random(seed)  # noqa: S311 -- a seed is to be replayed, not to be kept secret
    times = _times(chance, seconds, KILLS_A_SECOND)
    faults = [Fault(at, "kill", name) for at, name in zip(times, _victims(chance, processes), strict=False)]
    for at in _times(chance, seconds, MISDEEDS_A_SECOND):
        kind, kinds = chance.choice((("telegram", OF_TELEGRAM), ("bank", OF_BANK)))
        faults.append(Fault(at, kind, how=dict(chance.choice(kinds))))
        if faults[-1].how["kind"] == "hold_notices":
            faults.append(Fault(min(at + 3, seconds), "release", how={"order": chance.choice(("reversed", "kept"))}))
    broker = Fault(chance.uniform(0.15, 0.3) * seconds, "broker", lasts_seconds=chance.uniform(0.5, 2))
    database = Fault(chance.uniform(0.5, 0.65) * seconds, "database", lasts_seconds=chance.uniform(0.2, 1.5))
    faults += [broker, database] if has_broker else [database]
    return sorted(faults, key=lambda fault: fault.at_seconds)


def _times(chance: Random, seconds: float, a_second: float) -> list[float]:
    return sorted(chance.uniform(0, seconds) for _ in range(round(seconds * a_second)))


def _victims(chance: Random, processes: Sequence[str]) -> Iterator[str]:
    """Yield processes for ever, as from a pack of cards that is shuffled anew each time it is used up."""
    pack = [name for name in processes for _ in range(SHARES[name.partition("-")[0]])]
    while True:
        yield from chance.sample(pack, len(pack))


class Striker:
    """Lets faults happen to a running product, and counts them."""

    def __init__(self, ground: Ground, processes: Mapping[str, Process], world: World, bank: Bank) -> None:
        self._ground, self._processes, self._world, self._bank = ground, processes, world, bank
        self.broker_restarts = self.database_crashes = 0
        self.ended_by_themselves: list[str] = []

    async def strike_all(self, faults: Sequence[Fault]) -> None:
        """Let everything go wrong at its time, and return when all that was taken down is up again."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        async with asyncio.TaskGroup() as group:
            for fault in faults:
                await asyncio.sleep(max(0.0, began + fault.at_seconds - loop.time()))
                self._look()
                # What takes a while, such as the start of a broker, holds nothing else up.
                group.create_task(self._strike(fault))
        await self._bank.behave()
        await self._bank.release()
        await self._world.act("clear_faults")
        self._look()
        async with asyncio.timeout(UP_SECONDS):
            while not all(process.is_up for process in self._processes.values()):  # noqa: ASYNC110 -- other processes
                await asyncio.sleep(LOOK_SECONDS)

    async def _strike(self, fault: Fault) -> None:
        log.info("fault", **{name: getattr(fault, name) for name in ("at_seconds", "kind", "what", "how")})
        match fault.kind:
            case "kill":
                self._processes[fault.what].kill()
                self._processes[fault.what].start()
            case "broker":
                assert self._ground.broker is not None
                await asyncio.to_thread(self._ground.broker.kill)
                await asyncio.sleep(fault.lasts_seconds)
                await asyncio.to_thread(self._ground.broker.start)
                self.broker_restarts += 1
            case "database":
                await asyncio.to_thread(self._ground.postgres.crash)
                await asyncio.sleep(fault.lasts_seconds)
                await asyncio.to_thread(self._ground.postgres.start)
                self.database_crashes += 1
            case "telegram":
                await self._world.act("set_fault", **fault.how)
            case "bank":
                await self._bank.misbehave(**fault.how)
            case "release":
                await self._bank.release(**fault.how)

    def _look(self) -> None:
        """Start what ended by itself, as whoever supervises the product would, and remember that it did."""
        for process in self._processes.values():
            if process.ended_by_itself:
                self.ended_by_themselves.append(process.name)
                process.start()
