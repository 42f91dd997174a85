"""What Telegram would sign: proofs for tests, genuine and not."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from core.identity.telegram_proof import Proof, read_init_data
from tests.builders import NOW

BOT_TOKEN = "42:TEST"


def signature(fields: Mapping[str, str], *, key: bytes) -> str:
    """Return what signs these fields."""
    text = "\n".join(f"{name}={value}" for name, value in sorted(fields.items()))
    return hmac.digest(key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hex()


def init_data_of(fields: Mapping[str, str], *, bot_token: str = BOT_TOKEN) -> str:
    """Return these fields as a Mini App gets them, signed."""
    key = hmac.digest(b"WebAppData", bot_token.encode(), hashlib.sha256)
    return urlencode({**fields, "hash": signature(fields, key=key)}, quote_via=quote)


def init_data(telegram_id: int = 42, *, at: datetime = NOW, bot_token: str = BOT_TOKEN, **person: Any) -> str:
    """Return the init data of a person who opened our Mini App."""
    user = {"id": telegram_id, "first_name": "Анна", "language_code": "ru", **person}
    return init_data_of({"auth_date": str(int(at.timestamp())), "user": json.dumps(user)}, bot_token=bot_token)


def widget(telegram_id: int = 42, *, at: datetime = NOW, bot_token: str = BOT_TOKEN, **more: Any) -> dict[str, Any]:
    """Return what the Login Widget gives."""
    fields = {"id": telegram_id, "first_name": "Анна", "auth_date": int(at.timestamp()), **more}
    key = hashlib.sha256(bot_token.encode()).digest()
    return {**fields, "hash": signature({name: str(value) for name, value in fields.items()}, key=key)}


def proof(telegram_id: int = 42, *, at: datetime = NOW, **person: Any) -> Proof:
    """Return a proof that was checked."""
    return read_init_data(init_data(telegram_id, at=at, **person), bot_token=BOT_TOKEN, now=at)
