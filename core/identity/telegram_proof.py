"""What Telegram signs of a person: the init data of a Mini App, and the fields of the Login Widget (pure)."""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.errors import Unrecognized
from core.identity.actor import TelegramPerson

AGE_MAX = timedelta(hours=1)
CLOCK_SKEW = timedelta(minutes=1)  # Telegram's clock may be ahead of ours
LENGTH_MAX = 8192
FIELDS_MAX = 64
_HASH = re.compile(r"[0-9a-f]{64}")
_SECONDS = re.compile(r"[0-9]{1,11}")  # until the year 5138


class ProofRefused(Unrecognized):
    """This is nothing that Telegram signed for our bot within the last hour, or it was used already."""


@dataclass(frozen=True, slots=True)
class Proof:
    """Who it is. `fingerprint` is the same however the fields are ordered, so that a proof is known when it returns."""

    person: TelegramPerson
    fingerprint: bytes
    expires_at: datetime


class _Person(BaseModel):
    """The fields that both kinds have in common."""

    model_config = ConfigDict(extra="ignore")

    id: int = Field(gt=0, lt=2**53)
    first_name: str = Field(min_length=1)
    last_name: str | None = None
    username: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_]{1,32}$")
    language_code: str | None = Field(default=None, max_length=35)
    is_bot: bool = False


def read_init_data(init_data: str, *, bot_token: str, now: datetime) -> Proof:
    """Return who opened a Mini App (https://core.telegram.org/bots/webapps, "Validating data").

    :raises ProofRefused: if it is not genuine, or too old.
    """
    if len(init_data) > LENGTH_MAX:
        raise ProofRefused
    try:
        pairs = parse_qsl(
            init_data, keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=FIELDS_MAX
        )
    except ValueError:
        raise ProofRefused from None
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ProofRefused  # of a key that is there twice, one value would be signed and the other believed
    key = hmac.digest(b"WebAppData", bot_token.encode(), "sha256")
    signed = _signed(fields, key)
    try:
        person = _Person.model_validate_json(fields.get("user", ""))
    except ValidationError:
        raise ProofRefused from None
    return _proof(person, fields, signed, now)


def read_login_widget(fields: Mapping[str, str | int], *, bot_token: str, now: datetime) -> Proof:
    """Return who used the Login Widget (https://core.telegram.org/widgets/login, "Checking authorization").

    :raises ProofRefused: if it is not genuine, or too old.
    """
    written = {name: str(value) for name, value in fields.items()}
    if len(written) > FIELDS_MAX or sum(len(name) + len(value) for name, value in written.items()) > LENGTH_MAX:
        raise ProofRefused
    signed = _signed(written, hashlib.sha256(bot_token.encode()).digest())
    try:
        person = _Person.model_validate(written)
    except ValidationError:
        raise ProofRefused from None
    return _proof(person, written, signed, now)


def _signed(fields: Mapping[str, str], key: bytes) -> bytes:
    """Return the text that was signed, after checking that it was."""
    given = fields.get("hash", "")
    lines = [f"{name}={value}" for name, value in sorted(fields.items()) if name != "hash"]
    # With a line break in a field the same text could be cut into other fields.
    if not _HASH.fullmatch(given) or any("\n" in line for line in lines) or any("=" in name for name in fields):
        raise ProofRefused
    try:
        text = "\n".join(lines).encode()
    except UnicodeEncodeError:
        raise ProofRefused from None
    if not hmac.compare_digest(hmac.digest(key, text, "sha256"), bytes.fromhex(given)):
        raise ProofRefused
    return text


def _proof(person: _Person, fields: Mapping[str, str], signed: bytes, now: datetime) -> Proof:
    written = fields.get("auth_date", "")
    if person.is_bot or not _SECONDS.fullmatch(written):
        raise ProofRefused
    signed_at = datetime.fromtimestamp(int(written), UTC)
    if not -CLOCK_SKEW <= now - signed_at <= AGE_MAX:
        raise ProofRefused
    telegram = TelegramPerson(person.id, person.first_name, person.last_name, person.username, person.language_code)
    return Proof(telegram, hashlib.sha256(signed).digest(), signed_at + AGE_MAX + CLOCK_SKEW)
