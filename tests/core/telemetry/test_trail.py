"""One id follows an action from its door through events and batches, and ends with it."""

import pytest
from structlog.contextvars import get_contextvars

from core.ids import new_id
from core.telemetry.trail import carried, entering, following, following_each


class TestADoor:
    def test_begins_a_trail_that_log_lines_and_headers_have(self) -> None:
        with entering("update", correlation_id="telegram-7", update_id=7) as identity:
            assert identity == "telegram-7"
            assert get_contextvars() == {"correlation_id": "telegram-7", "update_id": 7}
            assert carried() == {"correlation_id": "telegram-7"}

    def test_leaves_nothing_behind(self) -> None:
        with pytest.raises(ZeroDivisionError), entering("update", update_id=7):
            _ = 1 // 0

        assert (get_contextvars(), carried()) == ({}, {})

    @pytest.mark.parametrize("written", ["", "a" * 65, "new\nline", 'quo"te', "имя", "a b"])
    def test_takes_no_id_that_does_not_look_like_one(self, written: str) -> None:
        with entering("notice", correlation_id=written) as identity:
            assert identity != written
            assert len(identity) == 36


class TestAConsumer:
    def test_goes_on_with_the_trail_that_the_headers_carry(self) -> None:
        with following("notify", {"correlation_id": "telegram-7"}, consumer="notify"):
            assert get_contextvars() == {"correlation_id": "telegram-7", "consumer": "notify"}
            assert carried() == {"correlation_id": "telegram-7"}

    def test_begins_a_trail_where_there_was_none(self) -> None:
        with following("notify", {}):
            assert carried()["correlation_id"]


class TestABatch:
    def test_keeps_each_trail_apart(self) -> None:
        purchase_id, event_id, stranger = new_id(), new_id(), new_id()
        first, second = {"correlation_id": "telegram-7"}, {"correlation_id": "telegram-8"}

        with following_each({purchase_id: first, event_id: second}):
            assert carried(purchase_id) == first
            assert carried(stranger, event_id) == second
            assert carried(stranger) == {}
        assert carried(purchase_id) == {}
