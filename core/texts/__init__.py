"""What people read, in their language: Fluent messages in one folder per language."""

from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from fluent.runtime import FluentBundle, FluentResource

FOLDER = Path(__file__).parent
LANGUAGES = ("ru", "en")
DEFAULT_LANGUAGE = "en"


class Html(str):
    """Text that is markup already, so that `say` leaves it as it is."""

    __slots__ = ()


class MissingText(Exception):
    """A message or one of its variables is missing: a bug, never something a person did."""


def choose_language(code: str | None) -> str:
    """Return the language we speak that comes nearest to an IETF tag such as `ru-RU`."""
    wanted = (code or "").split("-")[0].lower()
    if wanted in {"uk", "be", "kk", "ky", "tg", "uz"}:
        wanted = "ru"  # the interface that most people with these settings read more easily than English
    return wanted if wanted in LANGUAGES else DEFAULT_LANGUAGE


def say(language: str, key: str, /, **params: Any) -> Html:
    """Return the message as Telegram HTML; every param that is not `Html` is escaped.

    :raises MissingText: if no language has the key, or the message wants a param that was not given.
    """
    safe = {name: value if isinstance(value, Html | int) else escape(str(value)) for name, value in params.items()}
    return Html(_format(language, key, safe))


def say_plain(language: str, key: str, /, **params: Any) -> str:
    """Return the message as plain text, for labels of buttons, toasts and alerts.

    :raises MissingText: as `say`.
    """
    return _format(language, key, params)


def _format(language: str, key: str, params: dict[str, Any]) -> str:
    bundle = _bundle(language)
    message_id, _, attribute = key.partition(".")
    if not bundle.has_message(message_id):
        raise MissingText(f"{language}: {key}")
    message = bundle.get_message(message_id)
    pattern = message.attributes.get(attribute) if attribute else message.value
    if pattern is None:
        raise MissingText(f"{language}: {key}")
    # Fluent knows numbers and strings; str() also strips the Html type, which it would not know.
    text, errors = bundle.format_pattern(pattern, {n: v if isinstance(v, int) else str(v) for n, v in params.items()})
    if errors:
        raise MissingText(f"{language}: {key}: {errors}")
    return str(text)


@cache
def _bundle(language: str) -> FluentBundle:
    # Isolation marks around variables would end up in copied card numbers.
    bundle = FluentBundle([language], use_isolating=False)
    for file in sorted((FOLDER / language).glob("*.ftl")):
        bundle.add_resource(FluentResource(file.read_text(encoding="utf-8")))
    return bundle
