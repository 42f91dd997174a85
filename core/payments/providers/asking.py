"""Asking a provider over HTTP: one request, what can be known after it, and careful reading of what came back."""

import asyncio
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import httpx2
import structlog

from core.errors import DomainError
from core.money import EXPONENTS, MINOR_MAX, Money, parse_decimal
from core.payments.provider import NotGenuine, NotUnderstood
from core.secrets import Secret, Secrets, SecretsUnreadable

log = structlog.get_logger()

CONNECT_SECONDS = 3
READ_SECONDS = 35  # YooKassa answers within 30, Stripe sooner
WHOLE_ANSWER_SECONDS = 60  # a body that trickles keeps every single read short
TOLERANCE_SECONDS = 300  # how far a signed notice may be from our clock, both ways
UNREADABLE = "unreadable"

# Refusals that say nothing of the payment: who we are, how fast we ask, what else runs at this moment.
_PASSING = frozenset({401, 403, 407, 408, 409, 421, 425, 429})
# No dot comes first, so that an identity in an address never leads elsewhere.
_IDENTITY = re.compile(r"[A-Za-z0-9_-][!-~]{0,254}")
_WORD = re.compile(r"[a-z0-9_]{1,64}")
_EVENT = re.compile(r"[a-z][a-z0-9_.]{0,79}")
_STAMP = re.compile(r"[0-9]{1,12}")
_ADDRESS = re.compile(r"https?://[!-~]{1,2000}")


def new_client() -> httpx2.AsyncClient:
    """Return the client that all providers share; nothing of the environment (a proxy, a netrc) leads it elsewhere."""
    return httpx2.AsyncClient(timeout=httpx2.Timeout(READ_SECONDS, connect=CONNECT_SECONDS), trust_env=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the status (0: none) and the JSON object of the body, if it is one; `reason` is for the log."""

    status: int
    body: dict[str, Any] | None
    reason: str

    @property
    def good(self) -> dict[str, Any] | None:
        """The body of an answer that says what happened."""
        return self.body if 200 <= self.status < 300 else None  # noqa: PLR2004 -- HTTP's own numbers

    @property
    def refusal(self) -> dict[str, Any] | None:
        """The body of an answer by which nothing happened and nothing will; who reads it checks who wrote it."""
        refused = 400 <= self.status < 500 and self.status not in _PASSING  # noqa: PLR2004 -- HTTP's own numbers
        return self.body if refused else None


async def ask(
    http: httpx2.AsyncClient,
    method: str,
    url: str,
    *,
    provider: str,
    key_refused: tuple[int, ...] = (401, 403),
    **parts: Any,
) -> Answer:
    """Send one request, and raise nothing for what the network or the provider does.

    Nothing of the request is logged: the address of one provider holds its token. `key_refused` are the statuses by
    which the provider says that it does not know us, or not well enough.
    """
    try:
        async with asyncio.timeout(WHOLE_ANSWER_SECONDS):
            response = await http.request(method, url, **parts)
    except (httpx2.HTTPError, httpx2.InvalidURL, TimeoutError) as failure:
        log.warning("a provider did not answer", provider=provider, failure=type(failure).__name__)
        return Answer(0, None, f"no_answer_{type(failure).__name__}".lower())
    if response.status_code in key_refused:
        log.error("a provider does not accept our key", provider=provider, status=response.status_code)
    try:
        body = read_json(response.content)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        log.warning("a provider answered no JSON object", provider=provider, status=response.status_code)
        body = None
    return Answer(response.status_code, body, f"http_{response.status_code}" if body is not None else UNREADABLE)


def read_json(raw: bytes) -> Any:
    """Return what JSON says, with decimals left as they are written.

    :raises ValueError: if it is no JSON in UTF-8, or nested too deeply.
    """
    try:
        return json.loads(raw.decode(), parse_float=str, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def read_object(raw: bytes) -> dict[str, Any]:
    """Return the JSON object that a notice is.

    :raises NotUnderstood: if it is none.
    """
    try:
        body = read_json(raw)
    except ValueError:
        raise NotUnderstood("no JSON") from None
    if not isinstance(body, dict):
        raise NotUnderstood("no JSON object")
    return body


def dig(value: Any, *path: str) -> Any:
    """Return what stands behind these names in objects within objects, or None."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def identity(value: Any) -> str:
    """Return an identity of a provider's.

    :raises NotUnderstood: if it could not be one, or could not be stored.
    """
    if not (isinstance(value, str) and _IDENTITY.fullmatch(value)):
        raise NotUnderstood("no identity")
    return value


def identity_or_none(value: Any) -> str | None:
    """Return an identity of a provider's, or None where there is none."""
    return value if isinstance(value, str) and _IDENTITY.fullmatch(value) else None


def event_name(value: Any) -> str:
    """Return the name of an event.

    :raises NotUnderstood: if it could not be one.
    """
    if not (isinstance(value, str) and _EVENT.fullmatch(value)):
        raise NotUnderstood("no event")
    return value


def word(value: Any) -> str:
    """Return a reason as a word, `unknown` for anything else."""
    return value if isinstance(value, str) and _WORD.fullmatch(value) else "unknown"


def web_address(value: Any) -> str | None:
    """Return an address that a person can be sent to, or None."""
    return value if isinstance(value, str) and _ADDRESS.fullmatch(value) else None


def uuid_or_none(value: Any) -> UUID | None:
    """Return an id of ours that a provider repeats, in the form we gave it, or None."""
    try:
        found = UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return found if str(found) == value else None


def known_currency(value: Any) -> str:
    """Return the code of a currency.

    :raises NotUnderstood: if ISO 4217 has none of this code.
    """
    if not (isinstance(value, str) and value in EXPONENTS):
        raise NotUnderstood("no currency")
    return value


def decimal_money(value: Any, currency: Any) -> Money:
    """Return an amount that is written as a decimal, as text or as a number of JSON.

    :raises NotUnderstood: if it is none, or of no currency of ours.
    """
    written = str(value) if type(value) is int else value
    if not isinstance(written, str):
        raise NotUnderstood("no amount")
    code = known_currency(currency)
    try:
        return Money(parse_decimal(written, code), code)
    except DomainError:
        raise NotUnderstood("no amount") from None


def whole_minor(value: Any) -> int:
    """Return an amount that is written in whole small units.

    :raises NotUnderstood: if it is none, or above what one operation may move.
    """
    if type(value) is not int or not 0 <= value <= MINOR_MAX:
        raise NotUnderstood("no amount")
    return value


def cut(text: str, length: int) -> str:
    """Return the text in at most `length` characters."""
    return text if len(text) <= length else text[: length - 1] + "…"


def check_stamp(written: str, now: datetime) -> None:
    """Check that a notice was signed near `now`: neither an old one sent again, nor one for later.

    :raises NotGenuine: if it was not.
    """
    if not _STAMP.fullmatch(written):
        raise NotGenuine("no time stamp")
    if abs(int(now.timestamp()) - int(written)) > TOLERANCE_SECONDS:
        raise NotGenuine("a time stamp out of tolerance")


def keys(secrets: Secrets, name: str, now: datetime) -> Sequence[Secret]:
    """Return the keys that a notice may be signed with.

    :raises NotGenuine: if there is none, since then nothing can be shown to be genuine.
    """
    try:
        active = secrets.active(name, now)
    except (SecretsUnreadable, OSError):
        log.exception("the secrets cannot be read", name=name)
        active = ()
    if not active:
        raise NotGenuine("no key to verify with")
    return active
