"""Quiet hours, in every zone and on every day, those on which the clocks change among them."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.notifications.quiet_hours import QuietHours, add_days, last_allowed, next_allowed

ZONES = st.sampled_from(
    ("Europe/Moscow", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia",
     "America/Sao_Paulo", "Africa/Cairo", "Pacific/Kiritimati", "UTC")
)  # fmt: skip
MOMENTS = st.datetimes(datetime(2011, 1, 1), datetime(2030, 1, 1)).map(  # noqa: DTZ001 -- made aware right here
    lambda naive: naive.replace(tzinfo=UTC)
)
NIGHT = (time(22), time(9))


@st.composite
def _quiets(draw: st.DrawFn) -> QuietHours:
    """Return quiet hours of at most sixteen hours, as people may choose them."""
    start, length = draw(st.integers(0, 24 * 60 - 1)), draw(st.integers(0, 16 * 60))
    hour, minute = divmod((start + length) % (24 * 60), 60)
    return QuietHours(time(*divmod(start, 60)), time(hour, minute), draw(ZONES))


def _moscow(*when: int) -> datetime:
    return datetime(*when, tzinfo=ZoneInfo("Europe/Moscow"))  # type: ignore[misc, arg-type]


def _berlin(*when: int, fold: int = 0) -> datetime:
    return datetime(*when, fold=fold, tzinfo=ZoneInfo("Europe/Berlin"))  # type: ignore[misc, arg-type]


class TestTheNextAllowedMoment:
    @pytest.mark.parametrize(
        ("asked", "allowed"),
        [
            ((2026, 6, 1, 21, 59), (2026, 6, 1, 21, 59)),
            ((2026, 6, 1, 22, 0), (2026, 6, 2, 9, 0)),
            ((2026, 6, 2, 3, 0), (2026, 6, 2, 9, 0)),
            ((2026, 6, 2, 9, 0), (2026, 6, 2, 9, 0)),
            ((2026, 12, 31, 23, 0), (2027, 1, 1, 9, 0)),
        ],
    )
    def test_is_the_end_of_the_night(self, asked: tuple[int, ...], allowed: tuple[int, ...]) -> None:
        assert next_allowed(_moscow(*asked), QuietHours(*NIGHT, "Europe/Moscow")) == _moscow(*allowed)

    def test_is_nine_on_the_wall_when_the_clocks_change(self) -> None:
        quiet = QuietHours(*NIGHT, "Europe/Berlin")

        for evening in (_berlin(2026, 3, 28, 23), _berlin(2026, 10, 24, 23)):
            morning = next_allowed(evening, quiet).astimezone(ZoneInfo("Europe/Berlin"))
            assert (morning.hour, morning.minute) == (9, 0)
        night = next_allowed(_berlin(2026, 3, 28, 23), quiet) - _berlin(2026, 3, 28, 23).astimezone(UTC)
        assert night == timedelta(hours=9)

    def test_comes_after_an_hour_that_is_there_twice(self) -> None:
        quiet = QuietHours(time(22), time(2, 30), "Europe/Berlin")

        second = _berlin(2026, 10, 25, 2, 30, fold=1).astimezone(UTC)
        assert next_allowed(_berlin(2026, 10, 25, 2, 10, fold=1), quiet) == second

    def test_is_any_without_quiet_hours(self) -> None:
        night = _moscow(2026, 6, 2, 3)

        assert next_allowed(night, QuietHours(time(0), time(0), "Europe/Moscow")) == night

    @settings(max_examples=400)
    @given(MOMENTS, _quiets())
    @example(datetime(2011, 12, 30, 9, 30, tzinfo=UTC), QuietHours(*NIGHT, "Pacific/Apia"))  # the day that never was
    def test_is_never_quiet_never_earlier_and_within_a_day(self, moment: datetime, quiet: QuietHours) -> None:
        allowed = next_allowed(moment, quiet)

        assert not quiet.cover(allowed)
        assert moment <= allowed <= moment + timedelta(hours=18)
        assert (allowed == moment) == (not quiet.cover(moment))


class TestTheLastAllowedMoment:
    @pytest.mark.parametrize(
        ("asked", "allowed"),
        [
            ((2026, 6, 1, 21, 59), (2026, 6, 1, 21, 59)),
            ((2026, 6, 1, 23, 59), (2026, 6, 1, 21, 0)),
            ((2026, 6, 2, 3, 0), (2026, 6, 1, 21, 0)),
            ((2026, 6, 2, 9, 0), (2026, 6, 2, 9, 0)),
        ],
    )
    def test_is_an_hour_before_the_night(self, asked: tuple[int, ...], allowed: tuple[int, ...]) -> None:
        assert last_allowed(_moscow(*asked), QuietHours(*NIGHT, "Europe/Moscow")) == _moscow(*allowed)

    @settings(max_examples=400)
    @given(MOMENTS, _quiets())
    def test_is_never_quiet_never_later_and_within_a_day(self, moment: datetime, quiet: QuietHours) -> None:
        allowed = last_allowed(moment, quiet)

        assert not quiet.cover(allowed)
        assert moment - timedelta(hours=20) <= allowed <= moment


class TestDaysLater:
    @given(MOMENTS, st.integers(-30, 30), ZONES)
    def test_show_the_same_time_on_the_wall(self, moment: datetime, days: int, zone: str) -> None:
        local, later = moment.astimezone(ZoneInfo(zone)), add_days(moment, days, zone).astimezone(ZoneInfo(zone))

        wanted = local.replace(tzinfo=None) + timedelta(days=days)
        # Where the clocks were put forward over that very time there is none, and it is as much later.
        skipped = later.replace(tzinfo=None) - wanted
        assert skipped == timedelta(0) or zone != "UTC"
        assert timedelta(0) <= skipped <= timedelta(days=1)
        assert not skipped or later.utcoffset() != (later - timedelta(days=1)).utcoffset()

    def test_do_not_drift_at_the_end_of_january(self) -> None:
        end = _moscow(2026, 1, 31, 18)

        assert add_days(end, 1, "Europe/Moscow") == _moscow(2026, 2, 1, 18)
        assert add_days(_moscow(2028, 2, 29, 18), -30, "Europe/Moscow") == _moscow(2028, 1, 30, 18)
