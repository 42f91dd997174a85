"""Text that people type, made safe to show beside other people's text."""

import unicodedata

# Marks that turn the reading direction of what follows them (UAX #9): a name could rewrite the line it stands in.
_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def clean(text: str) -> str:
    """Return `text` in NFC without control and direction marks, on one line, with single spaces and none around."""
    spaced = (" " if char.isspace() else char for char in unicodedata.normalize("NFC", text))
    kept = (char for char in spaced if char not in _TURNING and unicodedata.category(char) not in {"Cc", "Cs", "Cn"})
    return " ".join("".join(kept).split())
