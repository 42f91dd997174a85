"""Makers for tests of signing in."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from core.db import Database
from core.identity.actor import Actor
from core.identity.register_with_password import register_with_password
from core.identity.sessions import SignedIn
from core.identity.sign_in_with_telegram import register_with_telegram
from core.identity.telegram_proof import Proof
from core.identity.whose_token import Caller, whose_token
from core.secrets import Secrets
from tests.builders import NOW

PASSWORD = "correct horse"


async def registered(
    db: Database,
    secrets: Secrets,
    name: str = "Анна",
    password: str = PASSWORD,
    client: str = "Firefox",
    at: datetime = NOW,
) -> SignedIn:
    """Return a new person who has no Telegram, signed in."""
    return await register_with_password(
        db,
        name=name,
        password=password,
        language="ru",
        time_zone="Europe/Moscow",
        client=client,
        secrets=secrets,
        now=at,
    )


async def from_telegram(session: AsyncSession, secrets: Secrets, proof: Proof) -> tuple[SignedIn, bool]:
    """Return whom Telegram vouches for, signed in, and whether they are new."""
    return await register_with_telegram(
        session, proof=proof, language="en", client="Mini App", time_zone="Europe/Moscow", secrets=secrets, now=NOW
    )


async def caller_of(db: Database, secrets: Secrets, signed_in: SignedIn) -> Caller:
    """Return who asks by the access token of a session."""
    caller = await whose_token(db, token=signed_in.access_token, secrets=secrets, now=NOW)
    assert caller is not None
    return caller


def actor_of(signed_in: SignedIn) -> Actor:
    """Return who is signed in."""
    user = signed_in.user
    return Actor(user.id, user.name, user.language, user.time_zone)
