"""A person who signs in by a password adds their Telegram, or takes it away."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.errors import Conflict, NotFound
from core.identity.actor import Actor
from core.identity.meet import follow_new_identity, wait_for_others
from core.identity.models import Identity, Password, Provider, SignInCode, User
from core.identity.people import hold_person
from core.identity.sign_in_with_telegram import use_proof
from core.identity.telegram_proof import Proof


class IdentityTaken(Conflict):
    """Somebody else is known by this identity."""


class OtherTelegramLinked(Conflict):
    """The person is known by another Telegram account already, and there is one for each."""


class IdentityNotFound(NotFound):
    """The person is not known by an identity of this kind."""


class LastWayIn(Conflict):
    """Without it the person could not sign in any more."""


async def link_telegram(session: AsyncSession, *, actor: Actor, proof: Proof, now: datetime) -> Identity:
    """Let the actor be known by a Telegram account too; what is theirs already stays so.

    :raises ProofRefused: if the proof was used.
    :raises IdentityTaken: if the account is somebody else's.
    :raises OtherTelegramLinked: if they have another one.
    """
    await use_proof(session, proof)
    await wait_for_others(session, proof.person.telegram_id)
    user = await hold_person(session, actor.user_id)
    known = await session.get(Identity, (Provider.TELEGRAM, str(proof.person.telegram_id)))
    if known is not None and known.user_id != user.id:
        raise IdentityTaken
    if known is not None:
        return known
    if await _telegram_of(session, user) is not None:
        raise OtherTelegramLinked
    return await follow_new_identity(session, user, proof.person, now=now)


async def unlink_telegram(session: AsyncSession, *, actor: Actor) -> None:
    """Forget the actor's Telegram account; who writes from it is somebody new from then on.

    :raises IdentityNotFound: if there is none.
    :raises LastWayIn: if they have no password.
    """
    user = await hold_person(session, actor.user_id)
    identity = await _telegram_of(session, user)
    if identity is None:
        raise IdentityNotFound
    if await session.get(Password, user.id) is None:
        raise LastWayIn
    await session.delete(identity)
    await session.execute(delete(SignInCode).where(SignInCode.user_id == user.id))


async def _telegram_of(session: AsyncSession, user: User) -> Identity | None:
    own = (Identity.user_id == user.id) & (Identity.provider == Provider.TELEGRAM)
    found: Identity | None = await session.scalar(select(Identity).where(own))
    return found
