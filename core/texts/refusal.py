"""What a rule that said no tells a person."""

from typing import Any

from core.errors import DomainError
from core.money import Money, format_money
from core.texts import say_plain


def say_refusal(language: str, refusal: DomainError) -> str:
    """Return in a person's language why a rule said no, as plain text."""
    return say_plain(language, refusal.text, **_shown(refusal.params, language))


def _shown(params: dict[str, Any], language: str) -> dict[str, Any]:
    """Return an error's params with amounts written out: `left_minor` and `currency` become `left`."""
    currency = params.get("currency")
    written = {}
    for name, value in params.items():
        if name.endswith("_minor") and currency:
            written[name.removesuffix("_minor")] = format_money(Money(value, currency), language)
        else:
            written[name] = value
    return written
