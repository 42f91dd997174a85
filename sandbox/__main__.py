"""`python -m sandbox`: the outside world as a process of its own, for bot, workers and webhooks beside it."""

import asyncio
import contextlib
import signal
from pathlib import Path
from typing import Annotated

import typer

from sandbox.bank.app import create_app as create_bank
from sandbox.bank.client import Bank
from sandbox.bank.shops import SHOPS
from sandbox.serving import Serving
from sandbox.settings import all_settings
from sandbox.telegram.app import create_app as create_telegram


def main(
    host: Annotated[str, typer.Option(help="Where it listens.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Of the Telegram and its chat page; 0: any free one.")] = 8765,
    bank_port: Annotated[int, typer.Option(help="Of the bank; 0: any free one.")] = 8766,
    notices_to: Annotated[str, typer.Option(help="Where the product's webhooks listen.")] = "http://127.0.0.1:8767",
    bank_page_url: Annotated[str | None, typer.Option(help="Where browsers find the bank, if elsewhere.")] = None,
    networks: Annotated[str, typer.Option(help="Whose notices the product is to believe.")] = "127.0.0.0/8,::1/128",
    data: Annotated[Path, typer.Option(help="The folder in which it remembers.")] = Path("data"),
    group_messages_per_minute: Annotated[int | None, typer.Option(help="Instead of what Telegram allows.")] = None,
) -> None:
    """Serve until Ctrl-C or SIGTERM, and print the settings by which the product finds it.

    Its clock is its own: advancing it moves the Telegram, not the product, which is another process.
    """
    telegram = create_telegram(data_path=data / "sandbox", group_per_minute=group_messages_per_minute)
    bank = create_bank(data_path=data / "bank", public_url=bank_page_url)
    asyncio.run(_serve(Serving(telegram, host, port), Serving(bank, host, bank_port), notices_to, networks))


async def _serve(telegram: Serving, bank: Serving, notices_to: str, networks: str) -> None:
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    async with contextlib.AsyncExitStack() as stack:
        for serving in (telegram, bank):
            await serving.start()
            stack.push_async_callback(serving.stop)
        async with Bank.connect(bank.url) as client:
            for shop in SHOPS:
                await client.send_notices_to(shop.name, f"{notices_to}/webhooks/payments/{shop.name}")
        for name, value in all_settings(telegram.url, bank.url, networks=networks).items():
            typer.echo(f"{name}={value}")
        typer.echo(f"# The chat page is at {telegram.url}/ and the bank at {bank.url}/")
        await stopping.wait()


if __name__ == "__main__":
    typer.run(main)
