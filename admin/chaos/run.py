"""One run: people begin, things go wrong, then everything must come to its end, and be right."""

import asyncio
import contextlib
import json
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy.exc import DBAPIError

from admin.chaos.faults import Striker, schedule
from admin.chaos.ground import Ground, ground, running_processes
from admin.chaos.oracle import TO_DRAIN, TO_END, Finals, counts, watch_events
from admin.chaos.orders import Placed, buyers_with_wallets, place_orders
from admin.chaos.people import NAMES, Friends, pay_at_the_bank
from admin.chaos.processes import Process
from admin.chaos.verdict import Findings, verdict
from sandbox.bank.client import Bank
from sandbox.telegram.person import World

log = structlog.get_logger()
DRAIN_SECONDS = 60.0  # then whatever is left counts as stuck; what is wanted is a sixth of it
END_SECONDS = 120.0  # longer than any lease of a dead worker
LOOK_SECONDS = 0.1
RECONCILE_EVERY_SECONDS = 5.0
Tell = Callable[[str], None]


async def run(*, seed: int, seconds: float, with_broker: bool, logs: Path, tell: Tell) -> dict[str, Any]:
    """Torment the product for so many seconds, and return what came of it; what its processes wrote goes to `logs`.

    :raises EmbeddedPostgresFailed, RabbitFailed: if there is no database or no broker to be had.
    """
    tell(f"Seed {seed}, {seconds:g} seconds, " + ("over RabbitMQ" if with_broker else "on the local bus"))
    async with ground(with_broker=with_broker) as laid:
        await watch_events(laid.db)
        with running_processes(laid) as processes:
            async with World.connect(laid.telegram_url) as world, Bank.connect(laid.bank_url) as bank:
                try:
                    result = await _torment(laid, processes, world, bank, seed=seed, seconds=seconds, tell=tell)
                finally:
                    for process in processes.values():
                        (logs / process.log.name).write_bytes(process.log.read_bytes())
    return {"seed": seed, "bus": "rabbitmq" if with_broker else "local", "seconds": seconds, **result}


async def _torment(
    laid: Ground, processes: dict[str, Process], world: World, bank: Bank, *, seed: int, seconds: float, tell: Tell
) -> dict[str, Any]:
    over, stopping, declines = asyncio.Event(), asyncio.Event(), asyncio.Event()
    finals, done, striker = Finals(laid.db), Counter[str](), Striker(laid, processes, world, bank)
    faults = schedule(seed, seconds=seconds, processes=list(processes), has_broker=laid.broker is not None)
    async with asyncio.TaskGroup() as around:
        around.create_task(pay_at_the_bank(bank, seed=seed, declines=declines, stopping=over))
        friends = [Friends(world, number, seed, stopping, done) for number in range(len(NAMES))]
        for each in friends:
            await each.arrive()
        placed = Placed(await buyers_with_wallets(laid.db, world))
        declines.set()
        around.create_task(finals.watch(over))
        tell(f"{len(placed.buyers)} people have filled their wallets; now {len(faults)} faults")
        async with asyncio.TaskGroup() as group:
            group.create_task(place_orders(laid.db, placed, seed=seed, stopping=stopping))
            for each in friends:
                group.create_task(each.live())
            await striker.strike_all(faults)
            stopping.set()
        tell("Everything is up again, and nobody begins anything new")
        drained_seconds, ended_seconds, left = await _come_to_an_end(laid, world)
        over.set()
    findings = await verdict(laid.db, placed, world, bank)
    _judge(findings, finals, left)
    stopped = [name for name, stops in await _stop(processes) if stops]
    return {
        "kills": sum(process.kills for process in processes.values()),
        "killed": {name: process.kills for name, process in processes.items()},
        "broker_restarts": striker.broker_restarts,
        "database_crashes": striker.database_crashes,
        "ended_by_themselves": striker.ended_by_themselves,
        "stopped_in_good_order": stopped,
        "drained_seconds": drained_seconds,
        "ended_seconds": ended_seconds,
        "people": dict(done),
        **_told(findings),
    }


async def _come_to_an_end(laid: Ground, world: World) -> tuple[float | None, float | None, dict[str, int]]:
    """Return after how many seconds nothing waited for the product, when nothing waited at all, and what still does."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    left = await _until_none(laid, world, TO_DRAIN, DRAIN_SECONDS)
    drained = None if left else round(loop.time() - began, 1)
    # Whose notice was lost is asked about within minutes. Nobody waits for that here: an operator compares the lists.
    comparing = asyncio.create_task(_reconcile(laid))
    left = await _until_none(laid, world, TO_DRAIN | TO_END, END_SECONDS)
    comparing.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await comparing
    return drained, None if left else round(loop.time() - began, 1), left


async def _until_none(laid: Ground, world: World, queries: dict[str, str], seconds: float) -> dict[str, int]:
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    while True:
        left = {"unknown": 1}
        with contextlib.suppress(DBAPIError, OSError):  # its connections are of before the crash
            left = await counts(laid.db, queries)
            if queries != TO_DRAIN:  # what Telegram keeps for a bot that is only starting again
                waiting = sum(not update.get("delivered") for update in await world.updates())
                left |= {"updates": waiting} if waiting else {}
        if not left or loop.time() > until:
            return left
        await asyncio.sleep(LOOK_SECONDS)


async def _reconcile(laid: Ground) -> None:
    """Run the product's own comparison with the providers' lists, again and again."""
    while True:
        asked = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "admin", "reconcile", "--json", "--hours", "1",
            env=laid.environment, cwd=laid.folder, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        try:
            said, _ = await asked.communicate()
        finally:
            if asked.returncode is None:
                asked.kill()
                await asked.wait()
        if said:
            log.info("reconciled", found=json.loads(said))
        await asyncio.sleep(RECONCILE_EVERY_SECONDS)


async def _stop(processes: dict[str, Process]) -> list[tuple[str, bool]]:
    stops = await asyncio.gather(*(asyncio.to_thread(process.stop) for process in processes.values()))
    return list(zip(processes, stops, strict=True))


def _judge(findings: Findings, finals: Finals, left: dict[str, int]) -> None:
    findings.lost += finals.vanished
    findings.doubled += finals.changed
    findings.lost += [f"{many} of the {what} never came to an end" for what, many in left.items()]


def _told(findings: Findings) -> dict[str, Any]:
    words = asdict(findings)
    lost, doubled = words.pop("lost"), words.pop("doubled")
    return {**words, "lost": len(lost), "doubled": len(doubled), "findings": lost + doubled}
