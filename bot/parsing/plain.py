"""One way to write digits, spaces and dashes, however a person's keyboard writes them (pure)."""

import unicodedata

_SAME = str.maketrans(
    {
        "\N{MINUS SIGN}": "-",
        "\N{EN DASH}": "-",
        "\N{EM DASH}": "-",
        "\N{MULTIPLICATION SIGN}": "*",
        "\N{ARABIC DECIMAL SEPARATOR}": ".",
        "\N{ARABIC THOUSANDS SEPARATOR}": "'",
        "\N{RIGHT SINGLE QUOTATION MARK}": "'",
        "\N{VARIATION SELECTOR-16}": "",  # it only asks for the coloured form of an emoji
    }
)


def plain(text: str) -> str:
    """Return the text with ASCII digits, dashes and apostrophes, and single spaces between words."""
    digits = (str(unicodedata.decimal(char)) if char.isdecimal() else char for char in text)
    return " ".join("".join(digits).translate(_SAME).split())
