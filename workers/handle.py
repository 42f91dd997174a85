"""Hand one event to one subscription."""

import structlog

from core.db import Database
from core.inbox.once import once
from core.outbox.envelope import Envelope
from core.outbox.event import REGISTRY
from workers.subscriptions import Reaction

log = structlog.get_logger()


class NewerVersion(Exception):
    """The event was written by a newer version of the product than this one; it waits for the deployment."""


async def handle(db: Database, subscription: Reaction, envelope: Envelope) -> None:
    """Let a subscription handle an event once, however often it comes.

    :raises NewerVersion: if this process is too old to read it.
    :raises ValidationError: if it is not what it says.
    """
    kind = REGISTRY.get(envelope.event_name)
    if kind is None:
        log.warning("unknown-event", event_name=envelope.event_name)
        return
    if envelope.event_version > kind.version:
        raise NewerVersion(f"{envelope.event_name} v{envelope.event_version}, known: v{kind.version}")
    event = kind.model_validate(envelope.payload)
    async with once(db, subscription.name, str(envelope.event_id)) as session:
        if session is not None:
            await subscription.react(session, event, envelope.event_id)
