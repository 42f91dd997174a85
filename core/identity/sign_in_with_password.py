"""A person signs in by the name and password that they chose."""

from datetime import datetime

from sqlalchemy import select

from core.db import Database
from core.errors import Unrecognized
from core.identity.guesses import count_guess
from core.identity.models import Password
from core.identity.passwords import WrongLoginName, hash_password, is_outdated, is_password, name_key
from core.identity.people import hold_being
from core.identity.sessions import SignedIn, start_session
from core.secrets import Secrets


class WrongNameOrPassword(Unrecognized):
    """There is nobody of this name, or this is not their password: both look and last the same."""


async def sign_in_with_password(
    db: Database, *, name: str, password: str, client: str, secrets: Secrets, now: datetime
) -> SignedIn:
    """Sign a person in; the password is compared between two transactions, so that no connection waits for it.

    :raises TooOften: if this name was tried too often.
    :raises WrongNameOrPassword: if it is so, or the password was changed meanwhile.
    """
    try:
        key = name_key(name)
    except WrongLoginName:
        raise WrongNameOrPassword from None
    await count_guess(db, name_key=key)
    async with db.transaction() as session:
        known = await session.scalar(select(Password).where(Password.name_key == key))
    hashed = None if known is None else known.hash
    if not await is_password(password, hashed) or known is None:
        raise WrongNameOrPassword
    renewed = await hash_password(password) if is_outdated(known.hash) else known.hash
    async with db.transaction() as session:
        await hold_being(session, known.user_id)
        unchanged = (Password.name_key == key) & (Password.hash == known.hash)
        kept = await session.scalar(select(Password).where(unchanged).with_for_update())
        if kept is None:
            raise WrongNameOrPassword
        kept.hash = renewed
        return await start_session(session, user_id=kept.user_id, client=client, secrets=secrets, now=now)
