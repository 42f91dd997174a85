"""Fifty people tap on one card at once: whether each of them counts, and how soon the card says so."""

import asyncio
import time

from sqlalchemy import func, select

from bench.figure import Figure
from bench.ground import migrated_database
from bench.processes import running, sandbox
from core.db import Database
from core.purchases.models import Participant
from sandbox.telegram.person import Person, World

PEOPLE = 50
GROUP = "Crowd"
JOIN = "I'm in"
TOO_MANY = 429
FINAL_SECONDS = 5
PATIENCE_SECONDS = 60
EDITS_A_MINUTE = 20  # what Telegram takes in one group, new messages included


def measure(*, quick: bool) -> list[Figure]:
    """Return how many taps counted, when the card said so, and how often it was edited until then."""
    people = PEOPLE // 5 if quick else PEOPLE
    with (
        migrated_database() as url,
        sandbox(url) as (telegram_url, settings),
        running("bot", settings=settings),
        running("workers", settings=settings),
    ):
        return asyncio.run(_measure(url, telegram_url, people))


async def _measure(url: str, telegram_url: str, people: int) -> list[Figure]:
    async with World.connect(telegram_url) as world:
        owner, *crowd = await _gather(world, people + 1)
        await owner.send(GROUP, "/new Party")
        card = await owner.sees(GROUP, containing="Party", button=JOIN, within_seconds=PATIENCE_SECONDS)
        before = (await world.calls())[-1]["id"]
        began = time.time()  # the sandbox notes times by the same clock
        await asyncio.gather(*(person.tap(card, JOIN) for person in crowd))
        await owner.sees(GROUP, containing=f"{people + 1} people", within_seconds=PATIENCE_SECONDS)
        calls = await world.calls(before)
    edits = [call for call in calls if call["method"].lower() == "editmessagetext"]
    answers = [call for call in calls if call["method"].lower() == "answercallbackquery"]
    refused = [call for call in calls if call["status"] == TOO_MANY]
    return [
        Figure("taps that counted", await _joined(url) - 1, "people", people),
        Figure(f"{people} taps answered", round(answers[-1]["at"] - began, 2), "s"),
        Figure(f"the card shows all {people}", round(edits[-1]["at"] - began, 2), "s", FINAL_SECONDS),
        Figure("edits until then", len(edits), "edits", EDITS_A_MINUTE),
        Figure("pauses that Telegram asked for", len(refused), "pauses"),
    ]


async def _gather(world: World, people: int) -> list[Person]:
    """Let so many people come to Telegram, and make a group of theirs with the bot in it."""
    names = [f"person{number}" for number in range(people)]
    added = [await world.act("add_person", first_name=name, username=name, language_code="en") for name in names]
    await world.act("add_group", title=GROUP, member_ids=[person["id"] for person in added])
    await world.look()
    crowd = [world.person(name) for name in names]
    await crowd[0].sees(GROUP, containing="Hello", within_seconds=PATIENCE_SECONDS)
    return crowd


async def _joined(url: str) -> int:
    db = Database.connect(url)
    async with db.transaction() as session:
        joined = await session.scalar(select(func.count()).select_from(Participant)) or 0
    await db.close()
    return joined
