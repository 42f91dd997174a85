"""Amounts as people write them: `1 200,50`, `12k`, `350р`, `€20`, `300+450*2` (pure)."""

import re

from bot.parsing.currencies import currency_of
from bot.parsing.plain import plain
from core.errors import Invalid
from core.money import EXPONENTS, MINOR_MAX, AmountTooLarge, Money, exponent

LENGTH_MAX = 100
DEPTH_MAX = 10  # parentheses in parentheses
GROUP = 3  # digits between two separators of thousands
THOUSANDS = re.compile(r"[kк](?!\w)| ?тыс(?:яч[аи]?)?\b\.?", re.IGNORECASE)
NUMBER = re.compile(r"[0-9]+(?:[ .,'][0-9]+)*")
MARK = re.compile(r"[^\W\d_]+\.?|[^\w\s()+*.,'-]")
GROUPED = re.compile(r"[0-9]{1,3}(?:[ .,'][0-9]{3})+")
BETWEEN_AMOUNTS = re.compile(r"[\n;]|, | и | and ")


class AmountNotUnderstood(Invalid):
    """This is not how an amount of money is written."""


class TooManyDecimals(Invalid):
    """The amount is finer than the minor unit of its currency."""


class AmountNotPositive(Invalid):
    """The amount is below zero, or zero where something must be paid."""


class OtherCurrency(Invalid):
    """The amount is written in another currency than everything around it."""


class WrongNumberOfAmounts(Invalid):
    """There are more or fewer amounts than people to pay them."""


def parse_amount_in_any_currency(text: str, currency: str) -> Money:
    """Return the amount that `500` or `€20` says, in the currency that it names, else in `currency`.

    :raises Invalid: as `parse_amount`.
    """
    try:
        return parse_amount(text, currency)
    except OtherCurrency as other:
        return parse_amount(text, str(other.params["written"]))


def parse_amount(text: str, currency: str, *, zero: bool = False) -> Money:
    """Return the amount that a person wrote, in `currency`; `zero` lets nothing be an amount too.

    Thousands are set apart by spaces, apostrophes, dots or commas, decimals by a dot or a comma; `k`, `к` and `тыс` are
    thousands; `+`, `-`, `*` and parentheses calculate. A single separator before exactly three digits could be either:
    it sets thousands apart (`1,234` and `1.234` RUB are 1234), unless the currency has three decimals, the number
    starts with 0 (`0,125`) or more than three digits, or ends in `k` (`1.234k`); then it is a decimal point.

    :raises AmountNotUnderstood: if it is no amount, or too long or too deep.
    :raises TooManyDecimals: if it is finer than the minor unit.
    :raises OtherCurrency: if it is written in another currency.
    :raises AmountNotPositive, AmountTooLarge: if it is out of range.
    """
    words = plain(text)
    if len(words) > LENGTH_MAX:
        raise AmountNotUnderstood(text=words[:LENGTH_MAX])
    minor = _Expression(words, currency).value()
    if minor < 0 or (minor == 0 and not zero):
        raise AmountNotPositive
    if minor > MINOR_MAX:
        raise AmountTooLarge
    return Money(minor, currency)


def parse_amounts(text: str, currency: str, *, count: int) -> list[Money]:
    """Return as many amounts as there are people to pay them; each may be zero.

    They are set apart by lines, semicolons, `, ` or `and`, else by spaces: `700 500` is 700500 for one person and 700
    and 500 for two.

    :raises WrongNumberOfAmounts: if there are more or fewer.
    :raises Invalid: as `parse_amount`.
    """
    if count == 1:
        return [parse_amount(text, currency, zero=True)]
    pieces = [piece for piece in BETWEEN_AMOUNTS.split(text.strip()) if piece.strip()]
    if len(pieces) == 1:
        pieces = plain(text).split()
    if len(pieces) != count:
        raise WrongNumberOfAmounts(given=len(pieces), expected=count)
    return [parse_amount(piece, currency, zero=True) for piece in pieces]


class _Expression:
    """A sum of products of numbers, read from left to right; every value is in minor units of the currency."""

    def __init__(self, text: str, currency: str) -> None:
        self._text, self._currency, self._digits = text, currency, exponent(currency)
        self._at = self._depth = 0
        self._refusal: Invalid | None = None  # kept until the text has proved to be an amount at all

    def value(self) -> int:
        """Return what the whole text comes to."""
        value = self._sum()
        if self._at < len(self._text):
            raise self._not_understood()
        if self._refusal:
            raise self._refusal
        return value

    def _sum(self) -> int:
        value = -self._product() if self._take("-") else self._product()
        while True:
            if self._take("+"):
                value += self._product()
            elif self._take("-"):
                value -= self._product()
            else:
                return value

    def _product(self) -> int:
        value = self._factor()
        while self._take("*"):
            value, lost = divmod(value * self._factor(), 10**self._digits)
            if lost:
                self._refuse_decimals()
        return value

    def _factor(self) -> int:
        self._take_currency(before=True)
        if self._take("("):
            self._depth += 1
            if self._depth > DEPTH_MAX:
                raise self._not_understood()
            value = self._sum()
            if not self._take(")"):
                raise self._not_understood()
            self._depth -= 1
        else:
            value = self._number()
        self._take_currency()
        return value

    def _number(self) -> int:
        written = self._match(NUMBER)
        if written is None:
            raise self._not_understood()
        thousands = self._match(THOUSANDS) is not None
        whole, decimals = self._whole_and_decimals(written, thousands=thousands)
        digits = self._digits + 3 if thousands else self._digits
        if len(decimals) > digits:
            self._refuse_decimals()
        return int(whole + decimals.ljust(digits, "0"))

    def _whole_and_decimals(self, written: str, *, thousands: bool) -> tuple[str, str]:
        separators = re.findall(r"[ .,']", written)
        if not separators:
            return written, ""
        head, last, tail = written.rpartition(separators[-1])
        could_be_either = len(separators) == 1 and last in ".," and len(tail) == GROUP
        if could_be_either:
            is_grouped = GROUPED.fullmatch(written) and not written.startswith("0")
            is_decimal = thousands or self._digits == GROUP or not is_grouped
        else:
            is_decimal = last in ".," and separators.count(last) == 1
        grouped = head if is_decimal else written
        marks = set(re.findall(r"[ .,']", grouped))
        if marks and (len(marks) > 1 or not GROUPED.fullmatch(grouped)):
            raise self._not_understood()
        return re.sub(r"[ .,']", "", grouped), tail if is_decimal else ""

    def _take_currency(self, *, before: bool = False) -> None:
        start = self._at
        mark = self._match(MARK) or ""
        written = currency_of(mark, self._currency) or currency_of(mark.rstrip("."), self._currency)
        # Before a number only signs and codes are a currency: `сом 500` is fish.
        if written is None or (before and mark.isalpha() and mark not in EXPONENTS):
            self._at = start
        elif written != self._currency:
            self._refusal = self._refusal or OtherCurrency(written=written, expected=self._currency)

    def _take(self, char: str) -> bool:
        self._skip_space()
        found = self._text.startswith(char, self._at)
        self._at += found
        return found

    def _match(self, pattern: re.Pattern[str]) -> str | None:
        if pattern is not THOUSANDS:
            self._skip_space()
        match = pattern.match(self._text, self._at)
        if match is None:
            return None
        self._at = match.end()
        return match[0]

    def _skip_space(self) -> None:
        while self._text.startswith(" ", self._at):
            self._at += 1

    def _not_understood(self) -> AmountNotUnderstood:
        return AmountNotUnderstood(text=self._text)

    def _refuse_decimals(self) -> None:
        refusal = TooManyDecimals(text=self._text, decimals_max=self._digits, currency=self._currency)
        self._refusal = self._refusal or refusal
