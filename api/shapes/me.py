"""A person, as they see themselves."""

import re
from collections.abc import Mapping
from datetime import time
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema

from api.shapes.auth import CODE_LENGTH_MAX, Name, Proof, Secret
from api.shapes.shape import Moment, Shape, Yes
from core.identity.passwords import PASSWORD_LENGTH_MAX, TYPED_LENGTH_MAX
from core.identity.personal_tokens import NAME_LENGTH_MAX
from core.identity.preferences import DAYS_MAX
from core.identity.requisites import Kind

_WALL = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"


def _to_the_minute(written: object) -> object:
    if not isinstance(written, time) and not (isinstance(written, str) and re.fullmatch(_WALL, written)):
        raise ValueError("a time of day is written as 22:00")
    return written


Wall = Annotated[
    time,
    BeforeValidator(_to_the_minute),
    PlainSerializer(lambda moment: f"{moment:%H:%M}", return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": _WALL, "examples": ["22:00"]}),
]
Days = Annotated[int, Field(strict=True, ge=0, le=DAYS_MAX, examples=[1])]


class Identity(Shape):
    """One way in which a person is known elsewhere."""

    provider: Literal["telegram"]
    username: str | None = Field(examples=["anna"])
    reach: str = Field(
        description="Whether the bot may write: `reachable`, `not_started`, `blocked` or `deactivated`.",
        examples=["reachable"],
    )
    created_at: Moment


class Me(Shape):
    """A person with their settings, and how they sign in."""

    id: UUID
    name: str = Field(examples=["Anna"])
    language: str = Field(examples=["en"])
    time_zone: str = Field(description="An IANA name.", examples=["Europe/Berlin"])
    quiet_from: Wall = Field(description="From then on nothing is told that can wait.")
    quiet_until: Wall = Field(description="Until then; the same as `quiet_from`: there are no quiet hours.")
    remind: bool = Field(description="Whether to remind of debts at all.")
    remind_before_days: int = Field(description="0: not before.", examples=[1])
    remind_when_due: bool
    remind_every_days: int = Field(description="Once it is overdue; 0: not then.", examples=[3])
    has_password: bool
    login_name: str | None = Field(examples=["anna"])
    identities: list[Identity]


class Settings(Shape):
    """What is to change; what is not here stays."""

    language: str | None = Field(default=None, max_length=16, examples=["en"])
    time_zone: str | None = Field(default=None, max_length=64, examples=["Europe/Berlin"])
    quiet_from: Wall | None = None
    quiet_until: Wall | None = None
    remind: Yes | None = None
    remind_before_days: Days | None = None
    remind_when_due: Yes | None = None
    remind_every_days: Days | None = None


class NewPassword(Shape):
    """The password to sign in by from now on."""

    name: Name | None = Field(default=None, description="Needed with the first password; later it changes the name.")
    password: Secret
    current_password: str | None = Field(
        default=None,
        max_length=4 * PASSWORD_LENGTH_MAX,
        description="Needed where there is a password, unless there is a `code`.",
        examples=["correct horse battery staple"],
    )
    code: str | None = Field(
        default=None,
        max_length=CODE_LENGTH_MAX,
        description="Of the bot for /link; needed with the first password, and where the current one is forgotten.",
        examples=["ABCD-EFGH-JKMN"],
    )


class CurrentPassword(Shape):
    """The password that counts now."""

    password: Secret


class Confirmation(Shape):
    """That it is the person who asks, and nobody who came by their token."""

    password: Secret | None = Field(default=None, description="The one that counts now, unless there is a `code`.")
    code: str | None = Field(
        default=None,
        max_length=CODE_LENGTH_MAX,
        description="Of the bot for /link; needed where there is no password.",
        examples=["ABCD-EFGH-JKMN"],
    )


class NewIdentity(Shape):
    """Another way to be known."""

    proof: Proof
    password: Secret | None = Field(default=None, description="Needed where there is one.")


class Requisites(Shape):
    """Where a person wants to be paid outside; null: nowhere."""

    phone: str | None = Field(max_length=200, examples=["+79123456789"])
    card: str | None = Field(max_length=200, examples=["4111 1111 1111 1111"])
    text: str | None = Field(max_length=1000, examples=["Ask me for the account number"])


class Session(Shape):
    """One client that is signed in."""

    id: UUID
    client: str = Field(description="As it calls itself.", examples=["Mozilla/5.0"])
    created_at: Moment
    last_used_at: Moment = Field(description="When it last got new tokens.")
    expires_at: Moment = Field(description="When it ends unless it gets new tokens before.")
    is_current: bool = Field(description="Whether it is the one that asks.")


class PersonalToken(Shape):
    """A token for scripts."""

    id: UUID
    name: str = Field(examples=["backup"])
    prefix: str = Field(description="How it begins.", examples=["sb_pat_aB3d"])
    created_at: Moment
    last_used_at: Moment | None = Field(description="To ten minutes.")
    expires_at: Moment | None = Field(description="null: never.")


class NewPersonalToken(Shape):
    """What a new token is called, and how long it counts."""

    name: str = Field(
        max_length=TYPED_LENGTH_MAX,
        examples=["backup"],
        json_schema_extra={"minLength": 1, "maxLength": NAME_LENGTH_MAX},
    )
    expires_at: Moment | None = Field(default=None, description="null: never.")


class CreatedPersonalToken(PersonalToken):
    """A new token with its text, which is shown this once."""

    token: str = Field(examples=["sb_pat_aB3dE5fG7hJ9kLmNpQrStUvWxYz0123456789abcdef"])


def requisites_shape(found: Mapping[Kind, str]) -> Requisites:
    """Return where somebody wants to be paid."""
    return Requisites(phone=found.get("phone"), card=found.get("card"), text=found.get("text"))
