"""Requests to the API, read as strictly as the provider reads them."""

import re
from typing import Any

from sandbox.bank.money import read_amount, write_amount
from sandbox.bank.refusal import Refusal
from sandbox.storage import Thing

DESCRIPTION_MAX, METADATA_MAX, METADATA_KEY_MAX, METADATA_VALUE_MAX = 128, 16, 32, 512
RUB_BOUNDS = (1_00, 350_000_00)
PAYMENT_FIELDS = {
    "amount", "capture", "confirmation", "description", "metadata", "receipt", "client_ip", "payment_method_data",
    "save_payment_method", "merchant_customer_id",
}  # fmt: skip
REFUND_FIELDS = {"payment_id", "amount", "description", "metadata", "receipt"}
LOCALES = {"ru_RU", "en_US"}


def read_payment(body: Thing) -> Thing:
    """Return what a payment is to be.

    :raises Refusal: if anything of it is missing, unknown or wrong.
    """
    _check_fields(body, PAYMENT_FIELDS)
    minor, currency = read_money(body.get("amount"))
    if currency == "RUB" and not RUB_BOUNDS[0] <= minor <= RUB_BOUNDS[1]:
        low, high = (write_amount(bound, currency) for bound in RUB_BOUNDS)
        raise Refusal.invalid("amount.value", f"Amount must be between {low} and {high}")
    if not isinstance(body.get("capture", False), bool):
        raise Refusal.invalid("capture", "Boolean expected")
    return_url, locale = _read_confirmation(body.get("confirmation"))
    return {
        "amount_minor": minor,
        "currency": currency,
        "capture": body.get("capture", False),
        "description": _read_description(body),
        "metadata": _read_metadata(body),
        "return_url": return_url,
        "locale": locale,
    }


def read_refund(body: Thing) -> Thing:
    """Return what a refund is to be.

    :raises Refusal: if anything of it is missing, unknown or wrong.
    """
    _check_fields(body, REFUND_FIELDS)
    minor, currency = read_money(body.get("amount"))
    words = {"description": _read_description(body), "metadata": _read_metadata(body)}
    return {"amount_minor": minor, "currency": currency, **words}


def read_money(amount: Any) -> tuple[int, str]:
    """Return an amount in minor units, and its currency.

    :raises Refusal: if it is no positive amount of a known currency.
    """
    if not isinstance(amount, dict) or amount.keys() != {"value", "currency"}:
        raise Refusal.invalid("amount", "An object with value and currency expected")
    try:
        minor = read_amount(str(amount["value"]), str(amount["currency"]))
    except KeyError:
        raise Refusal.invalid("amount.currency", "Unknown currency") from None
    except ValueError:
        raise Refusal.invalid("amount.value", "Decimal number expected") from None
    if minor <= 0:
        raise Refusal.invalid("amount.value", "Amount must be greater than zero")
    return minor, str(amount["currency"])


def _check_fields(body: Thing, known: set[str]) -> None:
    for name in body:
        if name not in known:
            raise Refusal.invalid(name, "Unknown parameter")


def _read_description(body: Thing) -> str | None:
    description = body.get("description")
    if description is None or (isinstance(description, str) and len(description) <= DESCRIPTION_MAX):
        return description
    raise Refusal.invalid("description", f"A text of up to {DESCRIPTION_MAX} characters expected")


def _read_metadata(body: Thing) -> dict[str, str]:
    metadata = body.get("metadata") or {}
    if not isinstance(metadata, dict) or len(metadata) > METADATA_MAX:
        raise Refusal.invalid("metadata", f"An object of up to {METADATA_MAX} keys expected")
    for key, value in metadata.items():
        if len(key) > METADATA_KEY_MAX or not isinstance(value, str) or len(value) > METADATA_VALUE_MAX:
            raise Refusal.invalid(f"metadata.{key}", "A key or a value is too long, or no text")
    return metadata


def _read_confirmation(confirmation: Any) -> tuple[str, str]:
    if not isinstance(confirmation, dict) or confirmation.get("type") != "redirect":
        raise Refusal.invalid("confirmation.type", "This bank confirms payments by redirect")
    return_url, locale = confirmation.get("return_url"), confirmation.get("locale", "ru_RU")
    if not isinstance(return_url, str) or not re.match(r"(https?|tg)://", return_url):
        raise Refusal.invalid("confirmation.return_url", "Incorrect URL")
    if locale not in LOCALES:
        raise Refusal.invalid("confirmation.locale", "ru_RU or en_US expected")
    return return_url, locale
