"""Unfinished conversations, kept in the transaction of the update that moves them on."""

from collections.abc import Mapping
from contextvars import ContextVar
from datetime import timedelta
from typing import Any

from aiogram.fsm.state import State
from aiogram.fsm.storage.base import BaseStorage, StateType, StorageKey
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import utc_now
from core.dialogs.models import Dialog

FORGET_AFTER = timedelta(days=1)

# aiogram hands its storage no context of its own; this is the session of the update being handled.
session_of_update: ContextVar[AsyncSession] = ContextVar("session_of_update")


class DialogStorage(BaseStorage):
    """aiogram's conversation states as rows, so that a restart in the middle of a dialog loses nothing."""

    async def set_state(self, key: StorageKey, state: StateType = None) -> None:
        """Remember where the conversation stands; None ends it."""
        dialog = await self._dialog(key, make=state is not None)
        if dialog is not None:
            dialog.state = state.state if isinstance(state, State) else state

    async def get_state(self, key: StorageKey) -> str | None:
        """Return where the conversation stands, or None if it ended or was left alone for a day."""
        dialog = await self._dialog(key, make=False)
        return None if dialog is None else dialog.state

    async def set_data(self, key: StorageKey, data: Mapping[str, Any]) -> None:
        """Remember what was said so far."""
        dialog = await self._dialog(key, make=bool(data))
        if dialog is not None:
            dialog.data = dict(data)

    async def get_data(self, key: StorageKey) -> dict[str, Any]:
        """Return what was said so far."""
        dialog = await self._dialog(key, make=False)
        return {} if dialog is None else dict(dialog.data)

    async def close(self) -> None:
        """Leave the rows where they are."""

    async def _dialog(self, key: StorageKey, *, make: bool) -> Dialog | None:
        session, name = session_of_update.get(), f"{key.bot_id}:{key.chat_id}:{key.user_id}"
        dialog, now = await session.get(Dialog, name), utc_now()
        if dialog is None:
            if not make:
                return None
            dialog = Dialog(key=name, state=None, data={}, updated_at=now)
            session.add(dialog)
        elif dialog.updated_at < now - FORGET_AFTER:
            dialog.state, dialog.data = None, {}
        if make:
            dialog.updated_at = now
        return dialog
