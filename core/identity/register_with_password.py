"""A person registers by a name and a password, without Telegram."""

from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from core.db import Database
from core.errors import Conflict
from core.identity.events import PersonMet
from core.identity.models import Password, User
from core.identity.passwords import check_login_name, check_password, hash_password, name_key
from core.identity.sessions import SignedIn, start_session
from core.ids import UserId
from core.outbox.emit import emit
from core.secrets import Secrets
from core.texts import choose_language


class NameTaken(Conflict):
    """Somebody signs in by this name, or by one that looks the same."""


async def register_with_password(
    db: Database,
    *,
    name: str,
    password: str,
    language: str | None,
    time_zone: str,
    client: str,
    secrets: Secrets,
    now: datetime,
) -> SignedIn:
    """Register a person, who is called by the name that they sign in by, and sign them in.

    `language` is what their client asks for. A hundred who want one name at once make one user.

    :raises WrongLoginName, WrongPasswordLength: if it is no name or no password.
    :raises NameTaken: if the name is somebody's.
    """
    kept = check_login_name(name)
    check_password(password)
    hashed = await hash_password(password)
    async with db.transaction() as session:
        user = User(name=kept, language=choose_language(language), time_zone=time_zone, created_at=now)
        session.add(user)
        await session.flush()
        await keep_password(session, user_id=user.id, name=kept, hashed=hashed, now=now)
        emit(session, PersonMet(user_id=user.id))
        return await start_session(session, user_id=user.id, client=client, secrets=secrets, now=now)


async def keep_password(session: AsyncSession, *, user_id: UserId, name: str, hashed: bytes, now: datetime) -> None:
    """Let a person who had no password sign in by this one.

    :raises NameTaken: if the name is somebody's.
    """
    row = insert(Password).values(user_id=user_id, name=name, name_key=name_key(name), hash=hashed, changed_at=now)
    kept = await session.scalars(row.on_conflict_do_nothing().returning(Password.user_id))
    if kept.one_or_none() is None:
        raise NameTaken(name=name)
