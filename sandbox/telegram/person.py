"""People of the sandbox, driven from Python over HTTP: for the demo and for tests."""

import asyncio
import base64
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx2

from sandbox.asking import new_client


class NotSeen(AssertionError):
    """A person does not see what was expected; the text shows what they see."""


class NotAllowed(Exception):
    """The sandbox refused an act."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A message as one person sees it."""

    chat_id: int
    id: int
    ephemeral_id: int | None
    sender: str
    text: str
    buttons: tuple[tuple[dict[str, Any], ...], ...]
    raw: dict[str, Any]

    @property
    def labels(self) -> list[str]:
        """Return the texts of all buttons."""
        return [button["text"] for row in self.buttons for button in row]

    def has(self, containing: str | None, button: str | None) -> bool:
        """Return whether a text is in the message and a label among its buttons."""
        words = self.raw.get("service") or (self.raw.get("invoice") or {}).get("title") or self.text
        return (containing is None or containing in words) and (
            button is None or any(button in label for label in self.labels)
        )


class World:
    """A running sandbox."""

    def __init__(self, client: httpx2.AsyncClient) -> None:
        self._client = client
        self.people: dict[str, Person] = {}
        self.groups: dict[str, int] = {}

    @classmethod
    @contextlib.asynccontextmanager
    async def connect(cls, url: str) -> AsyncIterator["World"]:
        """Reach the sandbox at `url`."""
        async with new_client(base_url=url, timeout=30) as client:
            world = cls(client)
            await world.look()
            yield world

    async def look(self) -> dict[str, Any]:
        """Read who and what there is."""
        state: dict[str, Any] = (await self._client.get("/sandbox/state")).json()
        self.people = {
            (person["username"] or person["first_name"]).lower(): Person(self, person) for person in state["people"]
        }
        self.groups = {chat["title"]: chat["id"] for chat in state["chats"] if not chat.get("upgraded_to")}
        return state

    def person(self, name: str) -> "Person":
        """Return a person by username or first name."""
        return self.people[name.lower()]

    async def act(self, act_name: str, **said: Any) -> Any:
        """Do something in the outside world.

        :raises NotAllowed: if the sandbox refuses.
        """
        answer = await self._client.post(f"/sandbox/acts/{act_name}", json=said)
        if answer.is_error:
            raise NotAllowed(answer.text)
        return answer.json()

    async def advance(self, by: timedelta) -> None:
        """Let time pass."""
        await self.act("advance_clock", seconds=by.total_seconds())

    async def calls(self, after: int = 0) -> list[dict[str, Any]]:
        """Return the log of Bot API calls."""
        calls: list[dict[str, Any]] = (await self._client.get("/sandbox/calls", params={"after": after})).json()[
            "calls"
        ]
        return calls

    async def updates(self) -> list[dict[str, Any]]:
        """Return the last updates that went, or wait to go, to the bot."""
        updates: list[dict[str, Any]] = (await self._client.get("/sandbox/updates")).json()["updates"]
        return updates

    async def file(self, message: Seen) -> bytes:
        """Return the picture or file of a message."""
        answer = await self._client.get(message.raw["media"]["url"])
        answer.raise_for_status()
        content: bytes = answer.content
        return content

    async def thread(self, chat_id: int, viewer: int, *, last_event: int | None = None) -> tuple[list[Seen], int]:
        """Return what somebody sees in a chat, the oldest first, and the number of the last event of all.

        With the `last_event` of an earlier answer this waits until something happens, a second at most.
        """
        asked = {"viewer": viewer, "limit": 1000} | ({} if last_event is None else {"last_event": last_event})
        answer = (await self._client.get(f"/sandbox/chats/{chat_id}/messages", params=asked)).json()
        return [_seen(raw) for raw in answer["messages"]], answer["last_event"]


class Person:
    """Somebody who chats."""

    def __init__(self, world: World, raw: dict[str, Any]) -> None:
        self.world = world
        self.id: int = raw["id"]
        self.name: str = raw["first_name"]

    async def send(
        self, chat: str | int | None, text: str = "", *, reply_to: Seen | None = None, photo: bytes | None = None
    ) -> Seen:
        """Write to a group (by title or id), or to the bot in private (None)."""
        said: dict[str, Any] = {"user_id": self.id, "chat_id": self._chat(chat), "text": text}
        if reply_to is not None:
            key = "reply_to_ephemeral" if reply_to.ephemeral_id else "reply_to"
            said[key] = reply_to.ephemeral_id or reply_to.id
        if photo is not None:
            content = base64.b64encode(photo).decode()
            said["photo"] = {"name": "photo.png", "type": "image/png", "base64": content}
        return _seen(await self.world.act("send", **said))

    async def start(self, payload: str = "") -> None:
        """Press Start in the private chat with the bot."""
        await self.world.act("start", user_id=self.id, payload=payload)

    async def tap(self, message: Seen, label: str) -> dict[str, Any]:
        """Tap the button whose label contains `label`, and return the query's ids.

        Like a real client, this sends the data of the button as it was seen, whatever the message shows by now.
        """
        for button in (button for row in message.buttons for button in row):
            if label in button["text"]:
                return await self.forge(message, button["callback_data"])
        raise NotSeen(f"no button {label!r} among {message.labels}")

    async def forge(self, message: Seen, data: str) -> dict[str, Any]:
        """Send any data as if a button under the message had it."""
        answer: dict[str, Any] = await self.world.act("tap_raw", **self._place(message), data=data)
        return answer

    async def pays_invoice(self, invoice: "Seen | str") -> dict[str, Any]:
        """Pay an invoice by the Pay button of its message, or by its link, and return the charge's ids.

        :raises NotAllowed: if the bot says no, or nothing for ten seconds; the text says why.
        """
        if isinstance(invoice, str):
            answer: dict[str, Any] = await self.world.act("pay_invoice", user_id=self.id, link=invoice)
        else:
            answer = await self.world.act("pay_invoice", **self._place(invoice))
        return answer

    async def sees(
        self,
        chat: str | int | None,
        containing: str | None = None,
        *,
        button: str | None = None,
        after: Seen | None = None,
        within_seconds: float = 20,
    ) -> Seen:
        """Wait for a message and return the newest that fits.

        :raises NotSeen: if none comes in time.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + within_seconds
        last_event = None
        while True:
            thread, last_event = await self.world.thread(self._chat(chat), self.id, last_event=last_event)
            fitting = [
                seen for seen in thread if seen.has(containing, button) and (after is None or seen.id > after.id)
            ]
            if fitting:
                return fitting[-1]
            if loop.time() > deadline:
                raise NotSeen(self._picture(chat, containing, button, thread))

    async def messages(self, chat: str | int | None) -> list[Seen]:
        """Return what the person sees in a chat now, the oldest first."""
        thread, _ = await self.world.thread(self._chat(chat), self.id)
        return thread

    def _place(self, message: Seen) -> dict[str, Any]:
        place: dict[str, Any] = {"user_id": self.id, "chat_id": message.chat_id}
        if message.ephemeral_id:
            return {**place, "ephemeral_message_id": message.ephemeral_id}
        return {**place, "message_id": message.id}

    def _chat(self, chat: str | int | None) -> int:
        if chat is None:
            return self.id
        return self.world.groups[chat] if isinstance(chat, str) else chat

    def _picture(self, chat: str | int | None, containing: str | None, button: str | None, thread: list[Seen]) -> str:
        lines = [f"{self.name} does not see {containing!r} with the button {button!r} in {chat or 'private'}, but:"]
        lines += [f"  {seen.sender}: {seen.raw.get('service') or seen.text!r} {seen.labels}" for seen in thread[-8:]]
        return "\n".join(lines)


def _seen(raw: dict[str, Any]) -> Seen:
    markup = raw.get("reply_markup") or {}
    return Seen(
        chat_id=raw["chat_id"],
        id=raw["message_id"],
        ephemeral_id=raw.get("ephemeral_message_id"),
        sender=raw["sender"]["first_name"],
        text=raw["text"],
        buttons=tuple(tuple(row) for row in markup.get("inline_keyboard", ())),
        raw=raw,
    )
