"""The shops that take payments through the bank."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shop:
    """A shop: whom the API answers, and where its notices go.

    With a `webhook_secret` its notices are signed as Standard Webhooks 1.0; without one they look as YooKassa's do, and
    prove nothing. An empty `notice_url` sends none; it can be set while the bank runs.
    """

    name: str
    shop_id: str
    secret_key: str
    notice_url: str = ""
    webhook_secret: str | None = None


YOOKASSA = Shop("yookassa", "100500", "test_sandbox_yookassa")
STANDARD = Shop(
    "standard", "100600", "test_sandbox_standard", webhook_secret="whsec_c2FuZGJveCBiYW5rIHNpZ25zIG5vdGljZXMgMTI="
)
SHOPS = (YOOKASSA, STANDARD)
