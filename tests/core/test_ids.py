"""Identities and their short written form."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.ids import lengthen, new_id, shorten


class TestShorten:
    @given(st.uuids())
    def test_is_undone_by_lengthen(self, identity: UUID) -> None:
        short = shorten(identity)

        assert len(short) == 22
        assert short.isascii()
        assert short.isalnum()
        assert lengthen(short) == identity

    @given(st.text(max_size=30))
    def test_is_the_only_thing_that_lengthen_takes(self, text: str) -> None:
        try:
            identity = lengthen(text)
        except ValueError:
            return
        assert shorten(identity) == text


class TestNewId:
    def test_grows_with_time(self) -> None:
        made = [new_id() for _ in range(1000)]

        assert made == sorted(made)
        assert len(set(made)) == len(made)

    @pytest.mark.parametrize("text", ["z" * 22, "", "!" * 22])
    def test_is_never_what_nonsense_lengthens_to(self, text: str) -> None:
        with pytest.raises(ValueError):  # noqa: PT011 -- the refusal is of Python's own int and UUID
            lengthen(text)
