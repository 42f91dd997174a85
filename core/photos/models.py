"""Photos that people gave: what Telegram keeps for us, or what we keep ourselves."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, false, text
from sqlalchemy.orm import Mapped, deferred, mapped_column

from core.db import Base
from core.ids import PhotoId, UserId, new_id


class Photo(Base):
    """A photo: of the chat, by the id that Telegram knows it by, or uploaded, as a JPEG of our own making."""

    __tablename__ = "photos"
    __table_args__ = (
        CheckConstraint("num_nonnulls(telegram_file_id, content) = 1", name="in_one_place"),
        CheckConstraint("(content IS NULL) = (digest IS NULL)", name="uploaded_has_digest"),
        Index("photos_user_id_idx", "user_id"),
        Index("photos_unused_idx", "created_at", postgresql_where=text("NOT is_used")),
        {"schema": "photos"},
    )

    id: Mapped[PhotoId] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UserId] = mapped_column(ForeignKey("identity.users.id"))
    telegram_file_id: Mapped[str | None]
    digest: Mapped[str | None]  # SHA-256 of what was uploaded, in hexadecimal digits, to know it again
    content: Mapped[bytes | None] = deferred(mapped_column(LargeBinary))
    is_used: Mapped[bool] = mapped_column(server_default=false(), default=False)  # it shows something
    created_at: Mapped[datetime]
