"""What the operators' commands share: the database, the way a refusal is told, who acts, and the second step."""

import asyncio
import contextlib
import errno
import getpass
import os
import sys
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, TypeVar

import typer

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from core.db import Database
    from core.errors import DomainError

Result = TypeVar("Result")
Choice = TypeVar("Choice", bound=StrEnum)
LIMIT = 50
OPERATOR_LENGTH_MAX = 100


def login_name() -> str:
    """Return who is logged in, as far as the machine knows."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return f"uid {os.getuid()}"  # an account that is written down nowhere, as in many containers


def _named(operator: str) -> str:
    name = " ".join(operator.split())
    if not 0 < len(name) <= OPERATOR_LENGTH_MAX:
        raise typer.BadParameter("say who you are")
    return name


AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Limit = Annotated[int, typer.Option("--limit", min=1, max=10_000, help="Show no more than so many.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask whether to go on.")]
Operator = Annotated[
    str,
    typer.Option(
        "--operator",
        default_factory=login_name,
        show_default="the login name",
        callback=_named,
        help="Who does this; it is recorded.",
    ),
]


class Desk:
    """Where an operator works: the open database of the settings."""

    def __init__(self, url: str) -> None:
        self._url = url

    def run(self, work: "Callable[[Database], Awaitable[Result]]") -> Result:
        """Carry out what needs several transactions."""

        async def carry_out() -> Result:
            from core.db import Database

            database = Database.connect(self._url)
            try:
                return await work(database)
            finally:
                await database.close()

        return asyncio.run(carry_out())

    def ask(self, work: "Callable[[AsyncSession], Awaitable[Result]]") -> Result:
        """Carry out what needs one transaction."""

        async def carry_out(database: "Database") -> Result:
            async with database.transaction() as session:
                return await work(session)

        return self.run(carry_out)

    def act(
        self, work: "Callable[[AsyncSession], Awaitable[Result]]", *, operator: str, action: str, subject: object
    ) -> Result:
        """Carry out what changes something, and write down in the same transaction who did it."""
        from core.clock import utc_now
        from core.operators.record_action import record_action

        async def carry_out(session: "AsyncSession") -> Result:
            record_action(session, operator=operator, action=action, subject=str(subject), now=utc_now())
            return await work(session)

        return self.ask(carry_out)


@contextlib.contextmanager
def opened_desk() -> Iterator[Desk]:
    """Open the database, and tell a refusal as `refusals_told` does."""
    with refusals_told():
        from admin.database import opened_database

        with opened_database() as url:
            yield Desk(url)


@contextlib.contextmanager
def refusals_told() -> Iterator[None]:
    """Turn what a rule or the machine refuses into a sentence on stderr and exit code 1; logs go to stderr too."""
    from core.config import LoggingSettings, WrongSettings, check_settings
    from core.embedded_postgres import EmbeddedPostgresFailed
    from core.errors import DomainError
    from core.logs import set_up_logs
    from core.migrate import DatabaseIsNewer
    from core.secrets import SecretsUnreadable
    from core.telemetry.trail import entering

    try:
        check_settings()
        set_up_logs(LoggingSettings(), beside_output=True)
        with entering("command", command=" ".join(sys.argv[1:3])):
            yield
    except DomainError as refusal:
        refuse(_in_words(refusal))
    except (WrongSettings, EmbeddedPostgresFailed, DatabaseIsNewer, SecretsUnreadable) as failure:
        refuse(str(failure))
    except OSError as failure:
        if failure.errno == errno.EPIPE:
            raise  # whoever read the output has seen enough, and click ends in silence
        refuse(str(failure))


def refuse(sentence: str) -> NoReturn:
    """End with exit code 1 and a sentence on stderr."""
    typer.echo(sentence, err=True)
    raise typer.Exit(1) from None


def confirm(question: str, *, yes: bool) -> None:
    """Go on only if the operator says so, or has said so by `--yes`; else end with exit code 1."""
    if yes:
        return
    # On stderr and by hand: `input` would write to stdout, on which a JSON document may stand alone.
    typer.echo(f"{question} [y/N]: ", err=True, nl=False)
    if sys.stdin.readline().strip().lower() not in {"y", "yes"}:
        refuse("Nothing was changed.")


def chosen(written: str | None, kinds: type[Choice], option: str) -> Choice | None:
    """Return which of the kinds is meant, if any is.

    :raises typer.BadParameter: if it is none of them.
    """
    if written is None:
        return None
    try:
        return kinds(written)
    except ValueError:
        raise typer.BadParameter(f"{written} is none of {', '.join(kinds)}", param_hint=option) from None


def moment(written: str | None, option: str) -> datetime | None:
    """Return the moment that is meant by a date or a date with a time, in UTC unless it says otherwise.

    :raises typer.BadParameter: if it is none.
    """
    if written is None:
        return None
    try:
        found = datetime.fromisoformat(written)
    except ValueError:
        raise typer.BadParameter(f"{written} is no date such as 2026-06-01", param_hint=option) from None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def reason_given(reason: str) -> str:
    """Return a reason without what is around it.

    :raises typer.BadParameter: if nothing is left.
    """
    cleaned = " ".join(reason.split())
    if not cleaned:
        raise typer.BadParameter("a reason is more than nothing", param_hint="--reason")
    return cleaned


def _in_words(refusal: "DomainError") -> str:
    from core.money import Money, to_decimal_string
    from core.texts import say_plain

    params: dict[str, Any] = dict(refusal.params)
    for name in [name for name in params if name.endswith("_minor")]:
        money = Money(params[name], params["currency"])
        params[name.removesuffix("_minor")] = f"{to_decimal_string(money)} {money.currency}"
    return say_plain("en", refusal.text, **params)
