"""Whoever is signed in shows that it is they: by the password that counts now, or by a code that their chat shows."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.db import Database
from core.errors import Forbidden
from core.identity.confirm_password import WrongCurrentPassword, confirm_password
from core.identity.models import Password
from core.identity.sign_in_with_code import use_code
from core.ids import UserId


class CodeNeeded(Forbidden):
    """It takes a code that the chat shows now: there is no password, or this code is another's or counts no more."""


async def confirm_person(db: Database, *, known: Password | None, password: str | None, code: str | None) -> None:
    """Make sure that somebody knows their password, outside of any transaction; a `code` is left to `check_confirmed`.

    :raises CodeNeeded: if there is neither a password of theirs nor a code.
    :raises TooOften: if the password was tried too often.
    :raises WrongCurrentPassword: if there is no code, and the password is another.
    """
    if code is not None:
        return
    if known is None:
        raise CodeNeeded
    await confirm_password(db, known=known, given=password)


async def check_confirmed(
    session: AsyncSession, user_id: UserId, *, known: Password | None, code: str | None, now: datetime
) -> None:
    """Make sure in the transaction that it is for, which holds the person: a code is used up only if that commits.

    :raises CodeNeeded: if the code is not theirs, or not valid.
    :raises WrongCurrentPassword: if the password was changed since it was compared.
    """
    if code is not None:
        if await use_code(session, code=code, now=now) != user_id:
            raise CodeNeeded
        return
    assert known is not None
    unchanged = (Password.user_id == user_id) & (Password.hash == known.hash)
    if await session.scalar(select(Password.user_id).where(unchanged).with_for_update()) is None:
        raise WrongCurrentPassword
