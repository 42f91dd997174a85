"""`suspense`: money that providers took and nobody could place, and how it is placed."""

from typing import Annotated, Any

import typer

from admin.operating import LIMIT, AsJson, Limit, Operator, Yes, confirm, opened_desk

app = typer.Typer(help="Look after money that nobody could place.", no_args_is_help=True)


@app.command("list")
def list_(*, limit: Limit = LIMIT, as_json: AsJson = False) -> None:
    """List what came into suspense, the newest first."""
    from dataclasses import asdict

    from admin.showing import show
    from core.payments.place_suspense import suspended

    async def read(session: Any) -> list[dict[str, Any]]:
        return [asdict(money) for money in await suspended(session, limit=limit)]

    with opened_desk() as desk:
        columns = ("key", "at", "provider", "amount_minor", "placed")
        show({"suspense": desk.ask(read)}, as_json=as_json, columns={"suspense": columns})


@app.command("place")
def place(
    key: Annotated[str, typer.Argument(help="The key of its journal, as `suspense list` shows it.")],
    user: Annotated[str, typer.Argument(help="Whose money it is: the id, or eight characters of it.")],
    *,
    operator: Operator,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Credit money in suspense to the wallet of whose it is."""
    from dataclasses import asdict

    from admin.showing import show
    from core.clock import utc_now
    from core.identity.models import User
    from core.lookup import find_id
    from core.money import Money, to_decimal_string
    from core.payments.place_suspense import Suspended, SuspenseNotFound, place_suspense, suspended

    async def read(session: Any) -> tuple[Suspended, User]:
        found = await suspended(session, key=key, limit=1)
        if not found:
            raise SuspenseNotFound
        return found[0], await session.get_one(User, await find_id(session, User.id, user))

    with opened_desk() as desk:
        money, owner = desk.ask(read)
        written = f"{to_decimal_string(Money(money.amount_minor, money.currency))} {money.currency}"
        confirm(f"{written} of {money.provider} are to go to the wallet of {owner.name}. Go on?", yes=yes)

        async def credit(session: Any) -> Suspended:
            return await place_suspense(session, key=key, user_id=owner.id, operator=operator, now=utc_now())

        placed = desk.act(credit, operator=operator, action="suspense place", subject=f"{key} {owner.id}")
        show({"suspense": {**asdict(placed), "placed": True}}, as_json=as_json)
