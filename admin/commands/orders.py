"""`orders`: requests to pay from wallets, how far they have come, and an end for those that got stuck."""

from datetime import timedelta
from typing import Annotated, Any

import typer

from admin.operating import LIMIT, AsJson, Limit, Operator, Yes, chosen, confirm, opened_desk, reason_given

app = typer.Typer(help="Look into orders, and cancel them.", no_args_is_help=True)
Order = Annotated[str, typer.Argument(help="Its id, or at least the first eight characters.")]


@app.command("list")
def list_orders(
    *,
    status: Annotated[str | None, typer.Option(help="new, finished or cancelled.")] = None,
    user: Annotated[str | None, typer.Option(help="Those of one person.")] = None,
    older_than: Annotated[int | None, typer.Option(min=0, help="Placed so many minutes ago or earlier.")] = None,
    limit: Limit = LIMIT,
    as_json: AsJson = False,
) -> None:
    """List orders with whose they are, the newest first."""
    from admin.showing import fields, show
    from core.clock import utc_now
    from core.identity.models import User
    from core.identity.people import called
    from core.lookup import find_id
    from core.orders.models import OrderStatus
    from core.orders.queries import find_orders

    wanted = chosen(status, OrderStatus, "--status")
    before = None if older_than is None else utc_now() - timedelta(minutes=older_than)

    async def read(session: Any) -> list[dict[str, Any]]:
        user_id = None if user is None else await find_id(session, User.id, user)
        found = await find_orders(session, status=wanted, user_id=user_id, placed_before=before, limit=limit)
        return [{**fields(order), "user": called(owner, "en")} for order, owner in found]

    shown = ("id", "created_at", "user", "amount_minor", "description", "status", "reason")
    with opened_desk() as desk:
        show({"orders": desk.ask(read)}, as_json=as_json, columns={"orders": shown})


@app.command("show")
def show_order(order: Order, *, as_json: AsJson = False) -> None:
    """Show an order with what is held for it, the attempt that it carries out, and its journals."""
    from dataclasses import asdict

    from admin.showing import fields, show
    from core.accounts.queries import hold_of_order
    from core.ledger.transfers import transfers_of
    from core.lookup import find_id
    from core.orders.models import Order as Placed
    from core.payments.models import Attempt

    async def read(session: Any) -> dict[str, Any]:
        placed = await session.get_one(Placed, await find_id(session, Placed.id, order))
        hold = await hold_of_order(session, placed.id)
        attempt = None if placed.attempt_id is None else await session.get_one(Attempt, placed.attempt_id)
        keys = [f"order:{placed.id}:{step}" for step in ("pay", "resolve")]
        keys += [] if attempt is None else [f"settle:{attempt.id}"]
        return {
            "order": fields(placed),
            "hold": None if hold is None else fields(hold),
            "attempt": None if attempt is None else fields(attempt),
            "journals": [asdict(line) for line in await transfers_of(session, keys)],
        }

    with opened_desk() as desk:
        show(desk.ask(read), as_json=as_json, columns={"journals": JOURNAL_COLUMNS})


@app.command("cancel")
def cancel(
    order: Order,
    *,
    reason: Annotated[str, typer.Option(help="Why; it is kept with the order.")],
    operator: Operator,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Cancel an order that has not ended; what is held for it goes back to its wallet."""
    from admin.showing import fields, show
    from core.clock import utc_now
    from core.lookup import find_id
    from core.money import Money, to_decimal_string
    from core.orders.cancel_by_operator import cancel_by_operator
    from core.orders.models import Order as Placed

    why = reason_given(reason)

    async def read(session: Any) -> Placed:
        found: Placed = await session.get_one(Placed, await find_id(session, Placed.id, order))
        return found

    with opened_desk() as desk:
        placed = desk.ask(read)
        amount = f"{to_decimal_string(Money(placed.amount_minor, placed.currency))} {placed.currency}"
        confirm(f"The order of {amount} ({placed.status}) is to be cancelled. Go on?", yes=yes)

        async def end(session: Any) -> Placed:
            return await cancel_by_operator(session, operator=operator, order_id=placed.id, reason=why, now=utc_now())

        ended = desk.act(end, operator=operator, action="orders cancel", subject=placed.id)
        show({"order": fields(ended)}, as_json=as_json)


JOURNAL_COLUMNS = ("event_at", "journal_key", "kind", "debit", "credit", "amount_minor")
