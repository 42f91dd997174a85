"""Telegram's HTML and keyboards: read, measured and refused as the official server does."""

import re
from html.parser import HTMLParser
from typing import Any

from sandbox.telegram.refusal import Refusal

TEXT_MAX, CAPTION_MAX, BUTTONS_MAX, ROW_MAX, CALLBACK_BYTES_MAX, COPY_MAX = 4096, 1024, 100, 8, 64, 256
TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "code": "code",
    "pre": "pre",
    "a": "text_link",
    "tg-spoiler": "spoiler",
    "blockquote": "blockquote",
}
# What clients and the server find in plain text by themselves.
FOUND = (
    ("bot_command", re.compile(r"(?<![\w/])/[a-zA-Z0-9_]{1,32}(?:@[a-zA-Z0-9_]{4,32})?")),
    ("mention", re.compile(r"(?<!\w)@[a-zA-Z][a-zA-Z0-9_]{3,31}")),
    ("url", re.compile(r"https?://[^\s<>]+")),
)
BUTTON_KINDS = {"callback_data", "url", "copy_text", "web_app", "switch_inline_query", "pay", "disabled"}
STYLES = {"primary", "success", "danger"}

Entity = dict[str, Any]


def utf16_length(text: str) -> int:
    """Return the length that Telegram counts: UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


def read_text(text: str, parse_mode: str | None, limit: int = TEXT_MAX) -> tuple[str, list[Entity]]:
    """Return the visible text and its entities.

    :raises Refusal: if the markup is wrong, or nothing or too much is left.
    """
    if parse_mode is None:
        plain, entities = text.strip(), list[Entity]()
    elif parse_mode.lower() == "html":
        reader = _Reader()
        reader.feed(text)
        reader.close()
        plain, entities = reader.result()
    else:
        raise Refusal.bad("unsupported parse_mode")
    if utf16_length(plain) > limit:
        raise Refusal.bad("message is too long" if limit == TEXT_MAX else "message caption is too long")
    return plain, entities + found_entities(plain, entities)


def found_entities(text: str, known: list[Entity] | None = None) -> list[Entity]:
    """Return commands, mentions and links in plain text that no other entity covers."""
    covered = [(entity["offset"], entity["offset"] + entity["length"]) for entity in known or []]
    found = []
    for kind, pattern in FOUND:
        for match in pattern.finditer(text):
            start, length = utf16_length(text[: match.start()]), utf16_length(match[0])
            if not any(begin < start + length and start < end for begin, end in covered):
                found.append({"type": kind, "offset": start, "length": length})
    return found


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.entities: list[Entity] = []
        self.open: list[tuple[str, int, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name = "tg-spoiler" if tag == "span" and given.get("class") == "tg-spoiler" else tag
        if name not in TAGS:
            raise Refusal.bad(f'can\'t parse entities: Unsupported start tag "{tag}" at byte offset {self._bytes()}')
        self.open.append((tag, utf16_length(self.text), given))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1][0] != tag:
            raise Refusal.bad(f"can't parse entities: Unexpected end tag at byte offset {self._bytes()}")
        _, start, given = self.open.pop()
        length = utf16_length(self.text) - start
        if length:
            self.entities.append(_entity("tg-spoiler" if tag == "span" else tag, start, length, given))

    def handle_data(self, data: str) -> None:
        self.text += data

    def result(self) -> tuple[str, list[Entity]]:
        if self.open:
            raise Refusal.bad(
                f"can't parse entities: Can't find end tag corresponding to start tag \"{self.open[-1][0]}\""
            )
        # Spaces around the text go, and the entities move with it.
        cut = utf16_length(self.text) - utf16_length(self.text.lstrip())
        plain = self.text.strip()
        whole = utf16_length(plain)
        kept = []
        for entity in self.entities:
            start = max(entity["offset"] - cut, 0)
            length = min(entity["offset"] - cut + entity["length"], whole) - start
            if length > 0:
                kept.append({**entity, "offset": start, "length": length})
        return plain, sorted(kept, key=lambda entity: (entity["offset"], -entity["length"]))

    def _bytes(self) -> int:
        return len(self.text.encode())


def _entity(tag: str, start: int, length: int, given: dict[str, str | None]) -> Entity:
    entity: Entity = {"type": TAGS[tag], "offset": start, "length": length}
    if tag == "a":
        link = given.get("href") or ""
        person = re.fullmatch(r"tg://user\?id=([0-9]+)", link)
        if person:
            return {**entity, "type": "text_mention", "user_id": int(person[1])}
        return {**entity, "url": link}
    if tag == "blockquote" and "expandable" in given:
        entity["type"] = "expandable_blockquote"
    return entity


def read_markup(markup: Any, *, is_private: bool = True) -> dict[str, Any] | None:
    """Return a reply markup as it is kept; buttons that open a Mini App stand in private chats alone.

    :raises Refusal: if a limit of the Bot API is broken.
    """
    if markup is None:
        return None
    if not isinstance(markup, dict):
        raise Refusal.bad("object expected as reply markup")
    if "inline_keyboard" in markup:
        rows = [row for row in markup["inline_keyboard"] if row]
        if sum(map(len, rows)) > BUTTONS_MAX or any(len(row) > ROW_MAX for row in rows):
            raise Refusal.bad("reply markup is too long")
        for row in rows:
            for button in row:
                _check_button(button)
                if "web_app" in button and not is_private:
                    raise Refusal.bad("BUTTON_TYPE_INVALID")
        return {"inline_keyboard": rows} if rows else None
    if markup.get("force_reply"):
        return {"force_reply": True, "selective": bool(markup.get("selective"))}
    if markup.get("remove_keyboard"):
        return None
    raise Refusal.bad("can't parse reply keyboard markup JSON object")


def _check_button(button: dict[str, Any]) -> None:
    if not str(button.get("text", "")).strip():
        raise Refusal.bad('can\'t parse inline keyboard button: Field "text" must be of type String')
    if len(BUTTON_KINDS & button.keys()) != 1:
        raise Refusal.bad("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    if not 1 <= len(str(button.get("callback_data", "x")).encode()) <= CALLBACK_BYTES_MAX:
        raise Refusal.bad("BUTTON_DATA_INVALID")
    if not 1 <= len(button.get("copy_text", {}).get("text", "x")) <= COPY_MAX:
        raise Refusal.bad("BUTTON_COPY_TEXT_INVALID")
    if button.get("style", "primary") not in STYLES:
        raise Refusal.bad("BUTTON_STYLE_INVALID")
    if "web_app" in button and not re.match(r"https?://", str(button["web_app"].get("url"))):
        raise Refusal.bad("inline keyboard button Web App URL is invalid: Only HTTPS links are allowed")
    if "url" in button and not re.match(r"(https?|tg)://", str(button["url"])):
        raise Refusal.bad(f"inline keyboard button URL '{button['url']}' is invalid: Wrong HTTP URL")
