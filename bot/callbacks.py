"""Recognise what a button says."""

from dataclasses import replace
from typing import Any

from aiogram.filters import Filter
from aiogram.types import CallbackQuery

from bot.turn import Turn
from core.notifications.message import Callback, NotACallback
from core.notifications.seal import NotSealed


class Tapped(Filter):
    """Let a tap through whose data says one of these actions, and hand its `Callback` to the handler as `tapped`.

    Where the actions move money, only a tap that is sealed for this person in this chat passes; the handler lets it
    count once by `turn.press`.
    """

    def __init__(self, *actions: str, ids: int = 0, moves_money: bool = False) -> None:
        self.actions = frozenset(actions)
        self.ids = ids
        self.moves_money = moves_money

    async def __call__(self, query: CallbackQuery, turn: Turn) -> bool | dict[str, Any]:
        """Return what the button says if it is for us; anybody can send any bytes, so wrong shapes pass by."""
        data, seal = query.data or "", None
        try:
            if self.moves_money:
                data, seal = turn.replies.open_seal(data)
            tapped = replace(Callback.unpack(data), seal=seal)
        except (NotACallback, NotSealed):
            return False
        if tapped.action not in self.actions or len(tapped.ids) != self.ids:
            return False
        return {"tapped": tapped}
