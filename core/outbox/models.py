"""The outbox, the queues of the local bus that it feeds, and the letters that died."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Identity, Index, SmallInteger, func, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base
from core.ids import EventId
from core.outbox.envelope import Envelope

PARTITIONS = 16


class Carried:
    """The columns of an event on its way, the same in every table that it passes through."""

    event_id: Mapped[EventId]
    event_name: Mapped[str]
    event_version: Mapped[int] = mapped_column(SmallInteger)
    aggregate_id: Mapped[UUID]
    payload: Mapped[dict[str, Any]]
    headers: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    created_at: Mapped[datetime]

    def envelope(self) -> Envelope:
        """Return the event as it travels."""
        return Envelope(**self.content())

    def content(self) -> dict[str, Any]:
        """Return these columns by name, to be copied into another table or an envelope."""
        return {name: getattr(self, name) for name in CONTENT}


CONTENT = ("event_id", "event_name", "event_version", "aggregate_id", "payload", "headers", "created_at")


class OutboxRow(Carried, Base):
    """An event that is published exactly when the transaction that wrote this row commits.

    `id` is also the order of an aggregate's events, because whoever emits holds the lock of the aggregate's row.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        Index("outbox_claim_idx", "partition_no", "id"),
        {
            "schema": "messaging",
            "postgresql_with": {
                "fillfactor": 90,
                "autovacuum_vacuum_scale_factor": 0,
                "autovacuum_vacuum_threshold": 2000,
                "autovacuum_vacuum_cost_delay": 0,
            },
        },
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    event_id: Mapped[EventId] = mapped_column(unique=True)
    partition_no: Mapped[int] = mapped_column(SmallInteger)
    created_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    not_before: Mapped[datetime | None]
    last_error: Mapped[str | None]


class QueueRow(Carried, Base):
    """An event on its way to one consumer: the local bus's queue, one row for each who listens."""

    __tablename__ = "queue"
    __table_args__ = (Index("queue_claim_idx", "consumer", "id"), {"schema": "messaging"})

    consumer: Mapped[str] = mapped_column(primary_key=True)
    event_id: Mapped[EventId] = mapped_column(primary_key=True)
    id: Mapped[int] = mapped_column(Identity(always=True))
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"), default=0)
    not_before: Mapped[datetime | None]
    last_error: Mapped[str | None]


class DeadLetter(Carried, Base):
    """An event that a consumer could not handle however often it was tried, kept until somebody decides."""

    __tablename__ = "dead_letters"
    __table_args__ = ({"schema": "messaging"},)

    consumer: Mapped[str] = mapped_column(primary_key=True)  # "relay" where it could not even be published
    event_id: Mapped[EventId] = mapped_column(primary_key=True)
    attempts: Mapped[int] = mapped_column(SmallInteger)
    error: Mapped[str]
    died_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
