"""`queue`: events that wait in the database for a consumer."""

import asyncio
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from admin.operating import LIMIT, AsJson, Limit, Operator, Yes, confirm, opened_desk, refusals_told

if TYPE_CHECKING:
    from core.outbox.models import QueueRow

app = typer.Typer(help="Events that wait for a consumer's next try.", no_args_is_help=True)
Event = Annotated[str, typer.Argument(help="The event's id, or at least the first eight characters.")]
Consumer = Annotated[str | None, typer.Option(help="Only for this consumer.")]
COLUMNS = ("event_id", "consumer", "event_name", "created_at", "attempts", "not_before", "last_error")


@app.command("list")
def list_(*, consumer: Consumer = None, limit: Limit = LIMIT, as_json: AsJson = False) -> None:
    """List what waits, the oldest first, with how often it was tried and what went wrong."""
    from admin.showing import show
    from core.outbox.in_transit import find_queued

    async def read(session: Any) -> list[dict[str, Any]]:
        return [_shown(row) for row in await find_queued(session, consumer=consumer, limit=limit)]

    with opened_desk() as desk:
        show({"queue": desk.ask(read)}, as_json=as_json, columns={"queue": COLUMNS})


@app.command("broker")
def broker(*, as_json: AsJson = False) -> None:
    """Show the queues at the broker, if there is one: what waits in them, and how many consume them."""
    from admin.broker import broker_queues
    from admin.showing import show
    from core.config import BusSettings

    with refusals_told():
        queues = asyncio.run(broker_queues(BusSettings()))
        show({"queues": [asdict(queue) for queue in queues]}, as_json=as_json)


@app.command("retry")
def retry(
    event: Event, *, consumer: Consumer = None, operator: Operator, yes: Yes = False, as_json: AsJson = False
) -> None:
    """Let an event be tried now instead of later."""
    from admin.showing import show
    from core.outbox.in_transit import try_queued_now

    with opened_desk() as desk:
        rows = desk.ask(lambda session: _rows(session, event, consumer))
        confirm(f"{rows[0].event_name} is to be tried now by {_consumers(rows)}. Go on?", yes=yes)

        async def act(session: Any) -> list[dict[str, Any]]:
            return [_shown(await try_queued_now(session, consumer=row.consumer, event_id=row.event_id)) for row in rows]

        subject = f"{rows[0].event_id} {_consumers(rows)}"
        shown = desk.act(act, operator=operator, action="queue retry", subject=subject)
        show({"queue": shown}, as_json=as_json, columns={"queue": COLUMNS})


@app.command("bury")
def bury(
    event: Event, *, consumer: Consumer = None, operator: Operator, yes: Yes = False, as_json: AsJson = False
) -> None:
    """Put an event among the dead letters without further tries, as one whose consumer exists no more."""
    from admin.commands.dead_letters import COLUMNS as LETTER_COLUMNS
    from admin.showing import fields, show
    from core.outbox.in_transit import bury_queued

    with opened_desk() as desk:
        rows = desk.ask(lambda session: _rows(session, event, consumer))
        confirm(f"{rows[0].event_name} is to become a dead letter of {_consumers(rows)}. Go on?", yes=yes)

        async def act(session: Any) -> list[dict[str, Any]]:
            letters = [await bury_queued(session, consumer=row.consumer, event_id=row.event_id) for row in rows]
            return [fields(letter, "payload", "headers") for letter in letters]

        subject = f"{rows[0].event_id} {_consumers(rows)}"
        shown = desk.act(act, operator=operator, action="queue bury", subject=subject)
        show({"dead_letters": shown}, as_json=as_json, columns={"dead_letters": LETTER_COLUMNS})


async def _rows(session: Any, event: str, consumer: str | None) -> "list[QueueRow]":
    """Return how an event waits.

    :raises NotQueued: if it waits for nobody, or not for this consumer.
    """
    from core.lookup import find_id
    from core.outbox.in_transit import NotQueued, find_queued
    from core.outbox.models import QueueRow

    event_id = await find_id(session, QueueRow.event_id, event)
    rows = await find_queued(session, consumer=consumer, event_id=event_id)
    if not rows:
        raise NotQueued
    return rows


def _consumers(rows: "list[QueueRow]") -> str:
    return ", ".join(sorted(row.consumer for row in rows))


def _shown(row: "QueueRow") -> dict[str, Any]:
    from admin.showing import fields

    return fields(row, "payload", "headers")
