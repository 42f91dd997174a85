"""Names and passwords: what they may be, how names are compared, and how passwords are hashed."""

import asyncio
import hashlib
import secrets
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from core.errors import Invalid
from core.identity.clean import clean, visible

NAME_LENGTH_MIN, NAME_LENGTH_MAX = 3, 50
TYPED_LENGTH_MAX = 4 * NAME_LENGTH_MAX  # in more code points nobody types a name; to normalise them takes seconds
_NAME_LENGTHS = {"length_min": NAME_LENGTH_MIN, "length_max": NAME_LENGTH_MAX}
PASSWORD_LENGTH_MIN, PASSWORD_LENGTH_MAX = 8, 200
# argon2id with what OWASP's Password Storage Cheat Sheet asks for at the least; 20 MiB a hash let a small machine make
# several at once.
HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


class WrongLoginName(Invalid):
    """A name to sign in by has 3 to 50 characters and is no @username."""


class WrongPasswordLength(Invalid):
    """A password has 8 to 200 characters."""


def check_login_name(name: str) -> str:
    """Return a name as it is kept.

    :raises WrongLoginName: if it is too short or too long, or looks like somebody's username in Telegram.
    """
    kept = _normal(name)
    if not NAME_LENGTH_MIN <= len(kept) <= NAME_LENGTH_MAX or kept.startswith("@"):
        raise WrongLoginName(**_NAME_LENGTHS)
    return kept


def name_key(name: str) -> str:
    """Return what two names have in common that people would take for one (Unicode's NFKC_Casefold).

    :raises WrongLoginName: if it is so long that it is nobody's.
    """
    return unicodedata.normalize("NFKC", _normal(name).casefold())


def check_password(password: str) -> None:
    """:raises WrongPasswordLength: if a password is too short or too long."""
    if not PASSWORD_LENGTH_MIN <= len(password) <= PASSWORD_LENGTH_MAX:
        raise WrongPasswordLength(length_min=PASSWORD_LENGTH_MIN, length_max=PASSWORD_LENGTH_MAX)


async def hash_password(password: str) -> bytes:
    """Return the hash by which a password is known again; it takes some ten milliseconds of a thread."""
    return (await asyncio.to_thread(HASHER.hash, _written(password))).encode()


async def is_password(password: str, hashed: bytes | None) -> bool:
    """Return whether this is the password; where there is none (None) it is not, after the same time."""
    if len(password) > PASSWORD_LENGTH_MAX:
        return False
    fits = await asyncio.to_thread(_fits, _written(password), hashed or _nobodys())
    return fits and hashed is not None


def is_outdated(hashed: bytes) -> bool:
    """Return whether a hash was made with other parameters than today's."""
    return HASHER.check_needs_rehash(hashed.decode())


def fingerprint(secret: str) -> bytes:
    """Return what is kept of a secret that is random already, so that its hash needs no salt and no time."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def _normal(name: str) -> str:
    if len(name) > TYPED_LENGTH_MAX:
        raise WrongLoginName(**_NAME_LENGTHS)
    return clean(visible(unicodedata.normalize("NFKC", name)))


def _written(password: str) -> bytes:
    # The same letters may be typed as other code points on another keyboard (RFC 8265, OpaqueString).
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")


def _fits(password: bytes, hashed: bytes) -> bool:
    try:
        return HASHER.verify(hashed, password)
    except VerifyMismatchError:
        return False


@cache
def _nobodys() -> bytes:
    return HASHER.hash(secrets.token_bytes(16)).encode()
