"""Set pages with typst: what people wrote is handed over as data and never becomes a part of the program."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any, Literal

import typst

FOLDER = Path(__file__).parent
PAGES = FOLDER / "pages"
PIXELS_PER_INCH = 144  # a picture of 640 points is 1280 pixels wide, which Telegram shows as it is
LONG_WORD = re.compile(r"(\w{11})(?=\w{4})")
SOFT_HYPHEN = "\N{SOFT HYPHEN}"


def typeset(page: str, content: dict[str, Any], kind: Literal["pdf", "png"]) -> bytes:
    """Return a file of one of the pages of `pages/`, filled with the content."""
    fonts = _fonts()
    inputs = {"content": json.dumps(content, ensure_ascii=False), "emoji": "yes" if _has_emoji(fonts) else "no"}
    made = typst.compile(
        str(PAGES / f"{page}.typ"),
        root=str(PAGES),
        format=kind,
        ppi=PIXELS_PER_INCH if kind == "png" else None,
        font_paths=fonts,
        sys_inputs=inputs,
    )
    assert isinstance(made, bytes)
    return made


def breakable(text: str) -> str:
    """Return the text with places in overlong words where a line may break."""
    return LONG_WORD.sub(rf"\1{SOFT_HYPHEN}", text)


@cache
def _fonts() -> typst.Fonts:
    """Return the font that the project brings along; those of typst and of the machine help out with rare letters."""
    return typst.Fonts(include_system_fonts=True, font_paths=[str(FOLDER / "fonts")])


def _has_emoji(fonts: typst.Fonts) -> bool:
    return any("emoji" in family.lower() for family in fonts.families())
