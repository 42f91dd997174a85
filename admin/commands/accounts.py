"""`accounts`: what people have with us, and how it came to that."""

from typing import Annotated, Any

import typer

from admin.operating import LIMIT, AsJson, Limit, opened_desk

app = typer.Typer(help="Look into people's wallets.", no_args_is_help=True)
User = Annotated[str, typer.Argument(help="The person's id, or at least its first eight characters.")]
WITHDRAWALS_SHOWN = 20


@app.command("list")
def list_accounts(
    *,
    user: Annotated[str | None, typer.Option(help="Those of one person.")] = None,
    currency: Annotated[str | None, typer.Option(help="Those in one currency.")] = None,
    limit: Limit = LIMIT,
    as_json: AsJson = False,
) -> None:
    """List wallets with whose they are and what is in them, the fullest first."""
    from admin.showing import show
    from core.accounts.queries import find_wallets
    from core.identity.models import User as Person
    from core.identity.people import called
    from core.lookup import find_id

    async def read(session: Any) -> list[dict[str, Any]]:
        user_id = None if user is None else await find_id(session, Person.id, user)
        code = None if currency is None else currency.upper()
        found = await find_wallets(session, user_id=user_id, currency=code, limit=limit)
        return [
            {"user_id": owner.id, "user": called(owner, "en"), "balance_minor": money.minor, "currency": money.currency}
            for owner, money in found
        ]

    with opened_desk() as desk:
        show({"accounts": desk.ask(read)}, as_json=as_json)


@app.command("show")
def show_account(user: User, *, as_json: AsJson = False) -> None:
    """Show a person's wallets, what is held of them, and the latest withdrawals."""
    from admin.showing import fields, show
    from core.accounts.queries import find_wallets, find_withdrawals, held_of
    from core.identity.models import User as Person
    from core.lookup import find_id

    async def read(session: Any) -> dict[str, Any]:
        person = await session.get_one(Person, await find_id(session, Person.id, user))
        wallets = await find_wallets(session, user_id=person.id, limit=LIMIT)
        withdrawals = await find_withdrawals(session, user_id=person.id, limit=WITHDRAWALS_SHOWN)
        return {
            "user": fields(person),
            "accounts": [{"balance_minor": money.minor, "currency": money.currency} for _, money in wallets],
            "holds": [fields(hold, "user_id") for hold in await held_of(session, person.id)],
            "withdrawals": [fields(withdrawal, "user_id") for withdrawal, _ in withdrawals],
        }

    with opened_desk() as desk:
        show(desk.ask(read), as_json=as_json)


@app.command("statement")
def statement(
    user: User,
    currency: Annotated[str, typer.Argument(help="Of which wallet: RUB, EUR ...")],
    *,
    limit: Limit = LIMIT,
    before: Annotated[int | None, typer.Option(min=1, help="Begin below this version.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show the movements of a wallet with its running balance, the newest first."""
    from admin.showing import show
    from core.accounts.statement import statement as statement_of
    from core.identity.models import User as Person
    from core.lookup import find_id
    from core.money import exponent

    async def read(session: Any) -> list[dict[str, Any]]:
        user_id, code = await find_id(session, Person.id, user), currency.upper()
        exponent(code)  # a slip of the pen is told, where an empty statement would look like an answer
        lines = await statement_of(session, user_id=user_id, currency=code, limit=limit, before=before)
        return [
            {
                "version": line.version,
                "at": line.at,
                "kind": line.kind,
                "change_minor": line.change_minor,
                "balance_minor": line.balance_minor,
                "currency": code,
                "journal_key": line.journal_key,
                "meta": line.meta,
            }
            for line in lines
        ]

    shown = ("version", "at", "kind", "change_minor", "balance_minor", "journal_key")
    with opened_desk() as desk:
        show({"statement": desk.ask(read)}, as_json=as_json, columns={"statement": shown})
