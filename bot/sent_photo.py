"""The photo that somebody sends."""

from aiogram.types import Message

from core.photos.give_photo import SentPhoto


def sent_photo(message: Message) -> SentPhoto | None:
    """Return the photo of a message in its largest size, None if it has none."""
    return SentPhoto(message.photo[-1].file_id) if message.photo else None
