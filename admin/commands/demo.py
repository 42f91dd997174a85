"""`demo`: a story of four people, played through the real bot over HTTP."""

import asyncio
import json
import tempfile
import time
from pathlib import Path
from typing import Annotated, Any

import typer


def demo(*, as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead.")] = False) -> None:
    """Play the story of a barbecue on a throwaway database; exit 0 only if everything came out right."""
    from core.config import LoggingSettings
    from core.embedded_postgres import EmbeddedPostgres
    from core.logs import set_up_logs
    from core.migrate import migrate

    began = time.monotonic()
    set_up_logs(LoggingSettings(log_level="ERROR"))
    with EmbeddedPostgres.ephemeral() as server, tempfile.TemporaryDirectory(prefix="syncbuy-demo-") as folder:
        asyncio.run(migrate(server.url))
        result = asyncio.run(_play(server.url, Path(folder), quiet=as_json))
    result["seconds"] = round(time.monotonic() - began, 1)
    if as_json:
        typer.echo(json.dumps(result, ensure_ascii=False))
    else:
        _print_result(result)
    raise typer.Exit(0 if result["ok"] else 1)


async def _play(url: str, folder: Path, *, quiet: bool) -> dict[str, Any]:
    from rich.console import Console

    from admin.product import running_product
    from admin.story import play
    from admin.watching import watch
    from sandbox.bank.client import Bank
    from sandbox.telegram.person import World

    console = Console(quiet=quiet, highlight=False, soft_wrap=True)
    # Telegram would let the bot write to the group 20 times a minute; the story is told faster than that.
    lively = running_product(url, data_dir=folder, any_port=True, group_messages_per_minute=3000)
    async with lively as product:
        assert product.page_url is not None, "the demo needs the sandbox: unset BOT_TOKEN"
        assert product.bank_url is not None
        async with World.connect(product.page_url) as world, Bank.connect(product.bank_url) as bank:
            watching = asyncio.create_task(watch(product.page_url, console))
            failure = None
            try:
                await play(world, bank, lambda scene: console.rule(f"[bold]{scene}"))
            except AssertionError as wrong:
                failure = str(wrong)
            messages = sum(call["method"].startswith("send") for call in await world.calls())
            books = {shop: await bank.book(shop) for shop in ("standard", "yookassa")}
            watching.cancel()
        outcome = await _outcome(product.db)
        ours = await _books(product.db, books)
        same = ours == books
        return {**outcome, "ok": outcome["ok"] and same, "messages": messages, "failure": failure, "books": ours,
                "books_equal_the_banks": same}  # fmt: skip


async def _books(db: Any, books: dict[str, Any]) -> dict[str, Any]:
    """Return what the ledger says of each shop, in the words of the bank's own book; the counts are the bank's."""
    from core.ledger.balances import provider_totals

    ours: dict[str, Any] = {}
    async with db.transaction() as session:
        for shop, theirs in books.items():
            ours[shop] = {
                currency: {
                    "paid": totals.paid,
                    "refunded": totals.refunded,
                    "fees": totals.fees,
                    "count": theirs.get(currency, {}).get("count", 0),
                }
                for currency, totals in (await provider_totals(session, shop)).items()
            }
    return ours


async def _outcome(db: Any) -> dict[str, Any]:
    from sqlalchemy import select

    from core.ledger.audit import audit
    from core.purchases.models import Purchase
    from core.settlement.models import OPEN, Strategy
    from core.settlement.preview_distribution import distribution_of
    from core.settlement.queries import intents_of

    async with db.transaction() as session:
        purchase = (await session.scalars(select(Purchase))).one()
        distribution = await distribution_of(session, purchase)
        intents_open = sum(intent.status in OPEN for intent in await intents_of(session, purchase))
        violations = [f"{found.invariant}: {found.key} ({found.detail})" for found in await audit(session)]
        balances = await _balances(session, purchase)
        return {
            "ok": purchase.status == "closed" and not intents_open and not violations and not any(balances.values()),
            "purchase": {"title": purchase.title, "status": purchase.status, "total_minor": distribution.total_minor,
                         "currency": purchase.currency},
            "intents_open": intents_open,
            "transfers_accruals": len(distribution.transfers(Strategy.ACCRUALS)),
            "transfers_minimal": len(distribution.transfers(Strategy.MINIMAL)),
            "balances": balances,
            "audit": violations,
        }  # fmt: skip


async def _balances(session: Any, purchase: Any) -> dict[str, int]:
    """Return what each person is still owed less what they owe, in minor units, as the book says."""
    from sqlalchemy import select

    from core.identity.people import names_of
    from core.ledger.models import Account

    accounts = list(await session.scalars(select(Account).where(Account.purchase_id == purchase.id)))
    people = await names_of(session, [account.owner_id for account in accounts], "ru")
    result = dict.fromkeys(people.values(), 0)
    for account in accounts:
        sign = 1 if account.kind == "debt_receivable" else -1
        result[people[account.owner_id]] += sign * account.balance
    return result


def _print_result(result: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False)
    table = Table(title="How it came out", show_header=False)
    for name, value in result.items():
        shown = value if isinstance(value, str | int | float | None) else json.dumps(value, ensure_ascii=False)
        table.add_row(name, str(shown))
    console.print(table)
