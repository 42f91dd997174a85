"""Texts in two languages: escaping, plurals, and the choice of a language."""

import pytest

from core.texts import Html, MissingText, choose_language, say, say_plain


class TestSay:
    def test_escapes_what_people_wrote(self) -> None:
        said = say("en", "card-title-active", title="<b>&Co</b>")

        assert said == "🛒 <b>&lt;b&gt;&amp;Co&lt;/b&gt;</b>"

    def test_leaves_markup_of_our_own_alone(self) -> None:
        assert say("en", "card-title-active", title=Html("<i>x</i>")) == "🛒 <b><i>x</i></b>"

    def test_puts_no_invisible_marks_around_what_people_copy(self) -> None:
        assert "\u2068" not in say("ru", "requisite-card", value="2200 0000 0000 0000")

    @pytest.mark.parametrize(
        ("count", "words"), [(1, "1 участник:"), (2, "2 участника:"), (5, "5 участников:"), (21, "21 участник:")]
    )
    def test_counts_as_russians_do(self, count: int, words: str) -> None:
        assert words in say("ru", "card-people", count=count, people="…", organizer="…")

    def test_refuses_a_text_that_does_not_exist_or_lacks_something(self) -> None:
        with pytest.raises(MissingText):
            say("en", "no-such-text")
        with pytest.raises(MissingText):
            say("en", "card-title-active")


class TestTheExport:
    @pytest.mark.parametrize(("language", "unit"), [("ru", "минимальных единицах валюты"), ("en", "minor units")])
    def test_names_no_unit_that_only_some_currencies_have(self, language: str, unit: str) -> None:
        assert unit in say(language, "export-caption")


class TestSayPlain:
    def test_leaves_what_people_wrote_as_it_is(self) -> None:
        assert say_plain("en", "purchase-active", title="A & B") == "🛒 A & B"


class TestChooseLanguage:
    @pytest.mark.parametrize(
        ("code", "language"), [("ru", "ru"), ("ru-RU", "ru"), ("uk", "ru"), ("de", "en"), ("EN-us", "en"), (None, "en")]
    )
    def test_takes_the_nearest_that_we_speak(self, code: str | None, language: str) -> None:
        assert choose_language(code) == language
