"""Keep a photo that somebody gives, until it is shown to be a receipt or a proof of something."""

import hashlib
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from core.errors import Conflict, NotFound
from core.identity.actor import Actor
from core.ids import PhotoId, new_id
from core.photos.models import Photo


class PhotoNotFound(NotFound):
    """There is no such photo, or it is between other people."""


class OtherPhoto(Conflict):
    """There is another photo of this id."""


async def keep_sent_photo(session: AsyncSession, *, actor: Actor, file_id: str, now: datetime) -> PhotoId:
    """Keep a photo that the actor sent in the chat, and return by which id; Telegram has what it shows."""
    photo = Photo(id=PhotoId(new_id()), user_id=actor.user_id, telegram_file_id=file_id, created_at=now)
    session.add(photo)
    await session.flush()
    return photo.id


async def keep_uploaded_photo(
    session: AsyncSession, *, actor: Actor, photo_id: PhotoId, uploaded: bytes, jpeg: bytes, now: datetime
) -> None:
    """Keep a photo by an id that its sender made up; twice is the same as once.

    `jpeg` is what `as_jpeg` makes of what was `uploaded`.

    :raises OtherPhoto: if the id is that of something else.
    """
    digest = hashlib.sha256(uploaded).hexdigest()
    row = insert(Photo).values(id=photo_id, user_id=actor.user_id, digest=digest, content=jpeg, created_at=now)
    if await session.scalar(row.on_conflict_do_nothing().returning(Photo.id)):
        return
    known = await session.get(Photo, photo_id)
    if known is None or (known.user_id, known.digest) != (actor.user_id, digest):
        raise OtherPhoto


async def own_photo(session: AsyncSession, *, actor: Actor, photo_id: PhotoId | None) -> PhotoId | None:
    """Return the id of a photo of the actor's that is about to be shown as something; None of none.

    It is held, so that it is not swept away meanwhile.

    :raises PhotoNotFound: if it is not the actor's.
    """
    if photo_id is None:
        return None
    held = select(Photo.id).where(Photo.id == photo_id, Photo.user_id == actor.user_id)
    found = await session.scalar(held.with_for_update(read=True, key_share=True))
    if found is None:
        raise PhotoNotFound
    return found
