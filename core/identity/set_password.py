"""A person who is signed in chooses a password, or another one."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from core.db import Database
from core.errors import Forbidden, Invalid
from core.identity.guesses import count_guess
from core.identity.models import Password
from core.identity.passwords import check_login_name, check_password, hash_password, is_password, name_key
from core.identity.people import hold_person
from core.identity.register_with_password import NameTaken, keep_password
from core.identity.sessions import end_sessions
from core.identity.whose_token import Caller
from core.ids import UserId


class NameNeeded(Invalid):
    """The first password needs a name to sign in by."""


class WrongCurrentPassword(Forbidden):
    """Who changes a password or a name knows the password that counts now."""


async def set_password(
    db: Database, *, caller: Caller, name: str | None, password: str, current_password: str | None, now: datetime
) -> None:
    """Let the caller sign in by this password, and by another `name` if it is given.

    A change ends all sessions but the caller's: who asks for it may fear that somebody else is signed in.

    :raises SignInFirst: if a personal token asks.
    :raises WrongLoginName, WrongPasswordLength: if it is no name or no password.
    :raises NameNeeded: if there is no password yet, and no name.
    :raises TooOften: if the current password was tried too often.
    :raises WrongCurrentPassword: if there is a password, and `current_password` is another.
    :raises NameTaken: if the name is somebody else's.
    """
    session_id = caller.own_session()
    user_id = caller.actor.user_id
    kept_name = None if name is None else check_login_name(name)
    check_password(password)
    async with db.transaction() as session:
        known = await session.get(Password, user_id)
    if known is not None:
        await count_guess(db, name_key=known.name_key)
        if not await is_password(current_password or "", known.hash):
            raise WrongCurrentPassword
    if known is None and kept_name is None:
        raise NameNeeded
    hashed = await hash_password(password)
    async with db.transaction() as session:
        await hold_person(session, user_id)
        if known is None:
            assert kept_name is not None
            await keep_password(session, user_id=user_id, name=kept_name, hashed=hashed, now=now)
            return
        await _change(session, user_id, before=known.hash, hashed=hashed, name=kept_name, now=now)
        await end_sessions(session, user_id=user_id, but=session_id)


async def _change(
    session: AsyncSession, user_id: UserId, *, before: bytes, hashed: bytes, name: str | None, now: datetime
) -> None:
    unchanged = (Password.user_id == user_id) & (Password.hash == before)
    row = await session.scalar(select(Password).where(unchanged).with_for_update())
    if row is None:
        raise WrongCurrentPassword  # it was changed while this was compared
    row.hash, row.changed_at = hashed, now
    if name is not None:
        row.name, row.name_key = name, name_key(name)
    try:
        await session.flush()
    except IntegrityError:
        raise NameTaken(name=name) from None
