"""How many updates a second the bot answers and how quickly, beside an aiogram echo bot without a database."""

import asyncio
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bench.figure import Figure
from bench.ground import Process, Said, migrated_database, run
from bench.telegram import TOKEN, InstantTelegram, command, tap
from core.clock import utc_now
from core.config import MoneySettings, ProductSettings
from core.db import Database
from core.identity.actor import Actor, TelegramChat, TelegramPerson
from core.identity.meet import meet
from core.ids import PurchaseId, TaskId
from core.notifications.message import Callback
from core.notifications.seal import Sealer
from core.purchases.add_task import add_task
from core.purchases.join_purchase import join_purchase
from core.purchases.open_purchase import open_purchase
from core.purchases.record_spending import record_spending
from core.secrets import Secrets
from core.settlement.lock_distribution import lock_distribution
from core.settlement.models import Strategy

PEOPLE = 16  # each in a group of their own, with a task to take and give back, and a debt to look at
STEADY_RATE = 50  # updates a second, whether or not the ones before are answered
ROUNDS = 3
POOL = 10
Step = Callable[[int, int], tuple[str, dict[str, Any]]]  # of a person, for the n-th time


def measure(*, quick: bool) -> list[Figure]:
    """Return updates a second with 16 people at once, and how long an answer takes at 50 updates a second."""
    with migrated_database() as url:
        tasks = asyncio.run(_prepare(url))
        return run(_measure(url, tasks, seconds=1 if quick else 5, rounds=ROUNDS))


async def _measure(url: str, tasks: Mapping[int, TaskId], *, seconds: float, rounds: int) -> list[Figure]:
    steps: dict[str, Step] = {
        "taps that take a task or give it back": lambda person, turn: _tap(person, tasks[person], turn),
        "commands that show debts": lambda person, _: command(person, "/debts"),
    }
    figures = []
    async with _answering(_run_ours, url) as ours, _answering(_run_echo) as echo:
        for case, step in steps.items():
            rates: dict[InstantTelegram, list[float]] = {echo: [], ours: []}
            times: dict[InstantTelegram, list[float]] = {echo: [], ours: []}
            for telegram in (echo, ours):
                await _rate(telegram, step, seconds=seconds / 2)  # connections are opened, statements planned
            for _ in range(rounds):  # in turn, so that a slow moment of the machine is shared
                for telegram in (echo, ours):
                    rates[telegram].append(await _rate(telegram, step, seconds=seconds))
                    times[telegram] += await _steady(telegram, step, seconds=seconds)
            mean = {telegram: round(statistics.mean(found)) for telegram, found in rates.items()}
            cuts = {telegram: statistics.quantiles(found, n=100) for telegram, found in times.items()}
            figures.append(Figure(f"{case}, {PEOPLE} people", mean[ours], "updates/s", mean[echo]))
            for percent in (50, 99):
                value, limit = (round(1000 * cuts[telegram][percent - 1], 1) for telegram in (ours, echo))
                figures.append(Figure(f"{case}, p{percent} at {STEADY_RATE}/s", value, "ms", limit))
    return figures


def _tap(person_id: int, task_id: TaskId, turn: int) -> tuple[str, dict[str, Any]]:
    action = "give_back_task" if turn % 2 else "tap_task"
    return tap(person_id, -person_id, Callback(action, (task_id,)).pack())


async def _rate(telegram: InstantTelegram, step: Step, *, seconds: float) -> float:
    """Return how many updates a second are answered while each person does the next thing at once."""
    began = time.perf_counter()

    async def person(person_id: int) -> int:
        turn = 0
        while time.perf_counter() < began + seconds or turn % 2:
            await telegram.ask(person_id, *step(person_id, turn))
            turn += 1
        return turn

    turns = await asyncio.gather(*(person(1 + number) for number in range(PEOPLE)))
    return sum(turns) / (time.perf_counter() - began)


async def _steady(telegram: InstantTelegram, step: Step, *, seconds: float) -> list[float]:
    """Return how many seconds each answer took, counted from the moment at which its update was due."""
    times: list[float] = []
    began = time.perf_counter()

    async def person(number: int) -> None:
        for turn in range(2 * max(1, round(STEADY_RATE * seconds / PEOPLE / 2))):
            due = began + (turn * PEOPLE + number) / STEADY_RATE
            await asyncio.sleep(due - time.perf_counter())
            await telegram.ask(1 + number, *step(1 + number, turn))
            times.append(time.perf_counter() - due)

    await asyncio.gather(*(person(number) for number in range(PEOPLE)))
    return times


@asynccontextmanager
async def _answering(bot: Callable[..., None], *given: str) -> AsyncIterator[InstantTelegram]:
    telegram = InstantTelegram()
    try:
        with Process(bot, await telegram.start(), *given):
            await telegram.is_polled()
            yield telegram
    finally:
        await telegram.stop()


def _run_ours(_: Said, telegram_url: str, database_url: str) -> None:
    from bot.dispatcher import build_intake, connect
    from bot.polling import poll

    async def answer() -> None:
        intake = build_intake()
        with tempfile.TemporaryDirectory(prefix="syncbuy-bench-") as folder:
            intake.equip(
                Database.connect(database_url, pool_size=POOL),
                Sealer(Secrets(Path(folder) / "secrets.json")),
                providers={},
                settings=ProductSettings(),
                money=MoneySettings(),
                group_messages_per_minute=20,
            )
            await poll(connect(TOKEN, telegram_url), intake, asyncio.Event())

    run(answer())


def _run_echo(_: Said, telegram_url: str) -> None:
    from aiogram import Bot, Dispatcher
    from aiogram.client.session.aiohttp import AiohttpSession
    from aiogram.client.telegram import TelegramAPIServer
    from aiogram.types import CallbackQuery, Message

    dispatcher = Dispatcher()

    @dispatcher.message()
    async def echo(message: Message) -> None:
        await message.answer(message.text or "")

    @dispatcher.callback_query()
    async def answer(query: CallbackQuery) -> None:
        await query.answer(query.data)

    async def answering() -> None:
        bot = Bot(TOKEN, session=AiohttpSession(api=TelegramAPIServer.from_base(telegram_url)))
        await dispatcher.start_polling(bot, handle_signals=False, polling_timeout=25)

    run(answering())


async def _prepare(url: str) -> dict[int, TaskId]:
    """Let everybody in, and return each person's task by their number at Telegram."""
    db, now = Database.connect(url), utc_now()
    tasks: dict[int, TaskId] = {}
    for person_id in range(1, PEOPLE + 1):
        async with db.transaction() as session:
            person, friend = [await _meet(session, one, -person_id) for one in (person_id, 1000 + person_id)]
            opened = await _open(session, person, "Barbecue")
            task = await add_task(session, actor=person, purchase_id=opened, title="Charcoal", now=now)
            tasks[person_id] = task.id
            owed = await _open(session, friend, "Trip")
            await join_purchase(session, actor=person, purchase_id=owed, now=now)
            await record_spending(session, actor=friend, purchase_id=owed, title="Taxi", cost_minor=1000_00, now=now)
            await lock_distribution(
                session,
                actor=friend,
                purchase_id=owed,
                strategy=Strategy.ACCRUALS,
                due_after=timedelta(days=7),
                now=now,
            )
    await db.close()
    return tasks


async def _meet(session: AsyncSession, person_id: int, chat_id: int) -> Actor:
    return await meet(
        session,
        person=TelegramPerson(person_id, f"Person {person_id}", language_code="en"),
        chat=TelegramChat(chat_id, "group", f"Group {chat_id}"),
        default_currency="RUB",
        default_time_zone="UTC",
        now=utc_now(),
    )


async def _open(session: AsyncSession, actor: Actor, title: str) -> PurchaseId:
    opened = await open_purchase(
        session, actor=actor, title=title, default_currency="RUB", chat_id=actor.chat_id, now=utc_now()
    )
    return opened.id
