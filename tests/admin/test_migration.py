"""A migration is drafted from what the models have and the database has not."""

import shutil
from pathlib import Path

from sqlalchemy import text

from admin.commands.migration import draft
from core.db import Database
from core.migrate import FOLDER, newest_revision


class TestADraft:
    async def test_adds_what_is_missing_after_the_newest_migration(
        self, db: Database, database_url: str, tmp_path: Path
    ) -> None:
        folder = shutil.copytree(FOLDER, tmp_path / "100% alembic")
        async with db.transaction() as session:
            await session.execute(text("ALTER TABLE messaging.inbox DROP COLUMN handled_at"))

        file = await draft(database_url, "When it was handled", folder=folder)

        written = file.read_text()
        assert file.name == f"{int(newest_revision()[:4]) + 1:04}_when_it_was_handled.py"
        assert written.startswith('"""When it was handled."""')
        assert f"down_revision = '{newest_revision()}'" in written
        assert "op.add_column('inbox', sa.Column('handled_at'" in written
        assert "alembic_version" not in written
