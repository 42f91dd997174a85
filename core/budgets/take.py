"""Take a request out of the budget of whoever asks."""

from datetime import timedelta

from core.budgets.gcra import reserving, waiting
from core.budgets.models import Budget
from core.db import Alone, Database

_TABLE = str(Budget.__table__)
_TAKE = Alone(reserving(_TABLE, "name"), names=("name", "interval", "tolerance"))
_WAIT = Alone(waiting(_TABLE, "name"), names=("name", "tolerance"))


async def take(db: Database, *, name: str, per_minute: int, burst: int) -> timedelta:
    """Take one request out of the budget of `name`, and return zero, or how long until it has one again.

    A budget is `burst` at once, and then `per_minute` a minute. It is a transaction of its own, so that what is refused
    later counts too, and nobody waits for somebody's long transaction.
    """
    interval = timedelta(minutes=1) // per_minute
    asked = {"name": name, "tolerance": interval * (burst - 1)}
    if await db.run_alone(_TAKE, {**asked, "interval": interval}):
        return timedelta(0)
    wait = await db.run_alone(_WAIT, asked)
    return wait if isinstance(wait, timedelta) else timedelta(0)
