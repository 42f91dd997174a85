"""Dates are read in both languages and in the person's time zone, and nothing is guessed."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.parsing.dates import LENGTH_MAX, DateNotUnderstood, parse_due
from core.errors import Invalid
from core.purchases.rules import DUE_YEARS_MAX, DueInThePast, DueTooFar

MOSCOW = "Europe/Moscow"
NOON = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)  # a Saturday, 12:00 in Moscow
WORDS = st.sampled_from(
    [
        *("до", "к", "в", "на", "by", "in", "next", "через", "сегодня", "завтра", "пятницу", "friday", "weekend"),
        *(
            "2",
            "99",
            "6",
            "18",
            "18:00",
            "25:61",
            "pm",
            "вечера",
            "утром",
            "дня",
            "часа",
            "недели",
            "months",
            "half",
            "an",
        ),
        *("15.06", "31.02", "0.0", "29.02", "21.11.2026", "01.01.0001", "31.12.9999", "0000-00-00", "июня", "feb"),
        *("2027", "конца", "месяца"),
    ]
)
SOUP = st.one_of(st.text(), st.lists(WORDS, max_size=6).map(" ".join))
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 -- bounds
ZONES = st.sampled_from(["Europe/Moscow", "America/Los_Angeles", "Pacific/Kiritimati", "Asia/Kathmandu", "UTC"])


def in_moscow(text: str) -> str:
    """Return what is understood on the 21st of November 2026, a Saturday, at noon."""
    return f"{parse_due(text, now=NOON, time_zone=MOSCOW).astimezone(ZoneInfo(MOSCOW)):%Y-%m-%d %H:%M}"


class TestParseDue:
    @pytest.mark.parametrize(
        ("text", "understood"),
        [
            ("завтра в 18", "2026-11-22 18:00"),
            ("Завтра в 18:00", "2026-11-22 18:00"),
            ("в 18 завтра", "2026-11-22 18:00"),
            ("tomorrow 18:00", "2026-11-22 18:00"),
            ("at 6 pm tomorrow", "2026-11-22 18:00"),
            ("сегодня до 20:00", "2026-11-21 20:00"),
            ("завтра вечером", "2026-11-22 19:00"),
            ("завтра днём", "2026-11-22 15:00"),
            ("завтра в 6 вечера", "2026-11-22 18:00"),
            ("завтра в 3 дня", "2026-11-22 15:00"),
            ("завтра в 9 часов утра", "2026-11-22 09:00"),
            ("tomorrow 12am", "2026-11-22 00:00"),
            ("завтра в 12 дня", "2026-11-22 12:00"),
            ("завтра в 18.30", "2026-11-22 18:30"),
            ("до 18 часов", "2026-11-21 18:00"),
            ("noon tomorrow", "2026-11-22 12:00"),
            ("25 декабря 15:30", "2026-12-25 15:30"),
            ("21.12.2026 18:00", "2026-12-21 18:00"),
            ("next friday 6pm", "2026-11-27 18:00"),
            ("через 2 недели в 12:00", "2026-12-05 12:00"),
        ],
    )
    def test_reads_a_day_with_a_time(self, text: str, understood: str) -> None:
        assert in_moscow(text) == understood

    @pytest.mark.parametrize(
        ("text", "day"),
        [
            ("сегодня", "2026-11-21"),
            ("послезавтра", "2026-11-23"),
            ("day after tomorrow", "2026-11-23"),
            ("21.12", "2026-12-21"),
            ("до 21.12.", "2026-12-21"),
            ("15.06.27", "2027-06-15"),
            ("в 21.12.2026", "2026-12-21"),
            ("в 15 июня", "2027-06-15"),
            ("2027-01-05", "2027-01-05"),
            ("June 15", "2027-06-15"),
            ("by the 15th of June", "2027-06-15"),
            ("5 мая 2028 года", "2028-05-05"),
            ("до пятницы", "2026-11-27"),
            ("к среде", "2026-11-25"),
            ("в эту пятницу", "2026-11-27"),
            ("on Monday", "2026-11-23"),
            ("в следующий вторник", "2026-11-24"),
            ("к выходным", "2026-11-28"),
            ("by the weekend", "2026-11-28"),
            ("до конца недели", "2026-11-22"),
            ("by the end of the month", "2026-11-30"),
            ("через 3 дня", "2026-11-24"),
            ("через неделю", "2026-11-28"),
            ("через пару дней", "2026-11-23"),
            ("in a couple of weeks", "2026-12-05"),
            ("через три месяца", "2027-02-21"),
        ],
    )
    def test_takes_the_end_of_a_day_without_a_time(self, text: str, day: str) -> None:
        assert in_moscow(text) == f"{day} 23:59"

    @pytest.mark.parametrize(
        ("text", "after"),
        [
            ("через полчаса", 30),
            ("in half an hour", 30),
            ("через час", 60),
            ("in 2 hours", 120),
            ("через 45 минут", 45),
        ],
    )
    def test_counts_minutes_and_hours_from_now(self, text: str, after: int) -> None:
        assert parse_due(text, now=NOON, time_zone=MOSCOW) == NOON + timedelta(minutes=after)

    def test_takes_the_next_such_time_without_a_day(self) -> None:
        assert in_moscow("18:00") == "2026-11-21 18:00"
        assert in_moscow("в 10:00") == "2026-11-22 10:00"
        assert in_moscow("12:00") == "2026-11-22 12:00"

    def test_rolls_a_day_without_a_year_to_the_next_such_day(self) -> None:
        assert in_moscow("20.11") == "2027-11-20 23:59"
        assert in_moscow("21 ноября") == "2026-11-21 23:59"
        assert in_moscow("29.02") == "2028-02-29 23:59"

    def test_takes_another_day_for_the_weekday_of_today(self) -> None:
        assert in_moscow("в субботу") == "2026-11-28 23:59"

    def test_takes_the_next_calendar_week_for_a_next_weekday(self) -> None:
        monday = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

        assert parse_due("friday", now=monday, time_zone="UTC").day == 27
        assert parse_due("next friday", now=monday, time_zone="UTC") == datetime(2026, 12, 4, 23, 59, tzinfo=UTC)

    def test_keeps_to_the_last_day_of_a_shorter_month(self) -> None:
        january = datetime(2027, 1, 31, 9, 0, tzinfo=UTC)

        assert parse_due("через месяц", now=january, time_zone="UTC") == datetime(2027, 2, 28, 23, 59, tzinfo=UTC)

    def test_reads_the_day_of_the_persons_time_zone(self) -> None:
        late = datetime(2026, 11, 21, 22, 0, tzinfo=UTC)  # already Sunday in Moscow

        assert parse_due("сегодня", now=late, time_zone=MOSCOW) == datetime(2026, 11, 22, 20, 59, tzinfo=UTC)
        assert parse_due("сегодня", now=late, time_zone="UTC") == datetime(2026, 11, 21, 23, 59, tzinfo=UTC)

    def test_counts_two_hours_through_the_change_of_clocks(self) -> None:
        before = datetime(2027, 3, 28, 0, 30, tzinfo=UTC)  # Berlin skips 02:00-03:00 local

        assert parse_due("in 2 hours", now=before, time_zone="Europe/Berlin") == before + timedelta(hours=2)

    @pytest.mark.parametrize("text", ["сегодня 10:00", "01.02.2020", "1 января 2026", "21.11.2026 11:59", "01.01.1000"])
    def test_refuses_what_has_passed(self, text: str) -> None:
        with pytest.raises(DueInThePast):
            parse_due(text, now=NOON, time_zone=MOSCOW)

    @pytest.mark.parametrize("text", ["15.06.2099", "через 999 месяцев", "1 января 2032"])
    def test_refuses_what_is_too_far_ahead(self, text: str) -> None:
        with pytest.raises(DueTooFar) as refusal:
            parse_due(text, now=NOON, time_zone=MOSCOW)

        assert refusal.value.params == {"years_max": DUE_YEARS_MAX}

    @pytest.mark.parametrize(
        "text",
        [
            *(
                "",
                "молоко",
                "до",
                "12",
                "5",
                "may",
                "2027",
                "5/6",
                "31.06",
                "31 июня",
                "00.01",
                "25:00",
                "18:60",
                "13pm",
            ),
            *(
                "3 дня",
                "через",
                "через 3",
                "через пару",
                "8 мартини",
                "вчера",
                "next week",
                "в 18 пицц",
                "завтра завтра",
            ),
            *("через час в 18:00", "9999-12-32", "x" * 1000),
        ],
    )
    def test_guesses_nothing(self, text: str) -> None:
        with pytest.raises(DateNotUnderstood):
            parse_due(text, now=NOON, time_zone=MOSCOW)

    def test_repeats_no_more_than_a_line_of_what_it_refuses(self) -> None:
        with pytest.raises(DateNotUnderstood) as refusal:
            parse_due("x" * 1000, now=NOON, time_zone=MOSCOW)

        assert len(refusal.value.params["text"]) == LENGTH_MAX

    def test_survives_the_end_of_the_calendar(self) -> None:
        with pytest.raises(DateNotUnderstood):
            parse_due("31.12.9999", now=NOON, time_zone="America/Los_Angeles")

    @given(text=SOUP, now=MOMENTS, time_zone=ZONES)
    def test_raises_nothing_but_its_refusals(self, text: str, now: datetime, time_zone: str) -> None:
        try:
            due = parse_due(text, now=now, time_zone=time_zone)
        except Invalid:
            return

        assert now < due < now + timedelta(days=366 * (DUE_YEARS_MAX + 1))
        assert due.tzinfo is UTC
