"""The state of the simulated Telegram: people, chats, messages, updates, and who sees what."""

import asyncio
import secrets
import struct
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sandbox.storage import Storage, Thing
from sandbox.telegram.events import Events
from sandbox.telegram.refusal import Refusal
from sandbox.telegram.updates import Updates

BOT: Thing = {"id": 7000000001, "is_bot": True, "first_name": "SyncBuy", "username": "SyncBuyBot"}
COLORS = ("#c0504d", "#2f7ed8", "#3d9970", "#b8732e", "#8e5bc7", "#1f9bb5", "#d1478c", "#6b8e23")
CALLS_KEPT = 500
KEPT = ("numbers", "commands", "menu_button")
SUPERGROUP = -1_000_000_000_000


class World:
    """Everything there is; each change is stored and told at once."""

    def __init__(self, path: Path, on_clock: Callable[[float], None] | None = None) -> None:
        self.folder = path
        self.storage = Storage(path / "telegram.sqlite")
        self.events = Events()
        self.on_clock = on_clock
        self.calls: deque[Thing] = deque(maxlen=CALLS_KEPT)
        self.faults: list[Thing] = []
        self.last_chat_messages: dict[int, deque[float]] = {}
        self.bot = dict(BOT)
        self.group_per_minute, self.private_per_minute = 20, 60
        # Who pays waits for the bot's last word; a restart ends their waiting.
        self.checkouts: dict[str, asyncio.Future[str | None]] = {}
        self.checkout_seconds = 10.0
        self._load()

    def _load(self) -> None:
        self.meta: Thing = next(iter(self.storage.load("meta")), {"clock_offset": 0.0, "numbers": {}})
        self.people: dict[int, Thing] = {person["id"]: person for person in self.storage.load("person")}
        self.chats: dict[int, Thing] = {chat["id"]: chat for chat in self.storage.load("chat")}
        self.messages: dict[tuple[int, str], Thing] = {
            (message["chat_id"], key_of(message)): message for message in self.storage.load("message")
        }
        self.queries: dict[str, Thing] = {query["id"]: query for query in self.storage.load("query")}
        self.files: dict[str, Thing] = {file["file_id"]: file for file in self.storage.load("file")}
        self.updates = Updates(self)
        if self.on_clock is not None:
            self.on_clock(self.meta["clock_offset"])

    def reset(self) -> None:
        """Forget everything but what the bot said of itself, and the numbers: an old id never comes back as another."""
        kept = {name: self.meta[name] for name in KEPT if name in self.meta}
        self.storage.clear()
        self.faults.clear()
        self.calls.clear()
        self.meta = {"clock_offset": 0.0, **kept}
        self.storage.save("meta", "meta", self.meta)
        self._load()

    def number(self, name: str, first: int = 1) -> int:
        """Return the next number of a sequence that goes on after a restart."""
        numbers = self.meta["numbers"]
        numbers[name] = numbers.get(name, first - 1) + 1
        self.save_meta()
        value: int = numbers[name]
        return value

    def save_meta(self) -> None:
        """Store what belongs to nothing else."""
        self.storage.save("meta", "meta", self.meta)

    def now(self) -> float:
        """Return the sandbox's own time, in seconds since 1970."""
        offset: float = self.meta["clock_offset"]
        return time.time() + offset

    def advance(self, seconds: float) -> None:
        """Move the clock on, and tell whoever follows it."""
        self.meta["clock_offset"] += seconds
        self.save_meta()
        if self.on_clock is not None:
            self.on_clock(self.meta["clock_offset"])
        self.events.tell("clock", now=self.now())

    # People and chats

    def person(self, user_id: Any) -> Thing:
        """Return a person.

        :raises Refusal: if there is none of this id.
        """
        try:
            return self.people[int(user_id)]
        except (KeyError, TypeError, ValueError):
            raise Refusal.bad("user not found") from None

    def add_person(self, **words: Any) -> Thing:
        """Add a person to the world."""
        number = self.number("person", 1001)
        person = {
            "id": number,
            "first_name": words["first_name"],
            "last_name": words.get("last_name"),
            "username": words.get("username"),
            "language_code": words.get("language_code", "en"),
            "color": COLORS[len(self.people) % len(COLORS)],
            "started": False,
            "blocked": False,
        }
        self.save_person(person)
        return person

    def save_person(self, person: Thing) -> None:
        """Store a person and tell the page."""
        self.people[person["id"]] = person
        self.storage.save("person", person["id"], person)
        self.events.tell("person", person=person)

    def save_chat(self, chat: Thing) -> None:
        """Store a chat and tell the page."""
        self.chats[chat["id"]] = chat
        self.storage.save("chat", chat["id"], chat)
        self.events.tell("chat", chat=chat)

    def chat(self, chat_id: Any) -> Thing:
        """Return a chat as the bot may use it.

        :raises Refusal: if there is none, the group moved, or the bot may not write there.
        """
        try:
            number = int(chat_id)
        except (TypeError, ValueError):
            raise Refusal.bad("chat not found") from None
        if number in self.people:
            return self._private_chat(self.people[number])
        chat = self.chats.get(number)
        if chat is None:
            raise Refusal.bad("chat not found")
        if chat.get("upgraded_to"):
            raise Refusal(
                400,
                "Bad Request: group chat was upgraded to a supergroup chat",
                migrate_to_chat_id=chat["upgraded_to"],
            )
        if not chat["bot_is_member"]:
            raise Refusal(403, f"Forbidden: bot was kicked from the {chat['type']} chat")
        return chat

    def _private_chat(self, person: Thing) -> Thing:
        if person["blocked"]:
            raise Refusal(403, "Forbidden: bot was blocked by the user")
        if not person["started"]:
            raise Refusal(403, "Forbidden: bot can't initiate conversation with a user")
        return {"id": person["id"], "type": "private", "member_ids": [person["id"]]}

    # Files

    def keep_file(self, kind: str, name: str, content_type: str | None, content: bytes) -> Thing:
        """Store a file that somebody sent and return what is known of it."""
        width, height = picture_size(content) if kind == "photo" else (0, 0)
        number = self.number("file")
        file_id = f"{kind}-{number}-{secrets.token_urlsafe(12)}"
        file = {
            "file_id": file_id,
            "unique_id": f"u{number}",
            "path": f"{kind}s/file_{number}{Path(name).suffix}",
            "media": {
                "kind": kind,
                "name": name,
                "type": content_type or "application/octet-stream",
                "size": len(content),
                "width": width,
                "height": height,
            },
        }
        folder = self.folder / "files"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / file_id).write_bytes(content)
        self.files[file_id] = file
        self.storage.save("file", file_id, file)
        return file

    def read_file(self, file: Thing) -> bytes:
        """Return the content of a stored file."""
        return (self.folder / "files" / str(file["file_id"])).read_bytes()

    # Messages

    def add_message(self, chat_id: int, sender_id: int, **content: Any) -> Thing:
        """Add a message to a chat, tell those who see it, and return it."""
        message: Thing = {"chat_id": chat_id, "sender_id": sender_id, "date": int(self.now()), **content}
        if "receiver_id" in content:
            message |= {"message_id": 0, "ephemeral_message_id": self.number("ephemeral")}
        else:
            message["message_id"] = self.number(f"message {chat_id}")
        self.save_message(message, "message")
        return message

    def save_message(self, message: Thing, what: str) -> None:
        """Store a message and tell the page that it is new (`message`) or changed (`edited`)."""
        self.messages[message["chat_id"], key_of(message)] = message
        self.storage.save("message", f"{message['chat_id']} {key_of(message)}", message)
        self.events.tell(what, message=self.seen(message), viewers=self.viewers(message))

    def delete_message(self, message: Thing) -> None:
        """Take a message out of its chat."""
        del self.messages[message["chat_id"], key_of(message)]
        self.storage.delete("message", f"{message['chat_id']} {key_of(message)}")
        self.events.tell(
            "deleted",
            chat_id=message["chat_id"],
            message_id=message["message_id"],
            ephemeral_message_id=message.get("ephemeral_message_id"),
        )

    def find(self, chat_id: int, message_id: Any, what: str) -> Thing:
        """Return a message of a chat.

        :raises Refusal: if there is none; `what` says for what it was wanted ("edit", "delete", ...).
        """
        message = self.messages.get((chat_id, f"m{message_id}"))
        if message is None:
            raise Refusal.bad(f"message to {what} not found")
        return message

    def viewers(self, message: Thing) -> list[int]:
        """Return who sees a message."""
        if message.get("receiver_id"):
            return [message["receiver_id"]]
        chat_id = message["chat_id"]
        if chat_id in self.people:
            return [chat_id]
        members: list[int] = self.chats[chat_id]["member_ids"]
        return members

    def thread(self, chat_id: int, viewer: int, *, after: int = 0, limit: int = 200) -> list[Thing]:
        """Return what a person sees in a chat, the oldest first."""
        chats = {chat_id, self.chats.get(chat_id, {}).get("upgraded_from")}  # a supergroup shows what the group said
        of_chat = (message for (chat, _), message in self.messages.items() if chat in chats)
        seen = [message for message in of_chat if viewer in self.viewers(message) and message["message_id"] >= after]
        return [self.seen(message) for message in seen[-limit:]]

    def seen(self, message: Thing) -> Thing:
        """Return a message as the page draws it."""
        original = message.get("reply_to")
        replied = self.messages.get((message["chat_id"], original)) if original else None
        file = self.files.get(message.get("file_id", ""))
        return {
            "message_id": message["message_id"],
            "ephemeral_message_id": message.get("ephemeral_message_id"),
            "chat_id": message["chat_id"],
            "date": message["date"],
            "edited": "edit_date" in message,
            "sender": self.author(message["sender_id"]),
            "text": message.get("text", ""),
            "entities": [self._entity(entity) for entity in message.get("entities", [])],
            "media": None if file is None else {**file["media"], "url": f"/sandbox/files/{file['file_id']}"},
            "invoice": message.get("invoice"),
            "reply_markup": message.get("reply_markup"),
            "reply_to": replied
            and {
                "message_id": replied["message_id"],
                "sender": self.author(replied["sender_id"]),
                "text": replied.get("text", ""),
            },
            "service": message.get("service"),
            "reactions": message.get("reactions", []),
        }

    def _entity(self, entity: Thing) -> Thing:
        return {**entity, "user": {"id": entity["user_id"]}} if "user_id" in entity else entity

    def author(self, user_id: int) -> Thing:
        """Return a sender as the Bot API and the page write it."""
        if user_id == self.bot["id"]:
            return self.bot
        person = self.people[user_id]
        user = {name: person[name] for name in ("id", "first_name", "last_name", "username", "language_code")}
        return {"is_bot": False, **{name: value for name, value in user.items() if value is not None}}

    def state(self) -> Thing:
        """Return everything small that the page wants to know at first."""
        return {
            "bot": {
                **self.bot,
                "commands": self.meta.get("commands", {}),
                "menu_button": self.meta.get("menu_button"),
            },
            "now": self.now(),
            "clock_offset_seconds": self.meta["clock_offset"],
            "people": list(self.people.values()),
            "chats": list(self.chats.values()),
            "faults": self.faults,
            "last_event": self.events.last,
        }


def key_of(message: Thing) -> str:
    """Return a message's key within its chat: ephemeral messages have ids of their own."""
    ephemeral_id = message.get("ephemeral_message_id")
    return f"e{ephemeral_id}" if ephemeral_id else f"m{message['message_id']}"


def picture_size(content: bytes) -> tuple[int, int]:
    """Return width and height of a PNG or JPEG, in pixels; a usual size for anything else."""
    if content[:8] == b"\x89PNG\r\n\x1a\n":
        width, height = struct.unpack(">II", content[16:24])
        return int(width), int(height)
    position = 2
    while content[:2] == b"\xff\xd8" and position + 9 < len(content):
        marker, length = struct.unpack(">xBH", content[position : position + 4])
        if 0xC0 <= marker <= 0xC3:  # noqa: PLR2004 -- the frame headers of JPEG
            height, width = struct.unpack(">HH", content[position + 5 : position + 9])
            return int(width), int(height)
        position += 2 + length
    return 640, 480
