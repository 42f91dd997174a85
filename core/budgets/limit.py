"""Refuse whoever asks more often than they may."""

from datetime import timedelta

from core.budgets.take import take
from core.db import Database
from core.errors import TooOften

_SECOND = timedelta(seconds=1)


async def limit(db: Database, *, name: str, per_minute: int, burst: int) -> None:
    """Take one request out of the budget of `name`: `burst` at once, and then `per_minute` a minute.

    :raises TooOften: if nothing is left of it.
    """
    wait = await take(db, name=name, per_minute=per_minute, burst=burst)
    if wait:
        raise TooOften(seconds=wait // _SECOND + 1)
