"""Orders that are placed all the time by many people, some of them in transactions that are rolled back."""

import asyncio
from dataclasses import dataclass, field
from random import Random

from admin.chaos.oracle import settled_top_ups
from core.accounts.limits import Limits
from core.clock import utc_now
from core.db import Database
from core.identity.actor import Actor, TelegramChat, TelegramPerson
from core.identity.meet import meet
from core.ids import OrderId
from core.orders.place_order import place_order
from core.payments.start_attempt import start_top_up
from sandbox.telegram.person import World

BUYERS = 40  # so many that Telegram's limit for one person holds nobody's news back
A_SECOND = 12.0  # Telegram takes 25 messages a second from one bot, and others want to be told things too
AT_ONCE = 20  # as many may wait for a database that is away
CURRENCY = "RUB"
WALLET_MINOR = 20_000_00
POOR_MINOR = 30_00  # of every tenth, so that some orders are refused
LIMITS = Limits(operation=10**6, day=10**9)
ROLLED_BACK = 0.05
TOP_UPS_SECONDS = 90.0


class _ThoughtBetter(Exception):
    """A transaction is rolled back after everything in it was done."""


@dataclass(frozen=True, slots=True)
class Buyer:
    """Somebody with a wallet, and their private chat."""

    telegram_id: int
    actor: Actor
    wallet_minor: int


@dataclass(slots=True)
class Placed:
    """What the producer knows of its orders: the number of each, by id."""

    buyers: list[Buyer]
    committed: dict[OrderId, int] = field(default_factory=dict)
    rolled_back: dict[OrderId, int] = field(default_factory=dict)
    unknown: dict[OrderId, int] = field(default_factory=dict)  # the commit was not answered

    @property
    def count(self) -> int:
        """Return how many were tried."""
        return len(self.committed) + len(self.rolled_back) + len(self.unknown)


def description_of(number: int) -> str:
    """Return the words by which an order is known in the chat."""
    return f"Заказ №{number}."


async def buyers_with_wallets(db: Database, world: World) -> list[Buyer]:
    """Bring people who have started the bot and topped up their wallets, by payments that somebody has to pay."""
    buyers = []
    for number in range(1, BUYERS + 1):
        raw = await world.act("add_person", first_name=f"Покупатель {number}", language_code="ru")
        await world.act("start", user_id=raw["id"])
        wallet_minor = POOR_MINOR if number % 10 == 0 else WALLET_MINOR
        async with db.transaction() as session:
            actor = await meet(
                session,
                person=TelegramPerson(raw["id"], raw["first_name"], language_code="ru"),
                chat=TelegramChat(raw["id"], "private", raw["first_name"]),
                default_currency=CURRENCY,
                default_time_zone="Europe/Moscow",
                now=utc_now(),
            )
            await start_top_up(
                session,
                actor=actor,
                amount_minor=wallet_minor,
                currency=CURRENCY,
                provider="standard",
                limits=LIMITS,
                now=utc_now(),
            )
        buyers.append(Buyer(raw["id"], actor, wallet_minor))
    async with asyncio.timeout(TOP_UPS_SECONDS):
        while await settled_top_ups(db) < BUYERS:  # noqa: ASYNC110 -- what is waited for happens in other processes
            await asyncio.sleep(0.2)
    return buyers


async def place_orders(db: Database, placed: Placed, *, seed: int, stopping: asyncio.Event) -> None:
    """Place orders until `stopping` is set, whatever becomes of the database meanwhile."""
    chance = Random(f"{seed} orders")  # noqa: S311 -- to be replayed
    loop, places, number = asyncio.get_running_loop(), asyncio.Semaphore(AT_ONCE), 0
    at = loop.time()
    async with asyncio.TaskGroup() as group:
        while not stopping.is_set():
            number += 1
            buyer, amount_minor = chance.choice(placed.buyers), chance.randint(1_00, 20_00)
            is_rolled_back = chance.random() < ROLLED_BACK
            await places.acquire()
            task = group.create_task(_place(db, placed, number, buyer, amount_minor, is_rolled_back=is_rolled_back))
            task.add_done_callback(lambda _: places.release())
            at = max(at + 1 / A_SECOND, loop.time() - 1)  # what was missed in an outage is not made up for
            await asyncio.sleep(max(0.0, at - loop.time()))


async def _place(
    db: Database, placed: Placed, number: int, buyer: Buyer, amount_minor: int, *, is_rolled_back: bool
) -> None:
    order_id, fate = None, placed.unknown
    try:
        async with db.transaction() as session:
            order = await place_order(
                session,
                actor=buyer.actor,
                amount_minor=amount_minor,
                currency=CURRENCY,
                description=description_of(number),
                limits=LIMITS,
                now=utc_now(),
            )
            order_id = order.id
            await session.flush()
            _think_better(is_rolled_back)
        fate = placed.committed
    except _ThoughtBetter:
        fate = placed.rolled_back
    except Exception:  # noqa: BLE001 -- the database is away; whether it had committed, nobody has heard
        fate = placed.unknown
    if order_id is not None:
        fate[order_id] = number


def _think_better(really: bool) -> None:
    if really:
        raise _ThoughtBetter
