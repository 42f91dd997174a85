"""`cards`: the living messages of purchases."""

from typing import Annotated, Any

import typer

from admin.operating import LIMIT, AsJson, Limit, Operator, Yes, confirm, opened_desk

app = typer.Typer(help="Look at the cards of purchases, and let them be shown anew.", no_args_is_help=True)
COLUMNS = ("purchase_id", "title", "chat", "shown_version", "wanted_version", "stale_since", "not_before")


@app.command("list")
def list_(
    *,
    stale: Annotated[bool, typer.Option("--stale", help="Those that show less than they should.")] = False,
    limit: Limit = LIMIT,
    as_json: AsJson = False,
) -> None:
    """List cards with what they show, the newest purchase first."""
    from dataclasses import asdict

    from admin.showing import show
    from core.notifications.listings import find_cards

    async def read(session: Any) -> list[dict[str, Any]]:
        return [asdict(card) for card in await find_cards(session, is_stale=stale, limit=limit)]

    with opened_desk() as desk:
        show({"cards": desk.ask(read)}, as_json=as_json, columns={"cards": COLUMNS})


@app.command("redraw")
def redraw(
    purchase: Annotated[str, typer.Argument(help="The purchase: its id, or eight characters of it.")],
    *,
    operator: Operator,
    yes: Yes = False,
) -> None:
    """Let a card be shown anew, in a new message if the old one is gone from the chat."""
    from core.lookup import find_id
    from core.notifications.listings import redraw_card
    from core.purchases.models import Purchase

    async def read(session: Any) -> Purchase:
        found: Purchase = await session.get_one(Purchase, await find_id(session, Purchase.id, purchase))
        return found

    with opened_desk() as desk:
        bought = desk.ask(read)
        confirm(f"The card of «{bought.title}» ({bought.id}) is to be shown anew. Go on?", yes=yes)

        async def show_anew(session: Any) -> None:
            await redraw_card(session, purchase_id=bought.id)

        desk.act(show_anew, operator=operator, action="cards redraw", subject=bought.id)
        typer.echo("The running product shows it as soon as its chat may be written to.", err=True)
