"""Text that people type, made safe to show beside other people's text."""

import re
import unicodedata

# What shows nothing by itself: Unicode's Default_Ignorable_Code_Point, marks of annotations, the blank of Braille. Some
# of it turns the reading direction of what follows (UAX #9): a name could rewrite the line it stands in.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
# Of that, what joins letters or emoji, says how an emoji looks, or spells a flag.
_SHAPING = re.compile("[\u200c\u200d\ufe0e\ufe0f\U000e0020-\U000e007f]")


def clean(text: str) -> str:
    """Return `text` in NFC without control and direction marks, on one line, with single spaces and none around.

    Where nothing of it can be seen, nothing is left.
    """
    spaced = "".join(" " if char.isspace() else char for char in text)
    kept = (char for char in spaced if unicodedata.category(char) not in {"Cc", "Cs", "Cn"})
    shown = (char for char in kept if _SHAPING.match(char) or not _INVISIBLE.match(char))
    cleaned = " ".join(unicodedata.normalize("NFC", "".join(shown)).split())
    return cleaned if visible(cleaned).strip() else ""


def visible(text: str) -> str:
    """Return `text` without what cannot be seen in it."""
    return _INVISIBLE.sub("", text)
