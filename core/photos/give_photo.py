"""Give a photo: upload it, and show by it what was bought or paid."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from core.errors import Conflict, NotFound
from core.identity.actor import Actor
from core.identity.people import hold_person
from core.ids import PhotoId, new_id
from core.photos.models import Photo


class PhotoNotFound(NotFound):
    """There is no such photo, or it is between other people."""


class OtherPhoto(Conflict):
    """There is another photo of this id."""


@dataclass(frozen=True, slots=True)
class SentPhoto:
    """A photo that was sent in the chat, by the id that Telegram knows it by."""

    file_id: str


GivenPhoto = PhotoId | SentPhoto


async def upload_photo(
    session: AsyncSession, *, actor: Actor, photo_id: PhotoId, uploaded: bytes, jpeg: bytes, now: datetime
) -> None:
    """Keep a photo by an id that its sender made up; twice is the same as once.

    `jpeg` is what `as_jpeg` makes of what was `uploaded`.

    :raises PersonNotFound: if the actor was erased meanwhile.
    :raises OtherPhoto: if the id is that of something else.
    """
    await hold_person(session, actor.user_id)
    digest = hashlib.sha256(uploaded).hexdigest()
    row = insert(Photo).values(id=photo_id, user_id=actor.user_id, digest=digest, content=jpeg, created_at=now)
    if await session.scalar(row.on_conflict_do_nothing().returning(Photo.id)):
        return
    known = await session.get(Photo, photo_id)
    if known is None or (known.user_id, known.digest) != (actor.user_id, digest):
        raise OtherPhoto


async def use_photo(session: AsyncSession, *, actor: Actor, given: GivenPhoto | None, now: datetime) -> PhotoId | None:
    """Return the id of a photo of the actor's that shows something from now on; None of none.

    Whoever calls this holds already what it is to show something of.

    :raises PhotoNotFound: if it is not the actor's.
    """
    if given is None:
        return None
    if isinstance(given, SentPhoto):
        sent = Photo(id=new_id(), user_id=actor.user_id, telegram_file_id=given.file_id, is_used=True, created_at=now)
        session.add(sent)
        await session.flush()
        return sent.id
    own = (Photo.id == given) & (Photo.user_id == actor.user_id)
    used = update(Photo).where(own).values(is_used=True).returning(Photo.id)
    if await session.scalar(used) is None:
        raise PhotoNotFound
    return given
