"""A bank that speaks the API of YooKassa and signs its notices by Standard Webhooks 1.0."""

import base64
import binascii
import hashlib
import hmac
import re
import secrets as random
from collections.abc import Sequence
from datetime import datetime

import httpx2
import structlog
from pydantic import SecretStr

from core.payments.provider import Acknowledgement, NotGenuine, Notice, Received
from core.payments.providers.asking import check_stamp, event_name, keys, read_object
from core.payments.providers.rest_v3 import RestV3, read_event
from core.secrets import Secret, Secrets

log = structlog.get_logger()

SECRET_NAME = "standard_webhook_secret"  # noqa: S105 -- the name of one
_SECRET_PREFIX = "whsec_"  # noqa: S105 -- what each begins with
_SECRET_BYTES = 32
_ID = re.compile(r"[!-~]{1,256}")
_SIGNATURES_MAX = 16  # while a secret is rolled there are two


class Standard(RestV3):
    """The same API with signed notices, whose content is therefore believed."""

    name = "standard"
    signs = True
    acknowledgement = Acknowledgement()

    def __init__(
        self,
        http: httpx2.AsyncClient,
        *,
        url: str,
        shop_id: str,
        secret_key: SecretStr,
        secrets: Secrets,
        currencies: frozenset[str],
    ) -> None:
        super().__init__(http, url=url, shop_id=shop_id, secret_key=secret_key, currencies=currencies)
        self._secrets = secrets

    def verify(self, received: Received, now: datetime) -> str:
        """Return the id of the key that the notice is signed with.

        :raises NotGenuine: if it is signed with none of ours, or not near `now`.
        """
        return verify_standard_webhook(received, keys(self._secrets, SECRET_NAME, now), now)

    def parse(self, received: Received) -> Notice:
        """Return what the notice says.

        :raises NotUnderstood: if its object is not what the API documents.
        """
        body = read_object(received.raw)
        event = event_name(body.get("type"))
        payment, refund = read_event(event, body.get("data"))
        return Notice(received.headers["webhook-id"], event, payment, refund)


def verify_standard_webhook(received: Received, secrets: Sequence[Secret], now: datetime) -> str:
    """Return the id of the secret (`whsec_` and base64) that one of the signatures was made with.

    :raises NotGenuine: if there is none, or the notice was not signed within five minutes of `now`.
    """
    identity = received.headers.get("webhook-id", "")
    stamp = received.headers.get("webhook-timestamp", "")
    if not _ID.fullmatch(identity):
        raise NotGenuine("no id")
    check_stamp(stamp, now)
    signed = f"{identity}.{stamp}.".encode() + received.raw
    # Whatever is no ASCII becomes a question mark, which no signature contains.
    listed = received.headers.get("webhook-signature", "").encode("ascii", "replace").split(b" ")[:_SIGNATURES_MAX]
    for secret in secrets:
        expected = b"v1," + base64.b64encode(hmac.digest(_key(secret), signed, hashlib.sha256))
        if any(hmac.compare_digest(expected, signature) for signature in listed):
            return secret.kid
    raise NotGenuine("no signature of ours")


def new_secret() -> str:
    """Return a secret to sign with, for us and for the bank."""
    return _SECRET_PREFIX + base64.b64encode(random.token_bytes(_SECRET_BYTES)).decode()


def is_secret(value: str) -> bool:
    """Return whether anything can be verified with this value."""
    return bool(_key_of(value))


def _key_of(value: str) -> bytes:
    try:
        return base64.b64decode(value.removeprefix(_SECRET_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _key(secret: Secret) -> bytes:
    key = _key_of(secret.value)
    if not key:
        log.error("a webhook secret is no base64", kid=secret.kid)
        raise NotGenuine("a key that nothing can be verified with")
    return key
