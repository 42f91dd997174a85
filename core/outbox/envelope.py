"""An event as it travels: what is known of it without reading it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter

from core.ids import EventId


@dataclass(frozen=True, slots=True)
class Envelope:
    """A published event; `payload` is its JSON."""

    event_id: EventId
    event_name: str
    event_version: int
    aggregate_id: UUID
    payload: dict[str, Any]
    headers: dict[str, Any]
    created_at: datetime


JSON = TypeAdapter(Envelope)
