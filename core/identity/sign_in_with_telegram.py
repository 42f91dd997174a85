"""A person signs in, or registers, by what Telegram signed of them."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from core.errors import NotFound
from core.identity.meet import is_known, meet_person, wait_for_others
from core.identity.models import UsedProof
from core.identity.sessions import SignedIn, start_session
from core.identity.telegram_proof import Proof, ProofRefused
from core.secrets import Secrets


class ExtIdentityNotFound(NotFound):
    """Nobody is registered with this identity."""


async def sign_in_with_telegram(
    session: AsyncSession, *, proof: Proof, client: str, time_zone: str, secrets: Secrets, now: datetime
) -> SignedIn:
    """Sign in whom we have met in Telegram, and follow their profile.

    :raises ProofRefused: if somebody has signed in by this proof.
    :raises ExtIdentityNotFound: if we have not met them; nothing is registered, and the proof is not used up.
    """
    await use_proof(session, proof)
    if not await is_known(session, proof.person.telegram_id):
        raise ExtIdentityNotFound
    user, _ = await meet_person(session, person=proof.person, default_time_zone=time_zone, now=now)
    return await start_session(session, user_id=user.id, client=client, secrets=secrets, now=now)


async def register_with_telegram(
    session: AsyncSession,
    *,
    proof: Proof,
    language: str | None,
    client: str,
    time_zone: str,
    secrets: Secrets,
    now: datetime,
) -> tuple[SignedIn, bool]:
    """Sign in the one person behind a Telegram identity, and return whether they are new.

    `language` is what their client asks for; it counts where Telegram does not say.

    :raises ProofRefused: if somebody has signed in by this proof.
    """
    await use_proof(session, proof)
    person = proof.person
    await wait_for_others(session, person.telegram_id)
    is_new = not await is_known(session, person.telegram_id)
    if is_new and person.language_code is None:
        person = replace(person, language_code=language)
    user, _ = await meet_person(session, person=person, default_time_zone=time_zone, now=now)
    await session.flush()
    return await start_session(session, user_id=user.id, client=client, secrets=secrets, now=now), is_new


async def use_proof(session: AsyncSession, proof: Proof) -> None:
    """Let a proof count once.

    :raises ProofRefused: if it has counted.
    """
    row = insert(UsedProof).values(fingerprint=proof.fingerprint, expires_at=proof.expires_at)
    used = await session.scalars(row.on_conflict_do_nothing().returning(UsedProof.fingerprint))
    if used.one_or_none() is None:
        raise ProofRefused
