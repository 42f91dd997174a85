"""A line after a command is cut where its author meant it, and the title keeps the rest."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.parsing.amounts import AmountNotPositive, AmountNotUnderstood, OtherCurrency
from bot.parsing.lines import parse_spent, split_title_and_amount, split_title_and_due
from core.errors import Invalid

NOON = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)  # a Saturday, 12:00 in Moscow
WORDS = st.sampled_from(
    [
        "молоко",
        "3,2%",
        "120",
        "1 200",
        "-",
        "—",
        "200р",
        "$5",
        "@anna",
        "@",
        "2*2",
        "(",
        "до",
        "к",
        "пятницы",
        "15.06",
        "18:00",
        "завтра",
    ]
)
SOUP = st.one_of(st.text(), st.lists(WORDS, max_size=8).map(" ".join))


class TestSplitTitleAndAmount:
    @pytest.mark.parametrize(
        ("text", "title", "minor"),
        [
            ("молоко 120", "молоко", 12000),
            ("молоко 3,2% 120", "молоко 3,2%", 12000),
            ("Такси 1 200,50", "Такси", 120050),
            ("Торт — 500 р.", "Торт", 50000),
            ("Торт: 500", "Торт", 50000),
            ("Такси 300 + 200", "Такси", 50000),
            ("Билеты 2*1500р", "Билеты", 300000),
            ("Батарейки 4 шт 300", "Батарейки 4 шт", 30000),
            ("Вино 2019 500", "Вино 2019", 50000),
            ("Жареный сом 500", "Жареный сом", 50000),
            ("Shower gel 100", "Shower gel", 10000),
            ("Кот — друг 5", "Кот — друг", 500),
            ("Подарок 0", "Подарок", 0),
        ],
    )
    def test_takes_the_amount_at_the_end(self, text: str, title: str, minor: int) -> None:
        found, amount = split_title_and_amount(text, "RUB")

        assert (found, amount and amount.minor) == (title, minor)

    @pytest.mark.parametrize(
        "text",
        [
            "молоко",
            "молоко 3,2%",
            "500",
            "Кабель 2 м",
            "Размер 42-44",
            "Размер 44-42",
            "buy all",
            "Картина 30x40",
            "Сыр $ 20",
            "Сыр 20€",
            "",
        ],
    )
    def test_leaves_to_the_title_what_is_no_amount(self, text: str) -> None:
        assert split_title_and_amount(text, "RUB") == (text, None)

    def test_is_not_stopped_by_decimals_in_the_title(self) -> None:
        title, amount = split_title_and_amount("молоко 3.2% 120", "JPY")

        assert (title, amount and amount.minor) == ("молоко 3.2%", 120)

    @given(text=SOUP)
    def test_raises_nothing_and_loses_no_word(self, text: str) -> None:
        title, amount = split_title_and_amount(text, "RUB")

        assert text.split()[: len(title.split())] == title.split() or amount is not None
        assert bool(title) == bool(text.split())


class TestParseSpent:
    @pytest.mark.parametrize(
        ("text", "minor", "title", "mentions"),
        [
            ("1200 такси @anna @boris", 120000, "такси", ("anna", "boris")),
            ("1 200 такси", 120000, "такси", ()),
            ("@anna 500 чай, @vera, с мятой", 50000, "чай, с мятой", ("anna", "vera")),
            ("300+200 такси", 50000, "такси", ()),
            ("1200 - 2 пиццы", 120000, "2 пиццы", ()),
            ("1200₽ — бензин", 120000, "бензин", ()),
            ("120 3 пива", 12000, "3 пива", ()),
            ("2 тыс руб за пиво", 200000, "за пиво", ()),
            ("такси 1200 @anna", 120000, "такси", ("anna",)),
            ("1200", 120000, "", ()),
            ("100 собака @ дом", 10000, "собака @ дом", ()),
        ],
    )
    def test_reads_amount_title_and_mentions(
        self, text: str, minor: int, title: str, mentions: tuple[str, ...]
    ) -> None:
        spent = parse_spent(text, "RUB")

        assert (spent.amount.minor, spent.title, spent.mentions) == (minor, title, mentions)

    @pytest.mark.parametrize(
        ("text", "refusal"),
        [
            ("такси", AmountNotUnderstood),
            ("", AmountNotUnderstood),
            ("@anna", AmountNotUnderstood),
            ("такси 0", AmountNotUnderstood),
            ("0 такси", AmountNotPositive),
            ("20$ такси", OtherCurrency),
        ],
    )
    def test_refuses_a_line_without_a_right_amount(self, text: str, refusal: type[Invalid]) -> None:
        with pytest.raises(refusal):
            parse_spent(text, "RUB")

    @pytest.mark.parametrize("text", ["@a=2 @b=3 5", "5 @a=2 @b=3"])
    def test_has_no_grammar_for_parts_after_names(self, text: str) -> None:
        assert parse_spent(text, "RUB").mentions == ("a=2", "b=3")  # no such username, so nobody is charged

    @given(text=SOUP)
    def test_raises_nothing_but_its_refusals(self, text: str) -> None:
        try:
            spent = parse_spent(text, "RUB")
        except Invalid:
            return

        assert spent.amount.minor > 0


class TestSplitTitleAndDue:
    @pytest.mark.parametrize(
        ("text", "title", "due"),
        [
            ("Шашлыки до пятницы", "Шашлыки", datetime(2026, 11, 27, 20, 59, tzinfo=UTC)),
            ("Шашлыки в субботу в 15:00", "Шашлыки", datetime(2026, 11, 28, 12, tzinfo=UTC)),
            ("Trip 15.06 18:00", "Trip", datetime(2027, 6, 15, 15, tzinfo=UTC)),
            ("Trip by tomorrow", "Trip", datetime(2026, 11, 22, 20, 59, tzinfo=UTC)),
            ("Стол на завтра", "Стол", datetime(2026, 11, 22, 20, 59, tzinfo=UTC)),
            ("Дача — завтра в 18", "Дача", datetime(2026, 11, 22, 15, tzinfo=UTC)),
        ],
    )
    def test_takes_the_date_at_the_end(self, text: str, title: str, due: datetime) -> None:
        assert split_title_and_due(text, now=NOON, time_zone="Europe/Moscow") == (title, due)

    @pytest.mark.parametrize(
        "text",
        [
            "Шашлыки",
            "Black Friday",
            "Поездка к морю",
            "Версия 1.2",
            "Отчёт 01.02.2020",
            "Отчёт с 15.06",
            "завтра",
            "Бронь на 2 часа",
            "",
        ],
    )
    def test_leaves_to_the_title_what_is_no_date_ahead(self, text: str) -> None:
        assert split_title_and_due(text, now=NOON, time_zone="Europe/Moscow") == (text, None)

    @given(text=SOUP)
    def test_raises_nothing(self, text: str) -> None:
        title, due = split_title_and_due(text, now=NOON, time_zone="Europe/Moscow")

        assert bool(title) == bool(text.split())
        assert due is None or NOON < due < NOON + timedelta(days=6 * 366)
