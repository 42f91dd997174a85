"""Read what is known of a photo that somebody may see."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.ids import PhotoId
from core.photos.models import Photo


async def read_photo(session: AsyncSession, photo_id: PhotoId | None) -> str | bytes | None:
    """Return a photo as Telegram takes it: the id that it knows it by, or a JPEG; None if there is none."""
    found = select(Photo.telegram_file_id, Photo.content).where(Photo.id == photo_id)
    row = (await session.execute(found)).first()
    return None if row is None else row.telegram_file_id or row.content
