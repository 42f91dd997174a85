"""How somebody signs in, and what they get for it."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StrictInt

from api.shapes.shape import Shape
from core.identity.passwords import (
    NAME_LENGTH_MAX,
    NAME_LENGTH_MIN,
    PASSWORD_LENGTH_MAX,
    PASSWORD_LENGTH_MIN,
    TYPED_LENGTH_MAX,
)
from core.identity.telegram_proof import LENGTH_MAX as PROOF_LENGTH_MAX

CODE_LENGTH_MAX = 64  # as people type it, with whatever they put between its letters

# The lengths are described here and checked in core, which says in words what is wrong; what goes far beyond them
# does not get there.
Name = Annotated[
    str,
    Field(
        max_length=TYPED_LENGTH_MAX,
        description="To sign in by: unique however it is capitalised.",
        examples=["anna"],
        json_schema_extra={"minLength": NAME_LENGTH_MIN, "maxLength": NAME_LENGTH_MAX},
    ),
]
Secret = Annotated[
    str,
    Field(
        max_length=4 * PASSWORD_LENGTH_MAX,
        examples=["correct horse battery staple"],
        json_schema_extra={"minLength": PASSWORD_LENGTH_MIN, "maxLength": PASSWORD_LENGTH_MAX, "format": "password"},
    ),
]


class InitData(Shape):
    """What Telegram tells a Mini App of who opened it."""

    kind: Literal["init_data"]
    init_data: str = Field(
        max_length=PROOF_LENGTH_MAX,
        description="`Telegram.WebApp.initData` as it is, not older than an hour.",
        examples=["auth_date=1780315200&user=%7B%22id%22%3A42%7D&hash=46d2ea5e"],
    )


class LoginWidget(Shape):
    """What Telegram's Login Widget gives."""

    kind: Literal["login_widget"]
    fields: dict[str, str | StrictInt] = Field(
        description="All fields of the widget, as they are, not older than an hour.",
        examples=[{"id": 42, "first_name": "Anna", "auth_date": 1780315200, "hash": "46d2ea5e"}],
    )


Proof = Annotated[InitData | LoginWidget, Field(discriminator="kind")]


class ByIdentity(Shape):
    """Somebody else vouches for the person."""

    provider: Literal["telegram"]
    proof: Proof


class RegisterByPassword(Shape):
    """By a name and a password."""

    name: Name
    password: Secret


class SignInByPassword(Shape):
    """By a name and a password."""

    grant_type: Literal["password"]
    name: Name
    password: Secret


class SignInByIdentity(ByIdentity):
    """By what Telegram signed."""

    grant_type: Literal["external_identity"]


class SignInByRefreshToken(Shape):
    """By the refresh token that came with the last answer; the next one comes with this answer."""

    grant_type: Literal["refresh_token"]
    refresh_token: str = Field(max_length=200, examples=["sb_rt_0ZAbcdefghijklmnopqrst.x9.kQ"])


class SignInByCode(Shape):
    """By the code that the bot shows to /link."""

    grant_type: Literal["one_time_code"]
    code: str = Field(max_length=CODE_LENGTH_MAX, examples=["ABCD-EFGH-JKMN"])


SignIn = Annotated[
    SignInByPassword | SignInByIdentity | SignInByRefreshToken | SignInByCode, Field(discriminator="grant_type")
]
Register = RegisterByPassword | ByIdentity


class Person(Shape):
    """Who is signed in."""

    id: UUID
    name: str = Field(examples=["Anna"])
    language: str = Field(examples=["en"])


class Tokens(Shape):
    """What to ask with from now on."""

    access_token: str = Field(description="A JSON Web Token for `Authorization: Bearer`.", examples=["eyJhbGciOi"])
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 -- it is the kind of token
    expires_in: int = Field(description="Seconds for which the access token counts.", examples=[900])
    refresh_token: str = Field(
        description="Gets the next tokens, once.", examples=["sb_rt_0ZAbcdefghijklmnopqrst.x9.kQ"]
    )
    user: Person
