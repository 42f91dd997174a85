"""Seal the buttons that move money: they work for one person in one chat, once, and for a month."""

import hashlib
import hmac
import secrets as random
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from core.secrets import Secrets

NAME = "buttons"  # of the key among the secrets
SEPARATOR = "~"
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
LIVES = timedelta(days=29)  # shorter than the inbox remembers what was pressed
STAMP_LENGTH, NONCE_LENGTH, MAC_BYTES = 4, 4, 8
SEAL_LENGTH = STAMP_LENGTH + NONCE_LENGTH + 11  # 8 bytes are 11 letters of base64
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


class NotSealed(ValueError):
    """The data of a button was not sealed by us for this person and chat, or too long ago."""


@dataclass(frozen=True, slots=True)
class Sealer:
    """Seals what buttons say, and opens what taps bring back; anybody can send any bytes."""

    secrets: Secrets

    def seal(self, data: str, *, person_id: int, chat_id: int, now: datetime) -> str:
        """Return the data with the minute, four letters that nobody can guess, and a MAC over all of it and for whom.

        The ids are Telegram's.
        """
        minutes = int((now - EPOCH).total_seconds()) // 60
        stamp = ""
        for _ in range(STAMP_LENGTH):
            minutes, digit = divmod(minutes, len(ALPHABET))
            stamp = ALPHABET[digit] + stamp
        nonce = "".join(random.choice(ALPHABET) for _ in range(NONCE_LENGTH))
        sealed = f"{data}{SEPARATOR}{stamp}{nonce}"
        return sealed + _mac(self.secrets.newest(NAME, now).value, sealed, person_id, chat_id)

    def open(self, sealed: str, *, person_id: int, chat_id: int, now: datetime) -> tuple[str, str]:
        """Return the data and the seal, which names this one button.

        :raises NotSealed: if it is anything else than what `seal` wrote for this person and chat in the last month.
        """
        data, separator, seal = sealed.rpartition(SEPARATOR)
        if not separator or len(seal) != SEAL_LENGTH or not seal.isascii():
            raise NotSealed
        signed, mac = sealed[:-11], sealed[-11:]
        keys = self.secrets.active(NAME, now)
        if not any(hmac.compare_digest(_mac(key.value, signed, person_id, chat_id), mac) for key in keys):
            raise NotSealed
        minutes = 0
        for letter in seal[:STAMP_LENGTH]:
            minutes = minutes * len(ALPHABET) + ALPHABET.index(letter)
        if not timedelta(minutes=-5) <= now - (EPOCH + timedelta(minutes=minutes)) <= LIVES:
            raise NotSealed
        return data, seal


def _mac(key: str, signed: str, person_id: int, chat_id: int) -> str:
    message = f"{person_id}:{chat_id}:{signed}".encode()
    digest = hmac.new(key.encode(), message, hashlib.sha256).digest()[:MAC_BYTES]
    return urlsafe_b64encode(digest).rstrip(b"=").decode()
