"""Two times of the day as people write them."""

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.parsing.hours import NotHours, parse_hours


class TestHours:
    @pytest.mark.parametrize(
        ("written", "start", "end"),
        [
            ("22-9", time(22), time(9)),
            ("22:30–7:45", time(22, 30), time(7, 45)),
            ("  23 — 8 ", time(23), time(8)),
            ("с 23 до 8", time(23), time(8)),
            ("From 10.15 until 11", time(10, 15), time(11)),
            ("0-24", time(0), time(0)),
            ("٢٢-٩", time(22), time(9)),
        ],
    )
    def test_are_understood(self, written: str, start: time, end: time) -> None:
        assert parse_hours(written) == (start, end)

    @pytest.mark.parametrize("written", ["", "22", "25-8", "22:60-9", "24:30-9", "22-9-10", "ночью", "-22-9", "22:5-9"])
    def test_that_are_none_are_refused(self, written: str) -> None:
        with pytest.raises(NotHours):
            parse_hours(written)

    @given(st.text(max_size=40))
    def test_are_hours_or_refused_whatever_is_written(self, written: str) -> None:
        try:
            start, end = parse_hours(written)
        except NotHours:
            return
        assert isinstance(start, time)
        assert isinstance(end, time)
