"""`refunds`: money on its way back to who paid it, begun by people or by an operator."""

from enum import StrEnum
from typing import Annotated, Any

import typer

from admin.operating import LIMIT, AsJson, Limit, Operator, Yes, chosen, confirm, opened_desk


class Outcome(StrEnum):
    """How a refund ended at the provider."""

    GIVEN_BACK = "given-back"
    NOT_GIVEN_BACK = "not-given-back"


app = typer.Typer(help="Look into refunds, and begin them.", no_args_is_help=True)
Refund = Annotated[str, typer.Argument(help="Its id, or at least the first eight characters.")]


@app.command("list")
def list_refunds(
    *,
    status: Annotated[str | None, typer.Option(help="requested, pending, succeeded or canceled.")] = None,
    limit: Limit = LIMIT,
    as_json: AsJson = False,
) -> None:
    """List refunds, the newest first."""
    from admin.showing import fields, show
    from core.payments.listings import find_refunds
    from core.payments.models import RefundStatus

    wanted = chosen(status, RefundStatus, "--status")

    async def read(session: Any) -> list[dict[str, Any]]:
        found = await find_refunds(session, status=wanted, limit=limit)
        return [{**fields(refund), "rail": attempt.rail, "provider": attempt.provider} for refund, attempt in found]

    shown = ("id", "created_at", "attempt_id", "amount_minor", "rail", "provider", "status", "reason", "operator")
    with opened_desk() as desk:
        show({"refunds": desk.ask(read)}, as_json=as_json, columns={"refunds": shown})


@app.command("show")
def show_refund(refund: Refund, *, as_json: AsJson = False) -> None:
    """Show a refund with the attempt whose money it gives back, and its journals."""
    from dataclasses import asdict

    from admin.commands.orders import JOURNAL_COLUMNS
    from admin.showing import fields, show
    from core.ledger.transfers import transfers_of
    from core.lookup import find_id
    from core.payments.models import Attempt
    from core.payments.models import Refund as Given

    async def read(session: Any) -> dict[str, Any]:
        given = await session.get_one(Given, await find_id(session, Given.id, refund))
        keys = [f"refund:{given.id}:{step}" for step in ("post", "reserve", "resolve")]
        return {
            "refund": fields(given),
            "attempt": fields(await session.get_one(Attempt, given.attempt_id)),
            "journals": [asdict(line) for line in await transfers_of(session, keys)],
        }

    with opened_desk() as desk:
        show(desk.ask(read), as_json=as_json, columns={"journals": JOURNAL_COLUMNS})


@app.command("create")
def create(
    attempt: Annotated[str, typer.Argument(help="Whose money goes back: the attempt's id, or eight characters of it.")],
    *,
    amount: Annotated[str | None, typer.Option(help="12.50; without it, all that did not go back yet.")] = None,
    operator: Operator,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Begin to give money of an attempt back, by the rail it came by; it is taken from whom it was paid to."""
    from admin.showing import fields, show
    from core.clock import utc_now
    from core.lookup import find_id
    from core.money import Money, parse_decimal, to_decimal_string
    from core.payments.models import Attempt
    from core.payments.models import Refund as Given
    from core.payments.refund_attempt import refund_by_operator

    async def read(session: Any) -> Attempt:
        found: Attempt = await session.get_one(Attempt, await find_id(session, Attempt.id, attempt))
        return found

    with opened_desk() as desk:
        paid = desk.ask(read)
        minor = None if amount is None else parse_decimal(amount, paid.currency)
        wanted = paid.amount_minor - paid.refunded_minor if minor is None else minor
        written = f"{to_decimal_string(Money(wanted, paid.currency))} {paid.currency}"
        confirm(f"{written} of {paid.id} ({paid.rail}, {paid.status}) are to go back. Go on?", yes=yes)

        async def begin(session: Any) -> Given:
            # The amount that was confirmed, even if meanwhile another one would be "all".
            return await refund_by_operator(
                session, operator=operator, attempt_id=paid.id, amount_minor=wanted, now=utc_now()
            )

        begun = desk.act(begin, operator=operator, action="refunds create", subject=paid.id)
        show({"refund": fields(begun)}, as_json=as_json)


@app.command("ask")
def ask(refund: Refund, *, operator: Operator, yes: Yes = False, as_json: AsJson = False) -> None:
    """Let the provider be asked now how a refund stands; the running product does that."""
    from admin.showing import fields, show
    from core.clock import utc_now
    from core.lookup import find_id
    from core.payments.ask_now import ask_refund_now
    from core.payments.models import Refund as Given

    async def read(session: Any) -> Given:
        found: Given = await session.get_one(Given, await find_id(session, Given.id, refund))
        return found

    with opened_desk() as desk:
        given = desk.ask(read)
        confirm(f"The provider is to be asked now about the refund {given.id} ({given.status}). Go on?", yes=yes)

        async def make_due(session: Any) -> Given:
            return await ask_refund_now(session, refund_id=given.id, now=utc_now())

        asked = desk.act(make_due, operator=operator, action="refunds ask", subject=given.id)
        show({"refund": fields(asked)}, as_json=as_json)


@app.command("settle")
def settle(
    refund: Refund,
    outcome: Annotated[Outcome, typer.Argument(help="How it ended at the provider.")],
    *,
    operator: Operator,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """End a refund as you saw it at the provider, where asking again might give the money back twice."""
    from admin.showing import fields, show
    from core.clock import utc_now
    from core.lookup import find_id
    from core.payments.models import Refund as Given
    from core.payments.settle_refund_by_operator import settle_refund_by_operator

    async def read(session: Any) -> Given:
        found: Given = await session.get_one(Given, await find_id(session, Given.id, refund))
        return found

    with opened_desk() as desk:
        given = desk.ask(read)
        confirm(f"The refund {given.id} ({given.status}) is to end as {outcome.value}. Go on?", yes=yes)

        async def end(session: Any) -> Given:
            given_back = outcome == Outcome.GIVEN_BACK
            return await settle_refund_by_operator(session, refund_id=given.id, given_back=given_back, now=utc_now())

        ended = desk.act(end, operator=operator, action=f"refunds settle {outcome.value}", subject=given.id)
        show({"refund": fields(ended)}, as_json=as_json)
