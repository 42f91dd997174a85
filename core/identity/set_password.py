"""A person who is signed in chooses a password, or another one."""

from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from core.db import Database
from core.errors import Invalid
from core.identity.confirm_person import check_confirmed, confirm_person
from core.identity.events import PasswordSet
from core.identity.models import Password
from core.identity.passwords import check_login_name, check_password, hash_password, name_key
from core.identity.people import hold_person
from core.identity.register_with_password import NameTaken, keep_password
from core.identity.sign_out_everywhere import sign_out_everywhere
from core.identity.whose_token import Caller
from core.ids import UserId
from core.outbox.emit import emit


class NameNeeded(Invalid):
    """The first password needs a name to sign in by."""


async def set_password(
    db: Database,
    *,
    caller: Caller,
    name: str | None,
    password: str,
    current_password: str | None,
    code: str | None,
    now: datetime,
) -> None:
    """Let the caller sign in by this password, and by another `name` if it is given; they are told so in their chat.

    A session may be stolen: what lets somebody in for ever takes the current password, or a `code` from the chat. A
    change ends whatever else the caller is signed in by: who asks for it may fear that somebody else is signed in.

    :raises SignInFirst: if a personal token asks.
    :raises WrongLoginName, WrongPasswordLength: if it is no name or no password.
    :raises NameNeeded: if there is no password yet, and no name.
    :raises CodeNeeded: if there is no password yet, and no code; or if the code is not theirs, or not valid.
    :raises TooOften: if the current password was tried too often.
    :raises WrongCurrentPassword: if there is a password and no code, and `current_password` is another.
    :raises NameTaken: if the name is somebody else's.
    """
    session_id = caller.own_session()
    user_id = caller.actor.user_id
    kept_name = None if name is None else check_login_name(name)
    check_password(password)
    async with db.transaction() as session:
        known = await session.get(Password, user_id)
    if known is None and kept_name is None:
        raise NameNeeded
    await confirm_person(db, known=known, password=current_password, code=code)
    hashed = await hash_password(password)
    async with db.transaction() as session:
        await hold_person(session, user_id)
        await check_confirmed(session, user_id, known=known, code=code, now=now)
        if known is None:
            assert kept_name is not None
            await keep_password(session, user_id=user_id, name=kept_name, hashed=hashed, now=now)
        else:
            await _change(session, user_id, hashed=hashed, name=kept_name, now=now)
            await sign_out_everywhere(session, user_id=user_id, but=session_id)
        emit(session, PasswordSet(user_id=user_id))


async def _change(session: AsyncSession, user_id: UserId, *, hashed: bytes, name: str | None, now: datetime) -> None:
    row = await session.get_one(Password, user_id, populate_existing=True)
    row.hash, row.changed_at = hashed, now
    if name is not None:
        row.name, row.name_key = name, name_key(name)
    try:
        await session.flush()
    except IntegrityError:
        raise NameTaken(name=name) from None
