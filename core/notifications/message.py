"""What is shown to a person: a text and its buttons, in Telegram's vocabulary but without any library of it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal
from uuid import UUID

from core.ids import lengthen, shorten

Seal = Callable[[str], str]  # makes of a button's data what only one person in one chat can send back
CALLBACK_BYTES_MAX = 64
COPY_TEXT_MAX = 256
ACTION = re.compile(r"[A-Za-z_]{1,24}")


class NotACallback(ValueError):
    """The data of a button is none of ours."""


@dataclass(frozen=True, slots=True)
class Callback:
    """What a tap says: an action, the ids it is about, and the version that the person saw. Never an amount."""

    action: str
    ids: tuple[UUID, ...] = ()
    version: int | None = None
    seal: str | None = None  # of a tap on a button that moves money: which button it was

    def pack(self) -> str:
        """Return the callback data, e.g. `take:0aB...:7`; at most 64 bytes."""
        version = () if self.version is None else (str(self.version),)
        data = ":".join((self.action, *(shorten(identity) for identity in self.ids), *version))
        assert len(data.encode()) <= CALLBACK_BYTES_MAX, data
        return data

    @classmethod
    @lru_cache(maxsize=64)  # of one tap every filter asks the same
    def unpack(cls, data: str) -> "Callback":
        """Return what `pack` wrote.

        :raises NotACallback: if `data` was not written by `pack`; anybody can send any bytes.
        """
        action, *rest = data.split(":")
        if not ACTION.fullmatch(action):
            raise NotACallback(data)
        version = None
        if rest and rest[-1].isascii() and rest[-1].isdigit() and len(rest[-1]) < len(shorten(UUID(int=0))):
            version = int(rest.pop())
        try:
            return cls(action, tuple(lengthen(part) for part in rest), version)
        except ValueError:
            raise NotACallback(data) from None


@dataclass(frozen=True, slots=True)
class Button:
    """One button of an inline keyboard: it taps, opens a link or a Mini App, or copies a text."""

    text: str
    callback: Callback | None = None
    url: str | None = None
    web_app: str | None = None
    copy_text: str | None = None
    style: Literal["primary", "success", "danger"] | None = None
    moves_money: bool = False

    def to_bot_api(self, seal: Seal | None = None) -> dict[str, Any]:
        """Return the InlineKeyboardButton of the Bot API as plain JSON; `seal` is for one that moves money."""
        button: dict[str, Any] = {"text": self.text}
        if self.callback:
            data = self.callback.pack()
            if self.moves_money:
                assert seal is not None, "a button that moves money is for one person"
                data = seal(data)
                assert len(data.encode()) <= CALLBACK_BYTES_MAX, data
            button["callback_data"] = data
        if self.url:
            button["url"] = self.url
        if self.web_app:
            button["web_app"] = {"url": self.web_app}
        if self.copy_text:
            button["copy_text"] = {"text": self.copy_text[:COPY_TEXT_MAX]}
        if self.style:
            button["style"] = self.style
        return button


def tap(text: str, action: str, *identities: UUID, version: int | None = None, style: Any = None) -> Button:
    """Return a button that sends `action` about these ids."""
    return Button(text, callback=Callback(action, identities, version), style=style)


def pay(text: str, action: str, *identities: UUID, version: int | None = None, style: Any = None) -> Button:
    """Return a button that moves money: it will be sealed for whom it is sent to, and works once."""
    return Button(text, callback=Callback(action, identities, version), style=style, moves_money=True)


Rows = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A file as it will be sent."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Message:
    """A text in Telegram HTML with its rows of buttons, and perhaps a file or a photo: a Telegram file id, or bytes."""

    html: str
    rows: Rows = ()
    photo: str | bytes | None = None
    document: Document | None = None

    @property
    def photo_name(self) -> str:
        """Return what a picture is called where it is uploaded: what we drew is a PNG, what people gave a JPEG."""
        is_jpeg = isinstance(self.photo, bytes) and self.photo.startswith(b"\xff\xd8")
        return "picture.jpg" if is_jpeg else "picture.png"

    def keyboard(self, seal: Seal | None = None) -> dict[str, Any] | None:
        """Return the InlineKeyboardMarkup of the Bot API as plain JSON, or None without buttons."""
        if not self.rows:
            return None
        return {"inline_keyboard": [[button.to_bot_api(seal) for button in row] for row in self.rows]}
