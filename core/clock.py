"""The one place that asks what time it is; the domain takes `now` as an argument."""

import contextlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

_shifted_by = timedelta(0)
_bells: list[Callable[[], None]] = []


def utc_now() -> datetime:
    """Return the present moment, aware and in UTC, moved by what `shift` was given."""
    return datetime.now(UTC) + _shifted_by  # noqa: TID251 -- this is the clock itself


def shift(by: timedelta) -> None:
    """Move the product's clock so that it stands `by` away from the machine's (the sandbox's "advance clock")."""
    global _shifted_by  # noqa: PLW0603 -- one process has one clock
    _shifted_by = by
    for bell in _bells:
        bell()


@contextlib.contextmanager
def on_shift(bell: Callable[[], None]) -> Iterator[None]:
    """Call `bell` whenever the clock is moved within the block, for who waits for a time that may have come by that."""
    _bells.append(bell)
    try:
        yield
    finally:
        _bells.remove(bell)
