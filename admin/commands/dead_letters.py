"""`dead-letters`: events that could not be handled however often they were tried."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from admin.operating import LIMIT, AsJson, Limit, Operator, Yes, confirm, opened_desk

if TYPE_CHECKING:
    from core.outbox.models import DeadLetter

app = typer.Typer(help="Look into events that died, send them again, or give them up.", no_args_is_help=True)
Event = Annotated[str, typer.Argument(help="The event's id, or at least the first eight characters.")]
SomeEvent = Annotated[str | None, typer.Argument(help="The event's id, or eight characters of it.")]
Consumer = Annotated[str | None, typer.Option(help="Only for this consumer.")]
Everything = Annotated[bool, typer.Option("--all", help="All of them, or all of the consumer's.")]
COLUMNS = ("event_id", "consumer", "event_name", "died_at", "attempts", "error")


@app.command("list")
def list_(*, consumer: Consumer = None, limit: Limit = LIMIT, as_json: AsJson = False) -> None:
    """List dead letters, the latest to die first."""
    from admin.showing import show
    from core.outbox.dead_letters import find_dead_letters

    async def read(session: Any) -> list[dict[str, Any]]:
        return [_shown(letter) for letter in await find_dead_letters(session, consumer=consumer, limit=limit)]

    with opened_desk() as desk:
        show({"dead_letters": desk.ask(read)}, as_json=as_json, columns={"dead_letters": COLUMNS})


@app.command("show")
def show_letter(event: Event, *, as_json: AsJson = False) -> None:
    """Show an event with each consumer that could not handle it, and why."""
    from admin.showing import fields, show

    async def read(session: Any) -> list[dict[str, Any]]:
        return [fields(letter) for letter in await _letters(session, event, None)]

    with opened_desk() as desk:
        found = desk.ask(read)
        shared = ("event_id", "event_name", "event_version", "aggregate_id", "created_at", "payload", "headers")
        each = [{name: value for name, value in letter.items() if name not in shared} for letter in found]
        show({"event": {name: found[0][name] for name in shared}, "dead_letters": each}, as_json=as_json)


@app.command("replay")
def replay(
    event: SomeEvent = None,
    *,
    consumer: Consumer = None,
    everything: Everything = False,
    operator: Operator,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Send letters again, each to the consumer that could not handle it; what it did already is not done twice."""
    from core.outbox.dead_letters import replay_dead_letter
    from workers.subscriptions import listeners

    async def send(session: Any, letter: "DeadLetter") -> "DeadLetter":
        return await replay_dead_letter(
            session, consumer=letter.consumer, event_id=letter.event_id, listeners=listeners()
        )

    _each("sent again", send, "replay", event, consumer, everything, operator=operator, yes=yes, as_json=as_json)


@app.command("discard")
def discard(
    event: SomeEvent = None,
    *,
    consumer: Consumer = None,
    everything: Everything = False,
    operator: Operator,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Give letters up; whoever could not handle them never will."""
    from core.outbox.dead_letters import discard_dead_letter

    async def give_up(session: Any, letter: "DeadLetter") -> "DeadLetter":
        return await discard_dead_letter(session, consumer=letter.consumer, event_id=letter.event_id)

    _each("given up", give_up, "discard", event, consumer, everything, operator=operator, yes=yes, as_json=as_json)


def _each(
    done: str,
    act: "Callable[[Any, DeadLetter], Awaitable[DeadLetter]]",
    word: str,
    event: str | None,
    consumer: str | None,
    everything: bool,
    *,
    operator: str,
    yes: bool,
    as_json: bool,
) -> None:
    """Do the same with each of the letters that are meant, in one transaction that says who did it."""
    from admin.showing import show

    if everything == (event is not None):
        raise typer.BadParameter("give an event, or --all")
    with opened_desk() as desk:
        letters = desk.ask(lambda session: _letters(session, event, consumer))
        confirm(f"{len(letters)} dead letters are to be {done}. Go on?", yes=yes)

        async def act_on_all(session: Any) -> list[dict[str, Any]]:
            return [_shown(await act(session, letter)) for letter in letters]

        subject = ", ".join(f"{letter.event_id} {letter.consumer}" for letter in letters)
        shown = desk.act(act_on_all, operator=operator, action=f"dead-letters {word}", subject=subject)
        show({"dead_letters": shown}, as_json=as_json, columns={"dead_letters": COLUMNS})


async def _letters(session: Any, event: str | None, consumer: str | None) -> "list[DeadLetter]":
    """Return the letters that are meant.

    :raises DeadLetterNotFound: if an event is named, and there is none.
    """
    from core.lookup import find_id
    from core.outbox.dead_letters import DeadLetterNotFound, find_dead_letters
    from core.outbox.models import DeadLetter

    event_id = None if event is None else await find_id(session, DeadLetter.event_id, event)
    found = await find_dead_letters(session, consumer=consumer, event_id=event_id)
    if event is not None and not found:
        raise DeadLetterNotFound
    return found


def _shown(letter: "DeadLetter") -> dict[str, Any]:
    from admin.showing import fields

    return fields(letter, "payload", "headers")
