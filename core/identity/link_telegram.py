"""A person who signs in by a password adds their Telegram, or takes it away."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.db import Database
from core.errors import Conflict, NotFound
from core.identity.confirm_password import confirm_password
from core.identity.events import TelegramUnlinked
from core.identity.leave_chat import leave_all_chats
from core.identity.meet import follow_new_identity, wait_for_others
from core.identity.models import Identity, Password, Provider
from core.identity.people import hold_person
from core.identity.sign_in_with_telegram import use_proof
from core.identity.sign_out_everywhere import sign_out_everywhere
from core.identity.telegram_proof import Proof
from core.identity.whose_token import Caller
from core.ids import UserId
from core.outbox.emit import emit


class IdentityTaken(Conflict):
    """Somebody else is known by this identity."""


class OtherTelegramLinked(Conflict):
    """The person is known by another Telegram account already, and there is one for each."""


class IdentityNotFound(NotFound):
    """The person is not known by an identity of this kind."""


class LastWayIn(Conflict):
    """Without it the person could not sign in any more."""


async def link_telegram(db: Database, *, caller: Caller, proof: Proof, password: str | None, now: datetime) -> Identity:
    """Let the caller be known by a Telegram account too; what is theirs already stays so.

    Somebody who is known by a password shows that they know it: a session may be stolen.

    :raises SignInFirst: if a personal token asks.
    :raises TooOften: if the password was tried too often.
    :raises WrongCurrentPassword: if there is one, and this is another.
    :raises ProofRefused: if the proof was used, unless the account is theirs.
    :raises IdentityTaken: if the account is somebody else's.
    :raises OtherTelegramLinked: if they have another one.
    """
    caller.own_session()
    user_id = caller.actor.user_id
    async with db.transaction() as session:
        known = await session.get(Password, user_id)
    if known is not None:
        await confirm_password(db, known=known, given=password)
    async with db.transaction() as session:
        return await _link(session, user_id, proof, now=now)


async def _link(session: AsyncSession, user_id: UserId, proof: Proof, *, now: datetime) -> Identity:
    await wait_for_others(session, proof.person.telegram_id)
    user = await hold_person(session, user_id)
    known = await session.get(Identity, (Provider.TELEGRAM, str(proof.person.telegram_id)))
    if known is not None and known.user_id == user.id:
        return known
    await use_proof(session, proof)
    if known is not None:
        raise IdentityTaken
    if await _telegram_of(session, user.id) is not None:
        raise OtherTelegramLinked
    return await follow_new_identity(session, user, proof.person, now=now)


async def unlink_telegram(db: Database, *, caller: Caller, password: str) -> None:
    """Forget the caller's Telegram account; who writes from it is somebody new from then on.

    In its chats they are seen no more. It takes the password, by which they sign in from now on, and ends whatever
    else they are signed in by. The account is told so.

    :raises SignInFirst: if a personal token asks.
    :raises IdentityNotFound: if there is none.
    :raises LastWayIn: if they have no password.
    :raises TooOften: if the password was tried too often.
    :raises WrongCurrentPassword: if it is another.
    """
    session_id, user_id = caller.own_session(), caller.actor.user_id
    async with db.transaction() as session:
        known = await session.get(Password, user_id)
        if await _telegram_of(session, user_id) is None:
            raise IdentityNotFound
    if known is None:
        raise LastWayIn
    await confirm_password(db, known=known, given=password)
    async with db.transaction() as session:
        await hold_person(session, user_id)
        identity = await _telegram_of(session, user_id)
        if identity is None:
            raise IdentityNotFound
        await session.delete(identity)
        await leave_all_chats(session, user_id=user_id)
        await sign_out_everywhere(session, user_id=user_id, but=session_id)
        emit(session, TelegramUnlinked(user_id=user_id, telegram_id=int(identity.subject)))


async def _telegram_of(session: AsyncSession, user_id: UserId) -> Identity | None:
    own = (Identity.user_id == user_id) & (Identity.provider == Provider.TELEGRAM)
    found: Identity | None = await session.scalar(select(Identity).where(own))
    return found
