"""`notices`: what providers told us, and a second look at what could not be placed."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from admin.operating import LIMIT, AsJson, Limit, Operator, Yes, chosen, confirm, opened_desk

if TYPE_CHECKING:
    from core.payments.models import NoticeRow

app = typer.Typer(help="Look into notices of providers, and let them be acted on again.", no_args_is_help=True)
REPLAYED_TOGETHER = ("parked", "suspense")  # what waits for something; the others have found what they speak of


@app.command("list")
def list_notices(
    *,
    status: Annotated[
        str | None, typer.Option(help="stored, parked, done, ignored, not_understood or suspense.")
    ] = None,
    provider: Annotated[str | None, typer.Option(help="Those of one provider.")] = None,
    limit: Limit = LIMIT,
    as_json: AsJson = False,
) -> None:
    """List notices, the newest first."""
    from admin.showing import show
    from core.payments.listings import find_notices
    from core.payments.models import NoticeStatus

    wanted = chosen(status, NoticeStatus, "--status")

    async def read(session: Any) -> list[dict[str, Any]]:
        found = await find_notices(session, status=wanted, provider=provider, limit=limit)
        return [_shown(notice) for notice in found]

    columns = ("id", "received_at", "provider", "event", "status", "detail", "tries", "next_try_at")
    with opened_desk() as desk:
        show({"notices": desk.ask(read)}, as_json=as_json, columns={"notices": columns})


@app.command("show")
def show_notice(
    notice: Annotated[int, typer.Argument(help="Its number.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Show a notice as it came, with the middle of card numbers hidden."""
    import json

    from admin.showing import show
    from core.payments.listings import notice_of
    from core.payments.mask_cards import mask_cards_in

    async def read(session: Any) -> "NoticeRow":
        return await notice_of(session, notice)

    with opened_desk() as desk:
        found = desk.ask(read)
        body = mask_cards_in(_read_body(found.raw))
        if not as_json and not isinstance(body, str):
            body = json.dumps(body, indent=2, ensure_ascii=False)
        show({"notice": {**_shown(found), "body": body}}, as_json=as_json)


@app.command("replay")
def replay(
    notices: Annotated[list[int] | None, typer.Argument(help="Their numbers.")] = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help="All that have the status.")] = False,
    status: Annotated[str | None, typer.Option(help="With --all: parked or suspense.")] = None,
    operator: Operator,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Let notices be acted on once more by the running product; what they did already is not done again."""
    from admin.showing import show
    from core.clock import utc_now
    from core.payments.listings import find_notices, notice_of
    from core.payments.take_notice import replay_notice

    given = list(dict.fromkeys(notices or ()))
    if everything == bool(given) or everything == (status is None):
        raise typer.BadParameter("give numbers, or --all with --status")
    if everything and status not in REPLAYED_TOGETHER:
        raise typer.BadParameter(f"{status} is none of {', '.join(REPLAYED_TOGETHER)}", param_hint="--status")

    async def read(session: Any) -> list[int]:
        if everything:
            return [notice.id for notice in await find_notices(session, status=status)]
        return [(await notice_of(session, number)).id for number in given]

    with opened_desk() as desk:
        numbers = sorted(desk.ask(read))
        confirm(f"{len(numbers)} notices are to be acted on again. Go on?", yes=yes)

        async def act(session: Any) -> list[dict[str, Any]]:
            return [
                _shown(await replay_notice(session, notice_id=number, now=utc_now()))
                for number in numbers  # in the order of their numbers, so that two operators cannot wait for each other
            ]

        subject = ", ".join(str(number) for number in numbers)
        replayed = desk.act(act, operator=operator, action="notices replay", subject=subject)
        columns = ("id", "provider", "event", "status", "next_try_at")
        show({"notices": replayed}, as_json=as_json, columns={"notices": columns})


def _shown(notice: "NoticeRow") -> dict[str, Any]:
    """Return what may be shown of a notice without its body."""
    from admin.showing import fields
    from core.payments.mask_cards import mask_cards_in

    return {**fields(notice, "raw", "query"), "query": mask_cards_in(notice.query)}


def _read_body(raw: bytes) -> Any:
    """Return a body as what it is: JSON, a form, or text."""
    import json
    from urllib.parse import parse_qsl

    text = raw.decode(errors="replace")
    try:
        return json.loads(text)
    except ValueError:
        pass
    try:
        return dict(parse_qsl(text, keep_blank_values=True, strict_parsing=True))
    except ValueError:
        return text
