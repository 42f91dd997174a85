"""The ground that tests stand on keeps its promises."""

import socket

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.db import Database
from core.inbox.models import InboxRow


class TestASocket:
    @pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1"])  # addresses for documentation: nobody has them
    def test_never_leaves_the_machine(self, host: str) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family) as probe, pytest.raises(RuntimeError, match="not on this machine"):
            probe.connect((host, 80))

    def test_asks_nobody_for_an_address(self) -> None:
        with pytest.raises(RuntimeError, match="not on this machine"):
            socket.getaddrinfo("telegram.example", 443)


class TestASession:
    @pytest.mark.parametrize("again", [1, 2])
    async def test_leaves_no_row_behind(self, session: AsyncSession, again: int) -> None:
        session.add(InboxRow(source="test", message_id="one"))
        await session.commit()

        assert await session.scalar(select(func.count()).select_from(InboxRow)) == 1, again

    async def test_rolls_back_only_what_was_not_committed(self, session: AsyncSession) -> None:
        session.add(InboxRow(source="test", message_id="kept"))
        await session.commit()
        session.add(InboxRow(source="test", message_id="dropped"))
        await session.flush()
        await session.rollback()

        assert list(await session.scalars(select(InboxRow.message_id))) == ["kept"]


class TestADatabase:
    @pytest.mark.parametrize("again", [1, 2])
    async def test_is_new_for_each_test(self, db: Database, again: int) -> None:
        async with db.transaction() as session:
            session.add(InboxRow(source="test", message_id="one"))

        async with db.transaction() as session:
            assert await session.scalar(select(func.count()).select_from(InboxRow)) == 1, again
