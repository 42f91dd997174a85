"""Tokens that are nobody's are counted for each address, and no number of addresses fills the memory."""

import pytest

from api.refused_tokens import ADDRESSES_MAX, RefusedTokens
from core.errors import TooOften


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def is_over(refused: RefusedTokens, address: str) -> bool:
    try:
        refused.check(address)
    except TooOften:
        return True
    return False


class TestRefusedTokens:
    def test_are_so_many_at_once_and_then_so_many_a_minute(self) -> None:
        clock = Clock()
        refused = RefusedTokens(per_minute=6, clock=clock)

        for _ in range(6):
            assert not is_over(refused, "here")
            refused.count("here")
        with pytest.raises(TooOften) as refusal:
            refused.check("here")

        assert refusal.value.params["seconds"] in (10, 11)
        assert not is_over(refused, "elsewhere")
        clock.now += 10.01
        assert not is_over(refused, "here")
        refused.count("here")
        assert is_over(refused, "here")

    def test_are_forgotten_where_they_count_no_more(self) -> None:
        clock = Clock()
        refused = RefusedTokens(per_minute=1, clock=clock)
        for number in range(ADDRESSES_MAX):
            refused.count(str(number))
        refused.count("one too many")
        assert not is_over(refused, "one too many")

        clock.now += 61
        refused.count("later")

        assert is_over(refused, "later")
        assert not is_over(refused, "0")
