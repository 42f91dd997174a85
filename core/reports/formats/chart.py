"""A report as a picture: who owes whom, as arrows."""

from collections import defaultdict
from typing import Any

from core.money import Money, format_amount, format_money
from core.reports.document import Document, PurchaseReport
from core.reports.formats.typesetting import typeset
from core.reports.lay_out import footer_of, picture_of
from core.reports.paper import Picture
from core.texts import say_plain

NAME_LENGTH_MAX = 44  # two lines of a name's box


def make(document: Document, language: str) -> bytes:
    """Return a PNG, 1280 pixels wide; a statement has no such picture."""
    assert isinstance(document, PurchaseReport)
    picture = picture_of(document, language)
    return typeset("picture", {**picture_content(picture, language), "footer": footer_of(document, language)}, "png")


def picture_content(picture: Picture, language: str) -> dict[str, Any]:
    """Return a picture as its page takes it, with the amounts in words."""

    def money(minor: int) -> str:
        return format_money(Money(minor, picture.currency), language)

    gets: defaultdict[str, int] = defaultdict(int)
    for arrow in picture.arrows:
        gets[arrow.payee] += arrow.amount_minor
    fades = not all(arrow.is_settled for arrow in picture.arrows)  # what is left to do stands out
    arrows = []
    for arrow in picture.arrows:
        label = money(arrow.amount_minor)
        if 0 < arrow.done_minor < arrow.amount_minor:
            done = format_amount(Money(arrow.done_minor, picture.currency), language)
            label = say_plain(language, "report-arrow-part", done=done, amount=label)
        arrows.append(
            {
                "payer": _short(arrow.payer),
                "payee": _short(arrow.payee),
                "label": label,
                "sum": money(gets[arrow.payee]),
                "weight": arrow.amount_minor,
                "settled": arrow.is_settled,
                "fades": fades,
            }
        )
    return {
        "title": picture.title,
        "subtitle": picture.subtitle,
        "arrows": arrows,
        "left_out": picture.left_out,
        "empty": picture.empty,
    }


def _short(name: str) -> str:
    return name if len(name) <= NAME_LENGTH_MAX else f"{name[: NAME_LENGTH_MAX - 1].rstrip()}…"
