"""People, the ways to prove who they are and to stay signed in, where they can be paid, and the chats they are in."""

from datetime import datetime, time
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, SmallInteger, func, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base
from core.ids import ChatId, SessionId, TokenId, UserId, new_id

SCHEMA = {"schema": "identity"}
NAME_LENGTH_MAX = 100


class Provider(StrEnum):
    """Who vouches for a person."""

    TELEGRAM = "telegram"  # subject: the numeric Telegram id
    USERNAME = "username"  # subject: a Telegram username in lower case, of somebody the bot has never met


class Reach(StrEnum):
    """Whether the bot may write to a person in private."""

    NOT_STARTED = "not_started"
    REACHABLE = "reachable"
    BLOCKED = "blocked"
    DEACTIVATED = "deactivated"


class User(Base):
    """A person."""

    __tablename__ = "users"
    __table_args__ = (
        CheckConstraint("remind_before_days BETWEEN 0 AND 30 AND remind_every_days BETWEEN 0 AND 30", name="remind"),
        CheckConstraint("erased_at IS NULL OR name = ''", name="erased_has_no_name"),
        SCHEMA,
    )

    id: Mapped[UserId] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str]
    language: Mapped[str]
    language_chosen: Mapped[bool] = mapped_column(server_default=text("false"))  # by hand, so Telegram's is ignored
    time_zone: Mapped[str]
    # From when until when, in that zone, nothing that can wait is told; none if both are the same.
    quiet_from: Mapped[time] = mapped_column(server_default=text("'22:00'"))
    quiet_until: Mapped[time] = mapped_column(server_default=text("'09:00'"))
    remind: Mapped[bool] = mapped_column(server_default=text("true"))  # of debts; the next three say when
    remind_before_days: Mapped[int] = mapped_column(SmallInteger, server_default=text("1"))  # 0: not before
    remind_when_due: Mapped[bool] = mapped_column(server_default=text("true"))
    remind_every_days: Mapped[int] = mapped_column(SmallInteger, server_default=text("3"))  # once overdue; 0: not then
    created_at: Mapped[datetime]
    erased_at: Mapped[datetime | None]  # who is meant is forgotten since then; what is left is a number in the books


class Identity(Base):
    """One way to know that somebody is this person."""

    __tablename__ = "identities"
    __table_args__ = (
        Index("identities_user_id_idx", "user_id"),
        # There is one chat in which to write to a person.
        Index("identities_one_telegram_idx", "user_id", unique=True, postgresql_where=text("provider = 'telegram'")),
        Index("identities_username_idx", func.lower(text("username")), postgresql_where=text("username IS NOT NULL")),
        CheckConstraint("reach IN ('not_started', 'reachable', 'blocked', 'deactivated')", name="reach"),
        SCHEMA,
    )

    provider: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[UserId] = mapped_column(ForeignKey("identity.users.id"))
    username: Mapped[str | None]
    reach: Mapped[str] = mapped_column(server_default=Reach.NOT_STARTED)
    created_at: Mapped[datetime]


class Password(Base):
    """The name and password by which a person signs in where there is no Telegram."""

    __tablename__ = "passwords"
    __table_args__ = (SCHEMA,)

    user_id: Mapped[UserId] = mapped_column(ForeignKey("identity.users.id"), primary_key=True)
    name: Mapped[str]
    name_key: Mapped[str] = mapped_column(unique=True)  # the name as it is compared with others
    hash: Mapped[bytes] = mapped_column(LargeBinary)  # argon2's own text; bytes, because those are never exported
    changed_at: Mapped[datetime]


class SessionRow(Base):
    """One client that is signed in: a family of refresh tokens, of which the newest counts.

    `nonce` turns the previous secret into this one, so that who lost the answer gets the same once more.
    """

    __tablename__ = "sessions"
    __table_args__ = (Index("sessions_user_id_idx", "user_id"), Index("sessions_expires_at_idx", "expires_at"), SCHEMA)

    id: Mapped[SessionId] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UserId] = mapped_column(ForeignKey("identity.users.id"))
    client: Mapped[str]  # as it calls itself
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary)
    previous_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    nonce: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
    refreshed_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class PersonalToken(Base):
    """What a script of a person says who it acts for."""

    __tablename__ = "personal_tokens"
    __table_args__ = (
        Index("personal_tokens_user_id_idx", "user_id"),
        Index("personal_tokens_expires_at_idx", "expires_at", postgresql_where=text("expires_at IS NOT NULL")),
        SCHEMA,
    )

    id: Mapped[TokenId] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UserId] = mapped_column(ForeignKey("identity.users.id"))
    name: Mapped[str]
    prefix: Mapped[str]  # how it begins, to be told from others
    hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]


class SignInCode(Base):
    """The one code by which a person who is known in chat signs in elsewhere, once and soon."""

    __tablename__ = "sign_in_codes"
    __table_args__ = (Index("sign_in_codes_expires_at_idx", "expires_at"), SCHEMA)

    user_id: Mapped[UserId] = mapped_column(ForeignKey("identity.users.id"), primary_key=True)
    hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    expires_at: Mapped[datetime]


class UsedProof(Base):
    """A proof of Telegram that somebody has signed in with; it counts once, and is kept until it is too old anyway."""

    __tablename__ = "used_proofs"
    __table_args__ = (Index("used_proofs_expires_at_idx", "expires_at"), SCHEMA)

    fingerprint: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    expires_at: Mapped[datetime]


class Requisite(Base):
    """Where a person wants to be paid outside: a phone, a card, or free text."""

    __tablename__ = "requisites"
    __table_args__ = (CheckConstraint("kind IN ('phone', 'card', 'text')", name="kind"), SCHEMA)

    user_id: Mapped[UserId] = mapped_column(ForeignKey("identity.users.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


class Chat(Base):
    """A Telegram group, or the private chat with one person, in which purchases are made."""

    __tablename__ = "chats"
    __table_args__ = (
        CheckConstraint("kind IN ('private', 'group', 'supergroup')", name="kind"),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency"),
        SCHEMA,
    )

    id: Mapped[ChatId] = mapped_column(primary_key=True, default=new_id)
    telegram_id: Mapped[int] = mapped_column(unique=True)
    kind: Mapped[str]
    title: Mapped[str]
    language: Mapped[str]
    currency: Mapped[str]
    created_at: Mapped[datetime]


class ChatMember(Base):
    """A person who was seen in a chat, and whether they are still there."""

    __tablename__ = "chat_members"
    __table_args__ = (Index("chat_members_user_id_idx", "user_id"), SCHEMA)

    chat_id: Mapped[ChatId] = mapped_column(ForeignKey("identity.chats.id"), primary_key=True)
    user_id: Mapped[UserId] = mapped_column(ForeignKey("identity.users.id"), primary_key=True)
    is_member: Mapped[bool] = mapped_column(server_default=text("true"))
    seen_at: Mapped[datetime]
