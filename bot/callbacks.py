"""Recognise what a button says."""

from typing import Any

from aiogram.filters import Filter
from aiogram.types import CallbackQuery

from core.notifications.message import Callback, NotACallback


class Tapped(Filter):
    """Let a tap through whose data says one of these actions, and hand its `Callback` to the handler as `tapped`."""

    def __init__(self, *actions: str, ids: int = 0) -> None:
        self.actions = frozenset(actions)
        self.ids = ids

    async def __call__(self, query: CallbackQuery) -> bool | dict[str, Any]:
        """Return what the button says if it is for us; anybody can send any bytes, so wrong shapes pass by."""
        try:
            tapped = Callback.unpack(query.data or "")
        except NotACallback:
            return False
        if tapped.action not in self.actions or len(tapped.ids) != self.ids:
            return False
        return {"tapped": tapped}
