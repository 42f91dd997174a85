"""What is asked of the database from outside the product: what was committed, what is left to do, what is final."""

import asyncio
from collections.abc import Mapping
from typing import Any

from sqlalchemy import text

from core.db import Database
from workers.subscriptions import listeners

SAMPLE_SECONDS = 0.25
# Every event that was ever committed, though the outbox forgets it once it is published.
WATCH_EVENTS = (
    "CREATE SCHEMA chaos",
    "CREATE TABLE chaos.emitted (event_id uuid PRIMARY KEY, event_name text NOT NULL)",
    """CREATE FUNCTION chaos.remember() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO chaos.emitted VALUES (NEW.event_id, NEW.event_name); RETURN NULL; END $$""",
    "CREATE TRIGGER remember AFTER INSERT ON messaging.outbox FOR EACH ROW EXECUTE FUNCTION chaos.remember()",
    "CREATE TABLE chaos.listeners (event_name text, consumer text, PRIMARY KEY (event_name, consumer))",
)
UNHANDLED = """SELECT count(*) FROM chaos.emitted e JOIN chaos.listeners l USING (event_name)
    WHERE NOT EXISTS (SELECT FROM messaging.inbox i WHERE i.source = l.consumer AND i.message_id = e.event_id::text)"""
# What must be gone within seconds: nothing but us stands between an event and what follows from it.
TO_DRAIN = {
    "outbox": "SELECT count(*) FROM messaging.outbox",
    "queue": "SELECT count(*) FROM messaging.queue",
    "unhandled events": UNHANDLED,
    "new orders": "SELECT count(*) FROM orders.orders WHERE status = 'new'",
}
# What may wait for Telegram's limits, for the lease of a dead worker, for a back-off, or for a payer.
TO_END = {
    "notifications": "SELECT count(*) FROM notifications.notifications WHERE status IN ('queued', 'sending')",
    "cards": "SELECT count(*) FROM notifications.cards WHERE wanted_version > shown_version",
    "payments": """SELECT count(*) FROM payments.attempts
        WHERE rail <> 'manual' AND status IN ('created', 'pending_confirmation')""",
    "refunds": """SELECT count(*) FROM payments.refunds r JOIN payments.attempts a ON a.id = r.attempt_id
        WHERE a.rail <> 'manual' AND r.status = 'pending'""",
    "notices": "SELECT count(*) FROM payments.notices WHERE status = 'stored'",
}
FINAL = """SELECT 'order ' || id AS what, status FROM orders.orders WHERE status <> 'new'
    UNION ALL SELECT 'attempt ' || id, status FROM payments.attempts
    WHERE status NOT IN ('created', 'pending_confirmation')
    UNION ALL SELECT 'refund ' || id, status FROM payments.refunds WHERE status IN ('succeeded', 'canceled')"""


async def watch_events(db: Database) -> None:
    """Have the database remember each event whose transaction commits, and who is to handle it."""
    async with db.transaction() as session:
        for statement in WATCH_EVENTS:
            await session.execute(text(statement))
        rows = [{"event": event, "consumer": consumer} for event, some in listeners().items() for consumer in some]
        await session.execute(text("INSERT INTO chaos.listeners VALUES (:event, :consumer)"), rows)


async def settled_top_ups(db: Database) -> int:
    """Return how many wallets have their money."""
    found = await counts(db, {"all": "SELECT count(*) FROM payments.attempts WHERE status = 'succeeded'"})
    return found.get("all", 0)


async def counts(db: Database, queries: Mapping[str, str]) -> dict[str, int]:
    """Return what each of the queries counts, where it is not nothing."""
    async with db.transaction() as session:
        found = {name: await session.scalar(text(query)) or 0 for name, query in queries.items()}
    return {name: count for name, count in found.items() if count}


class Finals:
    """Looks again and again at what is final, and remembers whatever does not stay so."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._seen: dict[str, str] = {}
        self.changed: list[str] = []
        self.vanished: list[str] = []

    async def watch(self, stopping: asyncio.Event) -> None:
        """Look until `stopping` is set; while the database is away there is nothing to see."""
        while not stopping.is_set():
            try:
                await self.look()
            except Exception:  # noqa: BLE001 -- it is away, as it is meant to be
                await asyncio.sleep(SAMPLE_SECONDS)
            await asyncio.sleep(SAMPLE_SECONDS)

    async def look(self) -> None:
        """Compare everything that is final now with everything that was."""
        async with self._db.transaction() as session:
            rows: Any = await session.execute(text(FINAL))
            now = {row.what: row.status for row in rows}
        for what, status in self._seen.items():
            if what not in now:
                self.vanished.append(f"{what} was {status} and is not")
            elif now[what] != status:
                self.changed.append(f"{what} was {status} and is {now[what]}")
        self._seen = now
