"""What must hold when it is over: everything that was committed happened once, and the books agree."""

import html
import re
from dataclasses import dataclass, field

from sqlalchemy import select, text

from admin.chaos.oracle import UNHANDLED, counts
from admin.chaos.orders import CURRENCY, Placed, description_of
from core.db import Database
from core.identity.models import Chat
from core.ledger.audit import audit
from core.ledger.balances import balance, provider_totals
from core.ledger.chart import wallet
from core.notifications.card import render_card
from core.notifications.models import Card
from core.orders.models import Order, OrderStatus
from core.purchases.models import Purchase
from sandbox.bank.client import Bank
from sandbox.bank.shops import SHOPS
from sandbox.telegram.person import World

# A message whose answer was lost is sent again: nobody can know whether it came.
TOLD_TWICE_MAX = 0.01


@dataclass(slots=True)
class Findings:
    """What is not as it must be: each loss and each doubling in words, and the audit of the ledger."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    audit: list[str] = field(default_factory=list)
    told: int = 0
    told_twice: int = 0
    orders: dict[str, int] = field(default_factory=dict)
    events: int = 0
    books: dict[str, dict[str, int]] = field(default_factory=dict)


async def verdict(db: Database, placed: Placed, world: World, bank: Bank) -> Findings:
    """Compare what the producer, the database's own memory, the bank and Telegram know with what the product did."""
    findings = Findings()
    orders = await _compare_orders(db, placed, findings)
    await _compare_events(db, findings)
    await _compare_books(db, bank, findings)
    await _compare_news(world, placed, orders, findings)
    await _compare_cards(db, world, findings)
    async with db.transaction() as session:
        findings.audit = [f"{found.invariant}: {found.key} ({found.detail})" for found in await audit(session)]
    return findings


async def _compare_orders(db: Database, placed: Placed, findings: Findings) -> dict[int, Order]:
    """Compare orders with what became of them, and wallets with what the orders took; return orders by number."""
    numbers = {**placed.committed, **placed.rolled_back, **placed.unknown}
    async with db.transaction() as session:
        found = {order.id: order for order in await session.scalars(select(Order).where(Order.attempt_id.is_(None)))}
        for order_id, number in placed.committed.items():
            if order_id not in found:
                findings.lost.append(f"order {number} was committed and is not there")
            elif found[order_id].status == OrderStatus.NEW:
                findings.lost.append(f"order {number} never ended")
        findings.doubled += [
            f"order {placed.rolled_back[order_id]} was rolled back and is there"
            for order_id in placed.rolled_back.keys() & found.keys()
        ]
        for buyer in placed.buyers:
            own = [order for order in found.values() if order.user_id == buyer.actor.user_id]
            paid = sum(order.amount_minor for order in own if order.status == OrderStatus.FINISHED)
            is_missing = buyer.wallet_minor - paid - await balance(session, wallet(buyer.actor.user_id, CURRENCY))
            if is_missing:
                words = f"{buyer.actor.name} paid {is_missing} minor units too much"
                (findings.doubled if is_missing > 0 else findings.lost).append(words)
    statuses = [order.status for order in found.values()]
    findings.orders = {status: statuses.count(status) for status in OrderStatus}
    findings.orders |= {"committed": len(placed.committed), "rolled_back": len(placed.rolled_back),
                        "unanswered": len(placed.unknown)}  # fmt: skip
    return {numbers[order_id]: order for order_id, order in found.items() if order_id in numbers}


async def _compare_events(db: Database, findings: Findings) -> None:
    async with db.transaction() as session:
        findings.events = await session.scalar(text("SELECT count(*) FROM chaos.emitted")) or 0
        letters = await session.execute(
            text("SELECT consumer, event_name, error, count(*) AS many FROM messaging.dead_letters GROUP BY 1, 2, 3")
        )
        findings.lost += [f"{row.many} x {row.event_name} died at {row.consumer}: {row.error}" for row in letters]
    more = """SELECT count(*) FROM messaging.inbox i JOIN (SELECT DISTINCT consumer FROM chaos.listeners) l
        ON l.consumer = i.source WHERE NOT EXISTS (
            SELECT FROM chaos.emitted e WHERE e.event_id::text = i.message_id)"""
    found = await counts(db, {"unhandled": UNHANDLED, "invented": more})
    if found.get("unhandled"):
        findings.lost.append(f"{found['unhandled']} events were committed and not handled by all who listen")
    if found.get("invented"):
        findings.doubled.append(f"{found['invented']} events were handled that nobody committed")


async def _compare_books(db: Database, bank: Bank, findings: Findings) -> None:
    for shop in SHOPS:
        theirs = (await bank.book(shop.name)).get(CURRENCY, {})
        async with db.transaction() as session:
            totals = (await provider_totals(session, shop.name)).get(CURRENCY)
        for name in ("paid", "refunded", "fees"):
            ours, bank_says = getattr(totals, name, 0), theirs.get(name, 0)
            findings.books.setdefault(shop.name, {})[name] = ours
            if ours != bank_says:
                kind = findings.lost if ours < bank_says else findings.doubled
                kind.append(f"{shop.name}: {name} {ours} in the ledger, {bank_says} at the bank")


async def _compare_news(world: World, placed: Placed, orders: dict[int, Order], findings: Findings) -> None:
    """Count in everybody's private chat how often they were told of each of their orders."""
    for buyer in placed.buyers:
        thread, _ = await world.thread(buyer.telegram_id, buyer.telegram_id)
        texts = [seen.text for seen in thread]
        for number, order in orders.items():
            if order.user_id != buyer.actor.user_id:
                continue
            told = sum(f"«{description_of(number)}»" in words for words in texts)
            findings.told += bool(told)
            findings.told_twice += max(told - 1, 0)
            if not told:
                findings.lost.append(f"{buyer.actor.name} was not told of order {number}")
    if findings.told_twice > TOLD_TWICE_MAX * findings.told + 1:
        findings.doubled.append(f"{findings.told_twice} of {findings.told} pieces of news came twice")


async def _compare_cards(db: Database, world: World, findings: Findings) -> None:
    """Compare every card in its group with what it should show by now."""
    async with db.transaction() as session:
        found = select(Card, Chat.telegram_id).join(Purchase, Purchase.id == Card.purchase_id)
        for card, telegram_id in (await session.execute(found.join(Chat, Chat.id == Purchase.chat_id))).all():
            wanted = html.unescape(re.sub(r"<[^>]+>", "", (await render_card(session, card.purchase_id)).html))
            somebody = next(
                chat["member_ids"][0] for chat in (await world.look())["chats"] if chat["id"] == telegram_id
            )
            thread, _ = await world.thread(telegram_id, somebody)
            shown = [seen.text for seen in thread if seen.id == card.message_id]
            if shown != [wanted]:
                findings.lost.append(f"the card in chat {telegram_id} does not show how its purchase stands")
