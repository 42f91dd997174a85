"""What the bank knows: payments, refunds, notices, the keys of requests that came, and the time."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from sandbox.bank.faults import Faults
from sandbox.bank.shops import Shop
from sandbox.storage import Storage, Thing

KINDS = ("payment", "refund", "notice", "key")


class State:
    """Everything there is; each change is stored at once."""

    def __init__(
        self,
        path: Path | None,
        shops: Sequence[Shop],
        *,
        clock: Callable[[], float] = time.time,
        fee_basis_points: int,
        lifetime_seconds: float,
        seed: int,
    ) -> None:
        self.storage = Storage(None if path is None else path / "bank.sqlite")
        self.shops = {shop.name: shop for shop in shops}
        self.notice_urls = {shop.name: shop.notice_url for shop in shops}
        self.fee_basis_points = fee_basis_points
        self.lifetime_seconds = lifetime_seconds
        self.faults = Faults(self.now, seed)
        self._clock = clock
        self._load()

    def _load(self) -> None:
        self.meta: Thing = next(iter(self.storage.load("meta")), {"clock_offset": 0.0, "number": 0})
        self.payments, self.refunds, self.notices, self.keys = (
            {thing["id"]: thing for thing in sorted(self.storage.load(kind), key=lambda thing: thing["number"])}
            for kind in KINDS
        )

    def reset(self) -> None:
        """Forget everything but the numbers and the time."""
        meta = self.meta
        self.storage.clear()
        self.storage.save("meta", "meta", meta)
        self.faults.clear()
        self._load()

    def now(self) -> float:
        """Return the bank's own time, in seconds since 1970."""
        offset: float = self.meta["clock_offset"]
        return self._clock() + offset

    def advance(self, seconds: float) -> None:
        """Move the bank's clock on."""
        self.meta["clock_offset"] += seconds
        self.storage.save("meta", "meta", self.meta)

    def add(self, kind: str, thing: Thing) -> Thing:
        """Keep something new, with the next number and the time."""
        self.meta["number"] += 1
        self.storage.save("meta", "meta", self.meta)
        thing |= {"number": self.meta["number"], "created": self.now()}
        self._of(kind)[thing["id"]] = thing
        self.save(kind, thing)
        return thing

    def save(self, kind: str, thing: Thing) -> None:
        """Store a change."""
        if self._of(kind).get(thing["id"]) is thing:  # what was forgotten meanwhile stays so
            self.storage.save(kind, thing["id"], thing)

    def _of(self, kind: str) -> dict[str, Thing]:
        return {"payment": self.payments, "refund": self.refunds, "notice": self.notices, "key": self.keys}[kind]
