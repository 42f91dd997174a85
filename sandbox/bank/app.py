"""The bank as one web application: the API, the payment page, the overview, and what tests need."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

from fastapi import FastAPI

from sandbox.bank.api import Api
from sandbox.bank.control import control
from sandbox.bank.notices import RETRY_SECONDS, Notices
from sandbox.bank.pages import pages
from sandbox.bank.refusal import Impossible, Refusal, refused
from sandbox.bank.shops import SHOPS, Shop
from sandbox.bank.state import State
from sandbox.bank.transitions import Transitions

TICK_SECONDS = 0.25


def create_app(
    *,
    data_path: Path | None = None,
    shops: Sequence[Shop] = SHOPS,
    public_url: str | None = None,
    clock: Callable[[], float] = time.time,
    retry_seconds: Sequence[float] = RETRY_SECONDS,
    lifetime_seconds: float = 3600,
    fee_basis_points: int = 350,
    seed: int = 0,
) -> FastAPI:
    """Return the application; with a folder `data_path` it goes on after a restart where it stopped.

    `public_url` is where payers reach the payment page, if that is not where the shops reach the API. `clock` tells
    the time in seconds since 1970. A notice that is not taken is repeated after `retry_seconds`, and after the last of
    them again and again, for a day. A payment waits `lifetime_seconds` for its payer; of a payment the bank keeps
    `fee_basis_points` hundredths of a percent. `seed` decides what faults with a `chance` do.
    """
    state = State(
        data_path,
        shops,
        clock=clock,
        fee_basis_points=fee_basis_points,
        lifetime_seconds=lifetime_seconds,
        seed=seed,
    )
    notices = Notices(state, retry_seconds)
    transitions = Transitions(state, notices)
    api = Api(state, transitions, public_url)

    async def expire_what_is_overdue() -> None:
        while True:
            transitions.expire_overdue()
            await asyncio.sleep(TICK_SECONDS)

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        notices.resume()
        ticking = asyncio.create_task(expire_what_is_overdue())
        yield
        ticking.cancel()
        await notices.close()
        state.storage.close()

    app = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.before_stop = api.closing.set
    app.include_router(api.router())
    app.include_router(control(state, transitions, notices))
    app.include_router(pages(state, transitions))
    app.add_exception_handler(Refusal, refused)
    app.add_exception_handler(Impossible, refused)
    return app
