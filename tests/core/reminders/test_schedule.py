"""When a debt is reminded of, whatever people wish and wherever they live."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from core.notifications.quiet_hours import QuietHours
from core.reminders.schedule import AFTER_MAX, Stage, Wishes, first_overdue, moments, next_moment
from tests.core.notifications.test_quiet_hours import MOMENTS, _quiets

MOSCOW = ZoneInfo("Europe/Moscow")
NIGHT = QuietHours(time(22), time(9), "Europe/Moscow")
USUAL = Wishes(before_days=1, when_due=True, every_days=3, quiet=NIGHT)
WISHES = st.builds(
    Wishes,
    before_days=st.integers(0, 30),
    when_due=st.booleans(),
    every_days=st.integers(0, 30),
    quiet=_quiets(),
)


def _at(*when: int) -> datetime:
    return datetime(*when, tzinfo=MOSCOW)  # type: ignore[misc, arg-type]


def _told(due_at: datetime, wishes: Wishes) -> list[tuple[str, datetime]]:
    return [(moment.stage, moment.at) for moment in moments(due_at, wishes)]


class TestReminders:
    def test_come_before_when_due_and_after(self) -> None:
        assert _told(_at(2026, 1, 31, 18), USUAL) == [
            ("before", _at(2026, 1, 30, 18)),
            ("due", _at(2026, 1, 31, 18)),
            ("after", _at(2026, 2, 3, 18)),
            ("after", _at(2026, 2, 6, 18)),
            ("after", _at(2026, 2, 9, 18)),
            ("after", _at(2026, 2, 12, 18)),
            ("after", _at(2026, 2, 15, 18)),
        ]

    def test_of_what_is_due_at_the_end_of_a_day_come_in_its_evening_and_in_the_mornings_after(self) -> None:
        first, second, third, *_ = _told(_at(2026, 6, 15, 23, 59), USUAL)

        assert (first, second) == (("before", _at(2026, 6, 14, 21)), ("due", _at(2026, 6, 15, 21)))
        assert third == ("after", _at(2026, 6, 19, 9))

    def test_are_those_that_are_wished(self) -> None:
        silent = Wishes(before_days=0, when_due=False, every_days=0, quiet=NIGHT)
        early = Wishes(before_days=7, when_due=False, every_days=0, quiet=NIGHT)

        assert _told(_at(2026, 6, 15, 18), silent) == []
        assert _told(_at(2026, 6, 15, 18), early) == [("before", _at(2026, 6, 8, 18))]

    @given(MOMENTS, WISHES)
    def test_are_few_in_order_never_at_night_and_on_their_side_of_the_due_date(
        self, due_at: datetime, wishes: Wishes
    ) -> None:
        told = moments(due_at, wishes)

        assert len(told) <= 2 + AFTER_MAX
        assert [moment.at for moment in told] == sorted(moment.at for moment in told)
        for moment in told:
            assert not wishes.quiet.cover(moment.at)
            assert (moment.at > due_at) == (moment.stage == Stage.AFTER)

    @given(MOMENTS, WISHES, st.integers(-60, 60))
    def test_that_were_missed_are_not_made_up_for(self, due_at: datetime, wishes: Wishes, days: int) -> None:
        after = due_at + timedelta(days=days)

        following = next_moment(due_at, wishes, after=after)

        later = [moment for moment in moments(due_at, wishes) if moment.at > after]
        assert following == (later[0] if later else None)


class TestTheOrganizer:
    @given(MOMENTS, _quiets())
    def test_hears_of_a_debt_after_it_had_a_day_to_be_paid(self, due_at: datetime, quiet: QuietHours) -> None:
        told = first_overdue(due_at, quiet).at

        assert due_at.astimezone(UTC) + timedelta(hours=23) <= told
        assert not quiet.cover(told)
