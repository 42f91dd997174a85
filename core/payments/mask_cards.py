"""Hide card numbers in what is shown of a notice: the first six and the last four digits stay."""

import re
from typing import Any

# 13 to 19 digits, as they are or in groups; longer runs are no cards, and ids of letters and digits are not touched.
_CARD = re.compile(r"(?<![0-9A-Za-z])[0-9](?: ?[0-9]){12,18}(?![0-9A-Za-z])")
_FIRST, _LAST = 6, 4


def mask_cards(text: str) -> str:
    """Return the text with the middle of everything that may be a card number replaced by stars."""
    return _CARD.sub(_masked, text)


def mask_cards_in(value: Any) -> Any:
    """Return what was read from JSON with all card numbers masked, in the names of its fields too."""
    match value:
        case str():
            return mask_cards(value)
        case bool() | None:
            return value
        case int():
            masked = mask_cards(str(value))
            return value if masked == str(value) else masked
        case list():
            return [mask_cards_in(each) for each in value]
        case dict():
            return {mask_cards(str(name)): mask_cards_in(each) for name, each in value.items()}
    return value


def _masked(found: re.Match[str]) -> str:
    digits = found[0].replace(" ", "")
    return digits[:_FIRST] + "*" * (len(digits) - _FIRST - _LAST) + digits[-_LAST:]
