"""`migration`: draft the next migration from what the models have and the newest migration has not."""

import asyncio
import re
from pathlib import Path
from typing import Annotated

import typer


def migration(what: Annotated[str, typer.Argument(help="What it does, in a few words: 'colours of tasks'.")]) -> None:
    """Draft the next migration; read it, and write what no comparison sees, before you keep it."""
    from core.embedded_postgres import EmbeddedPostgres
    from core.migrate import FOLDER, migrate

    with EmbeddedPostgres.ephemeral() as server:
        asyncio.run(migrate(server.url))
        typer.echo(asyncio.run(draft(server.url, what, folder=FOLDER)))


async def draft(url: str, what: str, *, folder: Path) -> Path:
    """Write the migration that leads from the database at `url` to the models, and return its file."""
    from alembic import command
    from sqlalchemy import Connection
    from sqlalchemy.ext.asyncio import create_async_engine

    from core.db import asyncpg_url
    from core.migrate import alembic_config

    number = 1 + max(int(file.stem.partition("_")[0]) for file in (folder / "versions").glob("*.py"))
    revision = f"{number:04}_" + "_".join(re.findall(r"\w+", what.lower()))

    def write(connection: Connection) -> None:
        command.revision(alembic_config(connection, folder=folder), message=what, autogenerate=True, rev_id=revision)

    engine = create_async_engine(asyncpg_url(url))
    async with engine.connect() as connection:
        await connection.run_sync(write)
    await engine.dispose()
    return folder / "versions" / f"{revision}.py"
