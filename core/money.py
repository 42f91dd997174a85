"""Amounts of money: integers in minor units with a currency, and the one place where money is divided."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

from babel import Locale
from babel.numbers import NumberPattern, get_currency_symbol, parse_pattern

from core.errors import Invalid

MINOR_MAX = 10**12  # of one operation; a bigint leaves six orders of magnitude for sums

# ISO 4217, not CLDR: Babel rounds RSD, IQD and many others to whole units, banks do not.
_CODES = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF XTR",  # Telegram Stars, which no bank knows
    2: "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP "
    "CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR "
    "JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN "
    "NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP "
    "SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG",
    3: "BHD IQD JOD KWD LYD OMR TND",
}
EXPONENTS: Mapping[str, int] = MappingProxyType(
    {code: exponent for exponent, codes in _CODES.items() for code in codes.split()}
)
# What people write where their language's CLDR data has only the code.
SYMBOLS: Mapping[str, str] = MappingProxyType(
    {"RUB": "₽", "KZT": "₸", "UAH": "₴", "GEL": "₾", "AMD": "֏", "TRY": "₺", "AZN": "₼", "PLN": "zł", "XTR": "⭐"}
)
_DECIMAL = re.compile(r"([0-9]{1,18})(?:\.([0-9]{1,6}))?")
_NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"


class UnknownCurrency(Invalid):
    """ISO 4217 has no currency of this code."""


class AmountTooLarge(Invalid):
    """The amount is above what one operation may move (`MINOR_MAX`)."""


class WrongDecimal(Invalid):
    """A decimal amount is not written as digits, or has more of them than its currency."""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units (kopecks, cents) of a currency."""

    minor: int
    currency: str

    def __add__(self, other: "Money") -> "Money":
        self._assert_same_currency(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        self._assert_same_currency(other)
        return Money(self.minor - other.minor, self.currency)

    def __lt__(self, other: "Money") -> bool:
        self._assert_same_currency(other)
        return self.minor < other.minor

    def __le__(self, other: "Money") -> bool:
        self._assert_same_currency(other)
        return self.minor <= other.minor

    def _assert_same_currency(self, other: "Money") -> None:
        assert self.currency == other.currency, f"{self.currency} meets {other.currency}"


class Part(NamedTuple):
    """What one weight gets: `minor`, of which `extra` (0 or 1) is a unit that could not be divided."""

    minor: int
    extra: int


def exponent(currency: str) -> int:
    """Return how many decimal digits the minor unit of a currency has, by ISO 4217 (RUB: 2, JPY: 0, KWD: 3).

    :raises UnknownCurrency: if there is no such currency.
    """
    if currency not in EXPONENTS:
        raise UnknownCurrency(currency=currency[:10])
    return EXPONENTS[currency]


def apportion(minor: int, weights: Sequence[int], *, first: int = 0) -> tuple[Part, ...]:
    """Divide an amount by weights so that not one unit is lost: the method of the largest remainder.

    Everybody gets the floor of their exact part; the units that are left over go, one each, to the largest remainders.
    Of equal remainders the one at index `first` comes first, then the ones after it, then those from the beginning.
    Every part is less than one unit away from its exact value, and the parts sum to `minor`, which may be negative.
    """
    whole = sum(weights)
    assert whole > 0, "nobody to divide among"
    assert min(weights) >= 0, "a weight is below zero"
    floors, remainders = zip(*(divmod(minor * weight, whole) for weight in weights), strict=True)
    count = len(weights)
    by_claim = sorted(range(count), key=lambda index: (-remainders[index], (index - first) % count))
    lucky = frozenset(by_claim[: minor - sum(floors)])
    return tuple(Part(floor + (index in lucky), int(index in lucky)) for index, floor in enumerate(floors))


def parse_decimal(text: str, currency: str) -> int:
    """Return the minor units of an amount as machines write it: `1200.50`, with a dot and nothing else.

    :raises WrongDecimal: if it is anything else (a sign, an exponent, spaces), or has more decimals than the currency.
    :raises AmountTooLarge: if it is above `MINOR_MAX`.
    :raises UnknownCurrency: if there is no such currency.
    """
    digits = exponent(currency)
    match = _DECIMAL.fullmatch(text)
    if match is None or len(match[2] or "") > digits:
        raise WrongDecimal(text=text[:40], currency=currency)
    minor = int(match[1] + (match[2] or "").ljust(digits, "0"))
    if minor > MINOR_MAX:
        raise AmountTooLarge
    return minor


def to_decimal_string(money: Money) -> str:
    """Return the amount as machines write it, with all decimals of its currency: `1200.50`, `-0.05`, `15` (JPY)."""
    digits = exponent(money.currency)
    whole, fraction = divmod(abs(money.minor), 10**digits)
    sign = "-" if money.minor < 0 else ""
    return f"{sign}{whole}.{fraction:0{digits}}" if digits else f"{sign}{whole}"


def format_money(money: Money, language: str, *, compact: bool = True) -> str:
    """Return the amount as people of a language write it: `1 200,50 ₽` in ru, `₽1,200.50` in en.

    `compact` leaves the decimals of a whole amount out. The pattern and its no-break spaces are those of CLDR.
    """
    digits = exponent(money.currency)
    shown = 0 if compact and money.minor % 10**digits == 0 else digits
    value = Decimal(money.minor).scaleb(-digits)
    written: str = _pattern(money.currency, language, shown).apply(value, language)
    return written


def format_totals(amounts: Iterable[Money], language: str) -> str:
    """Return the sums of amounts as people of a language write them, one for each currency: `500 ₽ + 20 €`."""
    sums: dict[str, int] = {}
    for money in amounts:
        sums[money.currency] = sums.get(money.currency, 0) + money.minor
    return " + ".join(format_money(Money(minor, currency), language) for currency, minor in sorted(sums.items()))


def format_amount(money: Money, language: str) -> str:
    """Return the amount without its currency and with all decimals, as columns of numbers show it: `1 200,50`."""
    digits = exponent(money.currency)
    number = "#,##0." + "0" * digits if digits else "#,##0"
    written: str = parse_pattern(number).apply(Decimal(money.minor).scaleb(-digits), language)
    return written


def currency_symbol(currency: str, language: str) -> str:
    """Return the sign that people of a language write for a currency, or its code where there is none."""
    symbol: str = get_currency_symbol(currency, locale=language)
    return SYMBOLS.get(currency, symbol) if symbol == currency else symbol


def spreadsheet_format(currency: str, language: str) -> str:
    """Return the number format of amounts in a spreadsheet, with all decimals of the currency: `#,##0.00 "₽"`."""
    digits = exponent(currency)
    standard = Locale.parse(language).currency_formats["standard"].pattern
    number = "0." + "0" * digits if digits else "0"
    symbol = _spaced_symbol(currency, language, standard)
    written: str = standard.replace("0.00", number).replace("¤", f'"{symbol}"')
    return written.replace(_NO_BREAK_SPACE, " ")  # which is no literal that every spreadsheet takes


@cache
def _pattern(currency: str, language: str, decimals: int) -> NumberPattern:
    standard = Locale.parse(language).currency_formats["standard"].pattern
    number = "0." + "0" * decimals if decimals else "0"
    quoted = f"'{_spaced_symbol(currency, language, standard)}'"
    return parse_pattern(standard.replace("0.00", number).replace("¤", quoted))


def _spaced_symbol(currency: str, language: str, standard: str) -> str:
    """Return the symbol with the space that CLDR asks for between letters and digits; Babel leaves it to its caller."""
    symbol = currency_symbol(currency, language)
    return symbol + _NO_BREAK_SPACE if symbol[-1].isalpha() and standard.startswith("¤#") else symbol
