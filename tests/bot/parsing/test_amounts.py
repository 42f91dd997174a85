"""Amounts are read as people write them, and what could be misread is refused."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.parsing.amounts import (
    DEPTH_MAX,
    LENGTH_MAX,
    AmountNotPositive,
    AmountNotUnderstood,
    OtherCurrency,
    TooManyDecimals,
    WrongNumberOfAmounts,
    parse_amount,
    parse_amounts,
)
from core.errors import Invalid
from core.money import EXPONENTS, MINOR_MAX, AmountTooLarge, Money, format_money, to_decimal_string

PIECES = st.sampled_from(
    [
        *"0123456789.,'+-*() ",
        "\xa0",
        "\u2009",
        "−",
        "٣",
        "٫",
        "k",
        "к",
        "тыс",
        "р.",
        "руб",
        "₽",
        "$",
        "€",
        "EUR",
        "⭐️",
        "%",
    ]
)
SOUP = st.one_of(st.text(), st.lists(PIECES, max_size=20).map("".join))


class TestParseAmount:
    @pytest.mark.parametrize(
        ("text", "minor"),
        [
            ("1200", 120000),
            ("1 200,50", 120050),
            ("1\N{NO-BREAK SPACE}200,50", 120050),
            ("1\N{THIN SPACE}200\N{NARROW NO-BREAK SPACE}300", 120030000),
            ("1.200,50", 120050),
            ("1,200.50", 120050),
            ("1'200.50", 120050),
            ("1’200.50", 120050),
            ("1234.5", 123450),
            ("1.234.567", 123456700),
            ("1 200 300,5", 120030050),
            ("0,05", 5),
            ("12k", 1200000),
            ("12К", 1200000),
            ("1.5к", 150000),
            ("1,2345к", 123450),
            ("2 тыс", 200000),
            ("2 тыс. руб.", 200000),
            ("3 тысячи рублей", 300000),
            ("350р", 35000),
            ("100 р.", 10000),
            ("350 руб.", 35000),
            ("350₽", 35000),
            ("₽350", 35000),
            ("RUB 350", 35000),
            ("١٢٣٤٫٥", 123450),
            ("300+450*2", 120000),
            ("(300 + 450) * 2 ₽", 150000),
            ("350р+20р.-70р", 30000),
            ("1000 − 200", 80000),
            ("100*1,5", 15000),
            ("100*(1-0,5)", 5000),
            (" 5 ", 500),
        ],
    )
    def test_reads_what_people_write(self, text: str, minor: int) -> None:
        assert parse_amount(text, "RUB") == Money(minor, "RUB")

    @pytest.mark.parametrize(
        ("text", "currency", "minor"),
        [
            ("1,234", "RUB", 123400),
            ("1.234", "RUB", 123400),
            ("123.456", "RUB", 12345600),
            ("1.234k", "RUB", 123400),
            ("1,234", "JPY", 1234),
            ("1.234", "KWD", 1234),
            ("1,234,567", "KWD", 1234567000),
        ],
    )
    def test_decides_by_digits_and_currency_what_a_single_separator_means(
        self, text: str, currency: str, minor: int
    ) -> None:
        assert parse_amount(text, currency) == Money(minor, currency)

    @pytest.mark.parametrize(
        ("text", "currency"),
        [
            ("0,125", "RUB"),
            ("1200,500", "RUB"),
            ("1 234,567", "RUB"),
            ("1,2345", "RUB"),
            ("1.5", "JPY"),
            ("0.33*0.33", "RUB"),
        ],
    )
    def test_refuses_more_decimals_than_the_currency_has(self, text: str, currency: str) -> None:
        with pytest.raises(TooManyDecimals) as refusal:
            parse_amount(text, currency)

        assert refusal.value.params == {"text": text, "decimals_max": EXPONENTS[currency], "currency": currency}

    @pytest.mark.parametrize(
        ("text", "currency", "minor"),
        [
            ("€20", "EUR", 2000),
            ("20 eur", "EUR", 2000),
            ("$15", "USD", 1500),
            ("$15", "CAD", 1500),
            ("5 ⭐️", "XTR", 5),
            ("5 р", "BYN", 500),
        ],
    )
    def test_takes_a_mark_for_the_currency_that_is_spoken_of(self, text: str, currency: str, minor: int) -> None:
        assert parse_amount(text, currency) == Money(minor, currency)

    @pytest.mark.parametrize(
        ("text", "written"),
        [("€20", "EUR"), ("20$", "USD"), ("20 KWD", "KWD"), ("100р + 5$", "USD"), ("€0,001", "EUR")],
    )
    def test_refuses_another_currency_instead_of_taking_its_number(self, text: str, written: str) -> None:
        with pytest.raises(OtherCurrency) as refusal:
            parse_amount(text, "RUB")

        assert refusal.value.params == {"written": written, "expected": "RUB"}

    @pytest.mark.parametrize(
        "text",
        [
            *("", "руб", "к", "5 %", "1/2", "10**2", "1e5", "0x1F", "1_000", "NaN", "²", "5 all", "12 50", "1,23,456"),
            *(
                "1.234,567.8",
                "1.234,567 890",
                "р 350",
                "12кр",
                "1 2345",
                "1234 567",
                "5,",
                ".5",
                "5++5",
                "+5",
                "(5",
                "5)",
                "()",
                "5 5 5",
                "__import__('os')",
                "12 к",
            ),
        ],
    )
    def test_refuses_everything_else(self, text: str) -> None:
        with pytest.raises(AmountNotUnderstood):
            parse_amount(text, "RUB")

    def test_limits_length_and_depth(self) -> None:
        assert parse_amount("(" * DEPTH_MAX + "5" + ")" * DEPTH_MAX, "RUB").minor == 500
        for text in ("(" * (DEPTH_MAX + 1) + "5" + ")" * (DEPTH_MAX + 1), "1+" * LENGTH_MAX + "1", "(" * 10**6):
            with pytest.raises(AmountNotUnderstood):
                parse_amount(text, "RUB")

    @pytest.mark.parametrize("text", ["-5", "− 5", "3-5", "0", "0,00", "5-5", "-0"])
    def test_refuses_nothing_and_less(self, text: str) -> None:
        with pytest.raises(AmountNotPositive):
            parse_amount(text, "RUB")

    def test_takes_zero_but_nothing_less_where_it_is_allowed(self) -> None:
        assert parse_amount("0", "RUB", zero=True) == Money(0, "RUB")
        with pytest.raises(AmountNotPositive):
            parse_amount("-1", "RUB", zero=True)

    @pytest.mark.parametrize("text", ["10000000000,01", "9" * 90, "99999*99999*99999", "10000000000k"])
    def test_refuses_more_than_one_operation_moves(self, text: str) -> None:
        assert parse_amount("10 000 000 000", "RUB").minor == MINOR_MAX
        with pytest.raises(AmountTooLarge):
            parse_amount(text, "RUB")

    @given(minor=st.integers(1, MINOR_MAX), currency=st.sampled_from(["RUB", "USD", "JPY", "KWD"]))
    def test_reads_what_we_write_ourselves(self, minor: int, currency: str) -> None:
        money = Money(minor, currency)

        assert parse_amount(to_decimal_string(money), currency) == money
        for language in ("ru", "en"):
            assert parse_amount(format_money(money, language, compact=False), currency) == money

    @given(text=SOUP, currency=st.sampled_from(["RUB", "JPY", "KWD"]))
    @example("9" * 5000, "RUB")
    def test_raises_nothing_but_its_refusals(self, text: str, currency: str) -> None:
        try:
            amount = parse_amount(text, currency, zero=True)
        except Invalid:
            return

        assert 0 <= amount.minor <= MINOR_MAX
        assert amount.currency == currency


class TestParseAmounts:
    @pytest.mark.parametrize(
        "text", ["700 500", "700\n500", "700; 500", "700, 500", "700 и 500", "350*2 and 500", "700р 500р"]
    )
    def test_reads_one_for_each_payer(self, text: str) -> None:
        assert [amount.minor for amount in parse_amounts(text, "RUB", count=2)] == [70000, 50000]

    def test_keeps_thousands_where_something_else_sets_the_amounts_apart(self) -> None:
        assert [amount.minor for amount in parse_amounts("1 200\n1,500", "RUB", count=2)] == [120000, 150000]
        assert [amount.minor for amount in parse_amounts("700 500", "RUB", count=1)] == [70050000]

    def test_leaves_it_to_the_rules_whether_somebody_paid_nothing(self) -> None:
        assert [amount.minor for amount in parse_amounts("0 5", "RUB", count=2)] == [0, 500]

    @pytest.mark.parametrize(("text", "given"), [("700", 1), ("1; 2; 3", 3), ("1 200 500", 3), ("", 0)])
    def test_refuses_more_or_fewer(self, text: str, given: int) -> None:
        with pytest.raises(WrongNumberOfAmounts) as refusal:
            parse_amounts(text, "RUB", count=2)

        assert refusal.value.params == {"given": given, "expected": 2}
