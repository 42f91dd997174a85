"""What people type is shown beside what others type: it hides nothing, and is something."""

import pytest

from core.identity.clean import clean


class TestATextThatPeopleType:
    @pytest.mark.parametrize(
        "text", ["", " \n\t", "\u202e", "\u200b\u200b", "\u200d \ufe0f", "\u3164", "\u2800", "\U000e0041", "\ud800"]
    )
    def test_is_nothing_where_nothing_of_it_is_seen(self, text: str) -> None:
        assert clean(text) == ""

    @pytest.mark.parametrize(
        ("typed", "kept"),
        [
            (" a\u202eb\n\x00c ", "ab c"),
            ("soft\u00adhyphen \u2060joined", "softhyphen joined"),
            ("e\u034f\u0301", "\u00e9"),
        ],
    )
    def test_is_one_line_of_what_is_seen(self, typed: str, kept: str) -> None:
        assert clean(typed) == kept

    @pytest.mark.parametrize(
        "emoji", ["👨\u200d👩\u200d👧", "❤\ufe0f", "🏴\U000e0067\U000e0062\U000e007f", "می\u200cخواهم"]
    )
    def test_keeps_what_shapes_emoji_and_letters(self, emoji: str) -> None:
        assert clean(emoji) == emoji
