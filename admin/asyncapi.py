"""Write down every event of the registry as an AsyncAPI 3.0 document: what it says, where it goes, who listens."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from core.config import BusSettings, KafkaSettings
from core.outbox.envelope import JSON
from core.outbox.event import Event
from workers.bus.port import RETRY_AFTER
from workers.bus.topology import Topology

Document = dict[str, Any]

ABOUT = (
    "Facts of SyncBuy, as they travel over RabbitMQ to its own workers and, where KAFKA_URL is set, to Kafka for "
    "everybody else. Every fact comes at least once: know a repeat by its event_id. At Kafka the facts of one "
    "aggregate keep their order. Fields are only added; whatever else changes raises the version of the event. Ignore "
    "fields that you do not know."
)
# What stands for a field in an example; ids and times are made from their names.
EXAMPLES: Mapping[str, Any] = {
    "amount_minor": 125_000,
    "cost_minor": 250_000,
    "currency": "RUB",
    "estimate_minor": 300_000,
    "left_minor": 0,
    "lock_number": 1,
    "rail": "provider",
    "reason": "not_enough_money",
    "service_fee_minor": 0,
    "status": "succeeded",
    "strategy": "minimal",
    "title": "Charcoal",
}
MOMENT = "2026-06-01T12:00:00Z"
AMQP = "0.3.0"  # the versions of AsyncAPI's bindings
KAFKA = "0.5.0"


def document(events: Sequence[type[Event]], listeners: Mapping[str, Sequence[str]], *, version: str) -> Document:
    """Return the document of these events; `listeners` names the consumers of each."""
    events = sorted(events, key=lambda event: event.name)
    topology = Topology(BusSettings.model_fields["amqp_prefix"].default, listeners, RETRY_AFTER)
    channels = {"events": _exchange(topology, events), **_queues(topology, events), **_topics(events)}
    schemas = {
        "Envelope": _envelope(),
        "Headers": _headers(),
        **{event.name: payload_schema(event) for event in events},
    }
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Events of SyncBuy", "version": version, "description": ABOUT, "license": {"name": "MIT"}},
        "defaultContentType": "application/json",
        "servers": {
            "rabbitmq": {"host": "localhost:5672", "protocol": "amqp", "description": "Where AMQP_URL says."},
            "kafka": {"host": "localhost:9092", "protocol": "kafka", "description": "Where KAFKA_URL says."},
        },
        "channels": channels,
        "operations": {name: _operation(name, channel) for name, channel in channels.items()},
        "components": {"messages": {event.name: _message(event, listeners) for event in events}, "schemas": schemas},
    }


def payload_schema(event: type[Event]) -> Document:
    """Return the JSON Schema of what an event says."""
    schema = event.model_json_schema()
    for field in schema["properties"].values():
        field.pop("title")  # pydantic's echo of the name
    return schema


def example_of(event: type[Event]) -> Document:
    """Return an event as it travels, made up from the names of its fields."""
    payload = {name: _example(name, field) for name, field in payload_schema(event)["properties"].items()}
    return {
        "event_id": _id("event_id"),
        "event_name": event.name,
        "event_version": event.version,
        "aggregate_id": payload[event.aggregate],
        "payload": payload,
        "headers": {},
        "created_at": MOMENT,
    }


def said(event: type[Event]) -> str:
    """Return in one line what its docstring says of an event, or of events of its family."""
    return " ".join((event.__doc__ or "").split())


def _example(name: str, field: Mapping[str, Any]) -> Any:
    of_kind = {"string": "text", "integer": 1, "boolean": True}
    match field:
        case {"anyOf": [first, *_]}:
            return _example(name, first)
        case {"enum": [first, *_]}:
            return first
        case {"format": "uuid"}:
            return _id(name)
        case {"format": "date-time"}:
            return MOMENT
        case {"type": "array", "items": items}:
            return [_example(name, items)]
        case {"type": kind}:
            return EXAMPLES.get(name, of_kind.get(kind))
    raise AssertionError(f"no example for {name}: {field}")


def _id(name: str) -> str:
    return str(uuid5(NAMESPACE_OID, name))


def _exchange(topology: Topology, events: Sequence[type[Event]]) -> Document:
    exchange = {"name": topology.events, "type": "topic", "durable": True, "autoDelete": False, "vhost": "/"}
    return {
        "address": "{event_name}",
        "description": "Every fact, under its name as the routing key.",
        "servers": [{"$ref": "#/servers/rabbitmq"}],
        "messages": _references(events),
        "parameters": {"event_name": {"description": "The name of the event.", "enum": [each.name for each in events]}},
        "bindings": {"amqp": {"is": "routingKey", "exchange": exchange, "bindingVersion": AMQP}},
    }


def _queues(topology: Topology, events: Sequence[type[Event]]) -> dict[str, Document]:
    channels = {}
    for consumer in topology.consumers:
        queue = {"name": topology.queue_of(consumer), "durable": True, "exclusive": False, "autoDelete": False}
        channels[consumer] = {
            "address": topology.queue_of(consumer),
            "description": f"The quorum queue of {consumer}; any number of workers share it.",
            "servers": [{"$ref": "#/servers/rabbitmq"}],
            "messages": _references([each for each in events if consumer in topology.listeners.get(each.name, ())]),
            "bindings": {"amqp": {"is": "queue", "queue": {**queue, "vhost": "/"}, "bindingVersion": AMQP}},
        }
    return channels


def _topics(events: Sequence[type[Event]]) -> dict[str, Document]:
    prefix = KafkaSettings.model_fields["kafka_topic_prefix"].default
    channels = {}
    for kind in sorted({event.aggregate_kind() for event in events}):
        channels[f"kafka.{kind}"] = {
            "address": f"{prefix}{kind}",
            "description": f"Facts about each {kind}, keyed by its id and in their order.",
            "servers": [{"$ref": "#/servers/kafka"}],
            "messages": _references([event for event in events if event.aggregate_kind() == kind]),
            "bindings": {"kafka": {"topic": f"{prefix}{kind}", "bindingVersion": KAFKA}},
        }
    return channels


def _references(events: Sequence[type[Event]]) -> Document:
    return {event.name: {"$ref": f"#/components/messages/{event.name}"} for event in events}


def _operation(name: str, channel: Document) -> Document:
    """Return what SyncBuy does with a channel: its consumers receive, its relay and its export send."""
    if "queue" in channel["bindings"].get("amqp", {}):
        action, amqp = "receive", {"ack": True, "bindingVersion": AMQP}
    else:
        action, amqp = "send", {"deliveryMode": 2, "timestamp": True, "bindingVersion": AMQP}
    bindings = {"amqp": amqp} if "amqp" in channel["bindings"] else {}
    return {"action": action, "channel": {"$ref": f"#/channels/{name}"}, "bindings": bindings}


def _message(event: type[Event], listeners: Mapping[str, Sequence[str]]) -> Document:
    of_event = {
        "event_name": {"const": event.name},
        "event_version": {"const": event.version},
        "payload": {"$ref": f"#/components/schemas/{event.name}"},
    }
    return {
        "name": event.name,
        "title": event.__name__,
        "summary": said(event),
        "description": " ".join(said(family) for family in event.__mro__[1 : event.__mro__.index(Event)]),
        "tags": [{"name": event.aggregate_kind()}],
        "headers": {"$ref": "#/components/schemas/Headers"},
        "correlationId": {"location": "$message.header#/correlation_id"},
        "payload": {"allOf": [{"$ref": "#/components/schemas/Envelope"}, {"properties": of_event}]},
        "examples": [{"headers": {"event_id": _id("event_id")}, "payload": example_of(event)}],
        "bindings": {
            "amqp": {"messageType": event.name, "bindingVersion": AMQP},
            "kafka": {"key": {"type": "string", "format": "uuid"}, "bindingVersion": KAFKA},
        },
        "x-version": event.version,
        "x-aggregate": event.aggregate,
        "x-consumers": sorted(listeners.get(event.name, ())),
    }


def _envelope() -> Document:
    schema = JSON.json_schema()
    for field in schema["properties"].values():
        field.pop("title", None)
    schema["properties"]["headers"]["description"] = "What travels along; correlation_id, traceparent."
    return schema


def _headers() -> Document:
    """Return what stands beside the body: Kafka has it all, AMQP has the name as the message's type."""
    text = {"type": "string"}
    return {
        "type": "object",
        "required": ["event_id"],
        "properties": {
            "event_id": {"type": "string", "format": "uuid"},
            "event_name": text,
            "event_version": text,
            "correlation_id": text,
            "traceparent": text,
        },
    }
