"""Find the id of a row as an operator writes it: all of it, or its beginning where only one row begins so."""

import re
from typing import TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from core.errors import Invalid, NotFound

_BEGINNING = re.compile(r"[0-9a-f]{8,32}")
_DIGITS = 32
Identity = TypeVar("Identity", bound=UUID)


class NotAnId(Invalid):
    """An id is 32 hexadecimal digits, or at least the first eight of them."""


class NoSuchId(NotFound):
    """No row of this kind has an id that begins so."""


class AmbiguousId(Invalid):
    """Several rows have an id that begins so."""


async def find_id(session: AsyncSession, column: InstrumentedAttribute[Identity], written: str) -> Identity:
    """Return the one id of a column that is, or begins, as it is written.

    :raises NotAnId, NoSuchId, AmbiguousId: if it is no id, nobody's, or the beginning of several.
    """
    digits = written.strip().lower().replace("-", "")
    if not _BEGINNING.fullmatch(digits):
        raise NotAnId(written=written[:40])
    # Between two whole ids, so that the index finds it.
    first, last = UUID(hex=digits.ljust(_DIGITS, "0")), UUID(hex=digits.ljust(_DIGITS, "f"))
    found = (await session.scalars(select(column).distinct().where(column >= first, column <= last).limit(2))).all()
    if not found:
        raise NoSuchId(written=written)
    if len(found) > 1:
        raise AmbiguousId(written=written)
    return found[0]
