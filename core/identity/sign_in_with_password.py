"""A person signs in by the name and password that they chose."""

from datetime import datetime

from sqlalchemy import select

from core.budgets.limit import limit
from core.db import Database
from core.errors import Unrecognized
from core.identity.models import Password
from core.identity.passwords import fingerprint, hash_password, is_outdated, is_password, name_key
from core.identity.sessions import SignedIn, start_session
from core.secrets import Secrets

# At this pace a guesser needs years for what is in no list of bad passwords; a person who mistypes does not notice.
TRIES_PER_MINUTE, TRIES_AT_ONCE = 2, 10


class WrongNameOrPassword(Unrecognized):
    """There is nobody of this name, or this is not their password: both look and last the same."""


async def sign_in_with_password(
    db: Database, *, name: str, password: str, client: str, secrets: Secrets, now: datetime
) -> SignedIn:
    """Sign a person in; the password is compared between two transactions, so that no connection waits for it.

    :raises TooOften: if this name was tried too often, whoever did and whether it exists.
    :raises WrongNameOrPassword: if it is so, or the password was changed meanwhile.
    """
    # As a hash, because a budget knows nothing of who is erased.
    tried = f"password:{fingerprint(name_key(name)).hex()}"
    await limit(db, name=tried, per_minute=TRIES_PER_MINUTE, burst=TRIES_AT_ONCE)
    async with db.transaction() as session:
        known = await session.scalar(select(Password).where(Password.name_key == name_key(name)))
    hashed = None if known is None else known.hash
    if not await is_password(password, hashed) or hashed is None:
        raise WrongNameOrPassword
    renewed = await hash_password(password) if is_outdated(hashed) else hashed
    async with db.transaction() as session:
        unchanged = (Password.name_key == name_key(name)) & (Password.hash == hashed)
        kept = await session.scalar(select(Password).where(unchanged).with_for_update())
        if kept is None:
            raise WrongNameOrPassword
        kept.hash = renewed
        return await start_session(session, user_id=kept.user_id, client=client, secrets=secrets, now=now)
