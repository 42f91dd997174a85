"""`withdrawals`: requests to send money of a wallet outside, which an operator pays or rejects."""

from typing import Annotated, Any

import typer

from admin.operating import LIMIT, AsJson, Limit, Operator, Yes, chosen, confirm, opened_desk, reason_given

app = typer.Typer(help="Settle requests to withdraw.", no_args_is_help=True)
Withdrawal = Annotated[str, typer.Argument(help="Its id, or at least the first eight characters.")]


@app.command("list")
def list_withdrawals(
    *,
    status: Annotated[str | None, typer.Option(help="requested, paid or rejected.")] = None,
    limit: Limit = LIMIT,
    as_json: AsJson = False,
) -> None:
    """List requests to withdraw with whose they are, the newest first."""
    from admin.showing import fields, show
    from core.accounts.models import WithdrawalStatus
    from core.accounts.queries import find_withdrawals
    from core.identity.people import called

    wanted = chosen(status, WithdrawalStatus, "--status")

    async def read(session: Any) -> list[dict[str, Any]]:
        found = await find_withdrawals(session, status=wanted, limit=limit)
        return [{**fields(withdrawal), "user": called(owner, "en")} for withdrawal, owner in found]

    shown = ("id", "created_at", "user", "amount_minor", "destination", "status", "operator", "reason")
    with opened_desk() as desk:
        show({"withdrawals": desk.ask(read)}, as_json=as_json, columns={"withdrawals": shown})


@app.command("paid")
def paid(withdrawal: Withdrawal, *, operator: Operator, yes: Yes = False, as_json: AsJson = False) -> None:
    """Record that the money was sent; it leaves the book."""
    _settle(withdrawal, operator, rejected_for=None, yes=yes, as_json=as_json)


@app.command("reject")
def reject(
    withdrawal: Withdrawal,
    *,
    reason: Annotated[str, typer.Option(help="Why; the person reads it.")],
    operator: Operator,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Give the money back to the wallet, for a reason that its owner is told."""
    _settle(withdrawal, operator, rejected_for=reason_given(reason), yes=yes, as_json=as_json)


def _settle(written: str, operator: str, *, rejected_for: str | None, yes: bool, as_json: bool) -> None:
    from admin.showing import fields, show
    from core.accounts.models import Withdrawal as Request
    from core.accounts.queries import any_withdrawal
    from core.accounts.withdraw import settle_withdrawal
    from core.clock import utc_now
    from core.lookup import find_id
    from core.money import Money, to_decimal_string

    async def read(session: Any) -> Request:
        return await any_withdrawal(session, await find_id(session, Request.id, written))

    with opened_desk() as desk:
        request = desk.ask(read)
        amount = f"{to_decimal_string(Money(request.amount_minor, request.currency))} {request.currency}"
        to = "was sent to" if rejected_for is None else "goes back to the wallet and not to"
        confirm(f"{amount} {to} {request.destination!r}. Record that?", yes=yes)

        async def settle(session: Any) -> Request:
            return await settle_withdrawal(
                session, withdrawal_id=request.id, operator=operator, rejected_for=rejected_for, now=utc_now()
            )

        action = "withdrawals paid" if rejected_for is None else "withdrawals reject"
        settled = desk.act(settle, operator=operator, action=action, subject=request.id)
        show({"withdrawal": fields(settled)}, as_json=as_json)
