"""`people`: who is known, how they sign in, everything that is known of one, and nothing of them any more."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from admin.operating import LIMIT, AsJson, Limit, Operator, Yes, confirm, opened_desk

if TYPE_CHECKING:
    from core.identity.models import User

app = typer.Typer(help="Find people, sign them out, export what is known of them, erase them.", no_args_is_help=True)
Person = Annotated[str, typer.Argument(help="The person: the id, or eight characters of it.")]


@app.command("list")
def list_(
    *,
    named: Annotated[
        str | None, typer.Option(help="Whose name, login name or @username holds this, or whose Telegram id it is.")
    ] = None,
    limit: Limit = LIMIT,
    as_json: AsJson = False,
) -> None:
    """List people, the newest first."""
    from admin.showing import show
    from core.identity.people import called, find_people

    async def read(session: Any) -> list[dict[str, Any]]:
        return [
            {
                "id": user.id,
                "name": called(user, "en"),
                "ways_in": " + ".join(ways.names),
                "username": ways.identity and ways.identity.username,
                "login_name": ways.password and ways.password.name,
                "reach": ways.identity and ways.identity.reach,
                "created_at": user.created_at,
                "erased_at": user.erased_at,
            }
            for user, ways in await find_people(session, named=named, limit=limit)
        ]

    with opened_desk() as desk:
        show({"people": desk.ask(read)}, as_json=as_json)


@app.command("show")
def show_person(person: Person, *, as_json: AsJson = False) -> None:
    """Show a person, how they sign in and where, and what would have to end before they could be erased."""
    from dataclasses import asdict

    from admin.showing import fields, show
    from core.clock import utc_now
    from core.identity.people import ways_in
    from core.identity.personal_tokens import tokens_of
    from core.identity.sessions import sessions_of
    from core.personal_data.open_matters import open_matters

    async def read(session: Any) -> dict[str, Any]:
        user = await _found(session, person)
        ways = await ways_in(session, user.id)
        sessions, _ = await sessions_of(session, user_id=user.id, limit=LIMIT, now=utc_now())
        return {
            "person": fields(user),
            "identity": ways.identity and fields(ways.identity, "user_id"),
            "password": ways.password and fields(ways.password, "user_id", "name_key", "hash"),
            "sessions": [fields(each, "user_id", "secret_hash", "previous_hash", "nonce") for each in sessions],
            "tokens": [fields(each, "user_id", "hash") for each in await tokens_of(session, user.id)],
            "open_matters": asdict(await open_matters(session, user.id)),
        }

    with opened_desk() as desk:
        show(desk.ask(read), as_json=as_json)


@app.command("sign-out")
def sign_out(person: Person, *, operator: Operator, yes: Yes = False) -> None:
    """End all sessions of a person, and let their personal tokens and code count no more; their password stays."""
    from core.identity.people import called
    from core.identity.sign_out_everywhere import sign_out_everywhere

    with opened_desk() as desk:
        user = desk.ask(lambda session: _found(session, person))
        confirm(f"{called(user, 'en')} ({user.id}) is to be signed out everywhere. Go on?", yes=yes)

        async def sign_out_now(session: Any) -> int:
            return await sign_out_everywhere(session, user_id=user.id)

        ended = desk.act(sign_out_now, operator=operator, action="people sign-out", subject=user.id)
        typer.echo(f"{ended} sessions and tokens count no more.", err=True)


@app.command("export")
def export(
    person: Person,
    *,
    output: Annotated[Path | None, typer.Option(dir_okay=False, help="A file instead of stdout.")] = None,
    operator: Operator,
) -> None:
    """Write everything that is known of a person as one JSON document."""
    import os

    from core.clock import utc_now
    from core.personal_data.export_person import export_person

    with opened_desk() as desk:
        user = desk.ask(lambda session: _found(session, person))

        async def collect(session: Any) -> bytes:
            return await export_person(session, user_id=user.id, now=utc_now())

        document = desk.act(collect, operator=operator, action="people export", subject=user.id)
        if output is None:
            typer.echo(document.decode())
            return
        with os.fdopen(os.open(output, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            file.write(document)


@app.command("erase")
def erase(person: Person, *, operator: Operator, yes: Yes = False) -> None:
    """Forget who a person is; amounts in other people's books stay, under no name. This cannot be undone."""
    from core.clock import utc_now
    from core.identity.people import called
    from core.personal_data.erase_person import erase_person

    with opened_desk() as desk:
        user = desk.ask(lambda session: _found(session, person))
        confirm(f"{called(user, 'en')} ({user.id}) is to be erased for good. Go on?", yes=yes)

        async def forget(session: Any) -> None:
            await erase_person(session, user_id=user.id, now=utc_now())

        desk.act(forget, operator=operator, action="people erase", subject=user.id)
        typer.echo(f"{user.id} is nobody any more.", err=True)


async def _found(session: Any, person: str) -> "User":
    from core.identity.models import User
    from core.lookup import find_id

    found: User = await session.get_one(User, await find_id(session, User.id, person))
    return found
