"""`run`: everything in one process."""

import asyncio
import signal
import time

import typer


def run() -> None:
    """Start SyncBuy: on a Telegram of your own with a chat page, or with BOT_TOKEN on the real one."""
    from admin.database import opened_database
    from core.config import LoggingSettings, TelemetrySettings, WrongSettings, check_settings
    from core.embedded_postgres import EmbeddedPostgresFailed
    from core.logs import set_up_logs
    from core.migrate import DatabaseIsNewer
    from core.telemetry.tracing import traced

    began = time.monotonic()
    try:
        check_settings()
        set_up_logs(LoggingSettings())
        with opened_database() as url, traced(TelemetrySettings(), process="run"):
            asyncio.run(_serve(url, began))
    except (WrongSettings, EmbeddedPostgresFailed, DatabaseIsNewer, OSError) as failure:
        typer.echo(f"SyncBuy did not start. {failure}", err=True)
        raise typer.Exit(1) from None


async def _serve(url: str, began: float) -> None:
    from admin.product import running_product

    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
    async with running_product(url) as product:
        seconds = f"{time.monotonic() - began:.1f} s"
        if product.page_url:
            typer.echo(f"SyncBuy is ready after {seconds}. Open {product.page_url}/ in a browser. Ctrl-C stops it.")
            typer.echo(f"Its HTTP API is described at {product.api_url}/docs.")
        else:
            typer.echo(f"SyncBuy is ready after {seconds} and talks to Telegram. Ctrl-C stops it.")
        await stopping.wait()
        typer.echo("Stopping ...")
