"""Hand one event to one subscription."""

from collections.abc import Sequence
from uuid import UUID

from core.db import Database
from core.ids import EventId
from core.inbox.once import once, once_each
from core.outbox.envelope import Envelope
from core.outbox.event import REGISTRY, Event
from workers.consuming import REPEATED, consuming, consuming_many, count
from workers.subscriptions import Reaction


class NewerVersion(Exception):
    """Only a newer version of the product than this one can handle the event; it waits for the deployment."""


async def handle(db: Database, subscription: Reaction, envelope: Envelope) -> None:
    """Let a subscription handle an event once, however often it comes.

    :raises NewerVersion: if this process is too old to read it.
    :raises ValidationError: if it is not what it says.
    """
    with consuming(subscription.name, envelope) as doing:
        event = _read(subscription, envelope)
        async with once(db, subscription.name, str(envelope.event_id)) as session:
            if session is None:
                doing.outcome = REPEATED
            else:
                await subscription.react(session, event, envelope.event_id)


async def handle_many(db: Database, subscription: Reaction, envelopes: Sequence[Envelope]) -> None:
    """Let a subscription handle events that wait together, each once, in one transaction.

    :raises Exception: whatever is wrong with one of them; then none was handled.
    """
    events = {str(envelope.event_id): _read(subscription, envelope) for envelope in envelopes}
    with consuming_many(subscription.name, envelopes):
        async with db.transaction() as session:
            new = await once_each(session, subscription.name, events.keys())
            fresh = [(event, EventId(UUID(event_id))) for event_id, event in events.items() if event_id in new]
            if subscription.react_to_many is not None:
                await subscription.react_to_many(session, fresh)
            else:
                for event, event_id in fresh:
                    await subscription.react(session, event, event_id)
    count(subscription.name, handled=len(fresh), repeated=len(events) - len(fresh))


def _read(subscription: Reaction, envelope: Envelope) -> Event:
    """Return the event; what a newer version queued for its own subscription of this name is not passed over."""
    kind = REGISTRY.get(envelope.event_name)
    if kind is None or kind not in subscription.events:
        raise NewerVersion(f"{subscription.name} does not know {envelope.event_name} here")
    if envelope.event_version > kind.version:
        raise NewerVersion(f"{envelope.event_name} v{envelope.event_version}, known: v{kind.version}")
    return kind.model_validate(envelope.payload)
