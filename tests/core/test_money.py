"""Money keeps every minor unit through arithmetic, division, machines' strings and people's words."""

import re
from collections.abc import Callable
from decimal import Decimal
from operator import add, ge, gt, le, lt, sub

import pytest
from babel.core import get_global
from hypothesis import given
from hypothesis import strategies as st

from core.money import (
    EXPONENTS,
    MINOR_MAX,
    AmountTooLarge,
    Money,
    UnknownCurrency,
    WrongDecimal,
    apportion,
    exponent,
    format_money,
    parse_decimal,
    to_decimal_string,
)

CURRENCIES = st.sampled_from(sorted(EXPONENTS))
MINORS = st.integers(-MINOR_MAX, MINOR_MAX)
WEIGHTS = st.lists(st.integers(0, 10**6), min_size=1, max_size=30).filter(any)
# Where CLDR says how prices are rounded in shops and ISO 4217 how banks count.
ROUNDED_BY_CLDR = {"AFN", "ALL", "IQD", "IRR", "KPW", "LAK", "LBP", "MGA", "MMK", "RSD", "SOS", "SYP", "YER"}


class TestMoney:
    def test_adds_subtracts_and_compares_in_one_currency(self) -> None:
        assert Money(120050, "RUB") + Money(5, "RUB") == Money(120055, "RUB")
        assert Money(5, "RUB") - Money(6, "RUB") == Money(-1, "RUB")
        assert Money(5, "RUB") < Money(6, "RUB")
        assert not Money(6, "RUB") < Money(6, "RUB")
        assert Money(6, "RUB") >= Money(6, "RUB")
        assert max(Money(1, "RUB"), Money(3, "RUB"), Money(2, "RUB")) == Money(3, "RUB")

    def test_never_mixes_currencies(self) -> None:
        operations: tuple[Callable[[Money, Money], object], ...] = (add, sub, lt, le, gt, ge)
        for operation in operations:
            with pytest.raises(AssertionError, match="meets"):
                operation(Money(1, "RUB"), Money(1, "USD"))

        assert Money(1, "RUB") != Money(1, "USD")


class TestExponent:
    @pytest.mark.parametrize(
        ("currency", "digits"),
        [("RUB", 2), ("JPY", 0), ("KRW", 0), ("VND", 0), ("CLP", 0), ("ISK", 0), ("XTR", 0), ("HUF", 2), ("IQD", 3)],
    )
    def test_follows_iso_4217(self, currency: str, digits: int) -> None:
        assert exponent(currency) == digits

    @pytest.mark.parametrize("currency", ["KWD", "BHD", "OMR", "JOD", "TND", "LYD"])
    def test_is_three_for_dinars_and_rials(self, currency: str) -> None:
        assert exponent(currency) == 3

    def test_knows_every_currency_in_use(self) -> None:
        by_territory = get_global("territory_currencies").values()
        in_use = {code for spans in by_territory for code, _, until, is_tender in spans if is_tender and until is None}

        assert in_use <= EXPONENTS.keys()

    def test_differs_from_cldr_only_where_cldr_rounds(self) -> None:
        digits = get_global("currency_fractions")

        assert {code for code in EXPONENTS if EXPONENTS[code] != digits.get(code, (2,))[0]} == ROUNDED_BY_CLDR | {"XTR"}

    @pytest.mark.parametrize("unknown", ["", "rub", "XXX", "RUBLE" * 100])
    def test_refuses_an_unknown_code(self, unknown: str) -> None:
        with pytest.raises(UnknownCurrency):
            exponent(unknown)


class TestApportion:
    @given(minor=MINORS, weights=WEIGHTS, first=st.integers(0, 100))
    def test_loses_nothing_and_stays_within_one_unit(self, minor: int, weights: list[int], first: int) -> None:
        parts = apportion(minor, weights, first=first)

        whole = sum(weights)
        assert sum(part.minor for part in parts) == minor
        for part, weight in zip(parts, weights, strict=True):
            assert abs(part.minor * whole - minor * weight) < whole
            assert part.minor - part.extra == minor * weight // whole

    def test_gives_extra_units_to_the_largest_remainders(self) -> None:
        assert [part.minor for part in apportion(100, [1, 2, 3])] == [17, 33, 50]
        assert [part.extra for part in apportion(100, [1, 2, 3])] == [1, 0, 0]

    def test_breaks_ties_from_the_first_on_and_around(self) -> None:
        assert [part.minor for part in apportion(200, [1, 1, 1], first=0)] == [67, 67, 66]
        assert [part.minor for part in apportion(200, [1, 1, 1], first=2)] == [67, 66, 67]
        assert [part.minor for part in apportion(200, [1, 1, 1], first=5)] == [67, 66, 67]

    def test_gives_nothing_for_no_weight(self) -> None:
        assert [part.minor for part in apportion(101, [0, 1, 0, 1])] == [0, 51, 0, 50]

    def test_needs_somebody(self) -> None:
        for weights in ([], [0, 0]):
            with pytest.raises(AssertionError, match="nobody"):
                apportion(1, weights)
        with pytest.raises(AssertionError, match="below zero"):
            apportion(1, [2, -1])


class TestParseDecimal:
    @pytest.mark.parametrize(
        ("text", "currency", "minor"),
        [
            ("1200.50", "RUB", 120050),
            ("1200.5", "RUB", 120050),
            ("15", "JPY", 15),
            ("0.001", "KWD", 1),
            ("0", "RUB", 0),
        ],
    )
    def test_reads_what_machines_write(self, text: str, currency: str, minor: int) -> None:
        assert parse_decimal(text, currency) == minor

    @pytest.mark.parametrize(
        "text",
        ["", "1.005", "-1", "+1", "1e3", "NaN", "Infinity", "1,5", "1 200", ".5", "5.", "1.2.3", "٣", "0x1", "1\n"],
    )
    def test_refuses_everything_else(self, text: str) -> None:
        with pytest.raises(WrongDecimal):
            parse_decimal(text, "RUB")

    def test_refuses_decimals_that_the_currency_lacks(self) -> None:
        with pytest.raises(WrongDecimal):
            parse_decimal("15.0", "JPY")

    def test_refuses_more_than_one_operation_moves(self) -> None:
        assert parse_decimal("10000000000.00", "RUB") == MINOR_MAX
        with pytest.raises(AmountTooLarge):
            parse_decimal("10000000000.01", "RUB")

    @given(minor=st.integers(0, MINOR_MAX), currency=CURRENCIES)
    def test_reads_back_what_was_written(self, minor: int, currency: str) -> None:
        assert parse_decimal(to_decimal_string(Money(minor, currency)), currency) == minor


class TestToDecimalString:
    @given(minor=MINORS, currency=CURRENCIES)
    def test_is_the_exact_value(self, minor: int, currency: str) -> None:
        written = to_decimal_string(Money(minor, currency))

        assert Decimal(written) == Decimal(minor).scaleb(-EXPONENTS[currency])
        assert len(written.partition(".")[2]) == EXPONENTS[currency]


class TestFormatMoney:
    @pytest.mark.parametrize(
        ("money", "ru", "en"),
        [
            (Money(120000, "RUB"), "1 200 ₽", "₽1,200"),
            (Money(120050, "RUB"), "1 200,50 ₽", "₽1,200.50"),
            (Money(-5, "RUB"), "-0,05 ₽", "-₽0.05"),
            (Money(0, "RUB"), "0 ₽", "₽0"),
            (Money(1200, "JPY"), "1 200 ¥", "¥1,200"),
            (Money(1200500, "KWD"), "1 200,500 KWD", "KWD 1,200.500"),
            (Money(500, "CAD"), "5 CA$", "CA$5"),
            (Money(7, "XTR"), "7 ⭐", "⭐7"),
            (Money(MINOR_MAX, "KZT"), "10 000 000 000 ₸", "₸10,000,000,000"),
        ],
    )
    def test_writes_as_the_language_does(self, money: Money, ru: str, en: str) -> None:
        assert format_money(money, "ru") == ru.replace(" ", "\N{NO-BREAK SPACE}")
        assert format_money(money, "en") == en.replace(" ", "\N{NO-BREAK SPACE}")

    def test_keeps_the_decimals_of_whole_amounts_on_request(self) -> None:
        assert format_money(Money(120000, "RUB"), "ru", compact=False) == "1\xa0200,00\xa0₽"
        assert format_money(Money(1200, "JPY"), "en", compact=False) == "¥1,200"

    @given(minor=MINORS, currency=CURRENCIES, language=st.sampled_from(["ru", "en"]), compact=st.booleans())
    def test_shows_exactly_the_amount(self, minor: int, currency: str, language: str, compact: bool) -> None:
        written = format_money(Money(minor, currency), language, compact=compact)

        point = "," if language == "ru" else "."
        found = re.search(rf"\d.*?(?:{re.escape(point)}\d+)?(?=\D*$)", written)  # a symbol may have a dot: Cg.
        assert found is not None, written
        digits = "".join(char for char in found[0] if char == point or char.isdecimal())
        shown = Decimal(digits.replace(point, ".")) * (-1 if "-" in written else 1)
        assert shown == Decimal(minor).scaleb(-EXPONENTS[currency])
