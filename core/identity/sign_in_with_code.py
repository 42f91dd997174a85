"""Who is known in chat signs in elsewhere: by a code that the chat shows and a person types."""

import secrets as random
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from core.budgets.limit import limit
from core.db import Database
from core.errors import Unrecognized
from core.identity.actor import Actor
from core.identity.models import SignInCode
from core.identity.passwords import fingerprint
from core.identity.sessions import SignedIn, start_session
from core.secrets import Secrets

LIVES = timedelta(minutes=10)
LENGTH = 8  # of 28 letters: 38 bits
# Of everybody together: in ten minutes they find a code with a chance of one in 50 million for each that counts then.
TRIES_PER_MINUTE = 600
ALPHABET = "ABCDEFGHJKMNPQRSTUVWXY234679"  # none of them looks like another
LOOKALIKES = str.maketrans("АВСЕНКМРТХУ", "ABCEHKMPTXY")  # whoever forgets to switch the keyboard types these


class CodeRefused(Unrecognized):
    """This is no code, or one that was used or is too old: all look the same."""


async def issue_sign_in_code(session: AsyncSession, *, actor: Actor, now: datetime) -> str:
    """Return a new code by which the actor can sign in once; the one before it counts no more."""
    code = "".join(random.choice(ALPHABET) for _ in range(LENGTH))
    values = {"hash": fingerprint(code), "expires_at": now + LIVES}
    row = insert(SignInCode).values(user_id=actor.user_id, **values)
    await session.execute(row.on_conflict_do_update(index_elements=["user_id"], set_=values))
    return code


async def sign_in_with_code(db: Database, *, code: str, client: str, secrets: Secrets, now: datetime) -> SignedIn:
    """Sign in the person to whom the chat showed a code; it is understood in any case, with spaces and dashes.

    :raises TooOften: if codes were tried too often, by whomever.
    :raises CodeRefused: if it is none.
    """
    await limit(db, name="sign-in-code", per_minute=TRIES_PER_MINUTE, burst=TRIES_PER_MINUTE)
    typed = "".join(char for char in code[:64].upper() if char.isalnum()).translate(LOOKALIKES)
    valid = (SignInCode.hash == fingerprint(typed)) & (SignInCode.expires_at > now)
    async with db.transaction() as session:
        used = await session.scalars(delete(SignInCode).where(valid).returning(SignInCode.user_id))
        user_id = used.one_or_none()
        if user_id is None:
            raise CodeRefused
        return await start_session(session, user_id=user_id, client=client, secrets=secrets, now=now)
