"""Who is known in chat signs in elsewhere: by a code that the chat shows and a person types."""

import secrets as random
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from core.db import Database
from core.errors import Unrecognized
from core.identity.actor import Actor
from core.identity.models import SignInCode
from core.identity.passwords import fingerprint
from core.identity.people import hold_being
from core.identity.sessions import SignedIn, start_session
from core.ids import UserId
from core.secrets import Secrets

LIVES = timedelta(minutes=10)
# Of 28 letters: 57 bits. Only addresses are limited: a hundred thousand of them, each trying as often as it may for all
# of the ten minutes, find one of a thousand codes that count with a chance of one in ten million.
LENGTH = 12
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

    :raises CodeRefused: if it is none.
    """
    async with db.transaction() as session:
        user_id = await use_code(session, code=code, now=now)
        if user_id is None:
            raise CodeRefused
        return await start_session(session, user_id=user_id, client=client, secrets=secrets, now=now)


async def use_code(session: AsyncSession, *, code: str, now: datetime) -> UserId | None:
    """Return to whom the chat showed a code, which counts no more from then on; None if it is none."""
    typed = "".join(char for char in code[:64].upper() if char.isalnum()).translate(LOOKALIKES)
    valid = (SignInCode.hash == fingerprint(typed)) & (SignInCode.expires_at > now)
    user_id = await session.scalar(select(SignInCode.user_id).where(valid))
    if user_id is None:
        return None
    await hold_being(session, user_id)
    used = await session.scalars(delete(SignInCode).where(valid).returning(SignInCode.user_id))
    return used.one_or_none()
