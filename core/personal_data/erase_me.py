"""Somebody who is signed in has themselves forgotten."""

from datetime import datetime

from core.db import Database
from core.identity.confirm_person import check_confirmed, confirm_person
from core.identity.models import Password
from core.identity.whose_token import Caller
from core.personal_data.erase_person import erase_held, hold_all_of


async def erase_me(db: Database, *, caller: Caller, password: str | None, code: str | None, now: datetime) -> None:
    """Forget the caller, who shows by their password or by a `code` from the chat that it is they: see `erase_person`.

    A session may be stolen, and this cannot be taken back. What else they are signed in by ends with it.

    :raises SignInFirst: if a personal token asks.
    :raises CodeNeeded: if there is neither a password nor a code; or if the code is not theirs, or not valid.
    :raises TooOften: if the password was tried too often.
    :raises WrongCurrentPassword: if there is a password and no code, and `password` is another.
    :raises StillInTheWay: if money or shares of theirs are open; a code still counts then.
    """
    caller.own_session()
    user_id = caller.actor.user_id
    async with db.transaction() as session:
        known = await session.get(Password, user_id)
    await confirm_person(db, known=known, password=password, code=code)
    async with db.transaction() as session:
        user, took_part = await hold_all_of(session, user_id)
        if user.erased_at is not None:
            return  # they asked twice at once
        await check_confirmed(session, user_id, known=known, code=code, now=now)
        await erase_held(session, user, took_part, now=now)
