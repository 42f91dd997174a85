"""A Telegram that answers at once, and times how long a bot takes to answer each of its updates."""

import asyncio
import json
import re
import time
from itertools import count
from typing import Any
from urllib.parse import parse_qsl

BOT = {"id": 7000000001, "is_bot": True, "first_name": "Bench", "username": "bench_bot"}
TOKEN = f"{BOT['id']}:{'b' * 35}"
LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
BATCH = 100  # as many updates as Telegram gives at once
Update = dict[str, Any]


class InstantTelegram:
    """A Bot API server without a world behind it: no more than a bot needs to be asked and to answer, over HTTP.

    An update counts as answered when its tap is answered, or when a message is sent to its person.
    """

    def __init__(self) -> None:
        self._numbers = count(1)
        self._waiting: list[Update] = []
        self._news = asyncio.Event()
        self._stopping = False
        self._asked = asyncio.Event()
        self._answers: dict[str, asyncio.Future[None]] = {}
        self._message = json.dumps({"message_id": 1, "date": 1, "chat": {"id": 1, "type": "private"}, "text": "ok"})

    async def start(self) -> str:
        """Listen, and return the address."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def is_polled(self) -> None:
        """Wait until the bot asks for updates: importing its library takes seconds."""
        await self._asked.wait()

    async def stop(self) -> None:
        """Let go of the bot, which is gone already."""
        self._stopping = True
        self._news.set()
        self._server.close()
        await self._server.wait_closed()

    async def ask(self, person_id: int, kind: str, content: dict[str, Any]) -> float:
        """Let a person do something to which the bot answers, and return after how many seconds it did."""
        answered = self._answers[str(person_id)] = asyncio.get_running_loop().create_future()
        began = time.perf_counter()
        self._waiting.append({"update_id": next(self._numbers), kind: content})
        self._news.set()
        async with asyncio.timeout(30):
            await answered
        return time.perf_counter() - began

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = LENGTH.search(head)
                body = await reader.readexactly(int(length[1])) if length else b""
                method = head.split(b" ", 2)[1].rpartition(b"/")[2].decode().lower()
                result = await self._answer(method, dict(parse_qsl(body.decode())))
                content = f'{{"ok":true,"result":{result}}}'.encode()
                writer.write(
                    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(content)
                    + content
                )
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # it is gone
        finally:
            writer.close()

    async def _answer(self, method: str, said: dict[str, str]) -> str:
        match method:
            case "getme":
                return json.dumps(BOT)
            case "getupdates":
                self._asked.set()
                while not self._waiting and not self._stopping:
                    self._news.clear()
                    await self._news.wait()
                given, self._waiting = self._waiting[:BATCH], self._waiting[BATCH:]
                return json.dumps(given)
            case "answercallbackquery":
                self._is_answered(said["callback_query_id"])
                return "true"
            case "sendmessage":
                self._is_answered(said["chat_id"])
                return self._message
            case _:
                return "true"

    def _is_answered(self, person_id: str) -> None:
        answered = self._answers.pop(person_id, None)
        if answered is not None and not answered.done():
            answered.set_result(None)


def tap(person_id: int, chat_id: int, data: str) -> tuple[str, dict[str, Any]]:
    """Return what a tap in a group says, as the kind of an update and its content."""
    card = {"message_id": 1, "date": 1, "chat": _group(chat_id), "from": BOT, "text": "Card"}
    content = {"id": str(person_id), "from": _person(person_id), "chat_instance": "1", "data": data, "message": card}
    return "callback_query", content


def command(person_id: int, text: str) -> tuple[str, dict[str, Any]]:
    """Return what a command in the private chat says, as the kind of an update and its content."""
    marked = [{"type": "bot_command", "offset": 0, "length": len(text)}]
    chat = {"id": person_id, "type": "private", "first_name": f"Person {person_id}"}
    content = {
        "message_id": 1, "date": 1, "chat": chat, "from": _person(person_id), "text": text, "entities": marked,
    }  # fmt: skip
    return "message", content


def _person(person_id: int) -> dict[str, Any]:
    return {"id": person_id, "is_bot": False, "first_name": f"Person {person_id}", "language_code": "en"}


def _group(chat_id: int) -> dict[str, Any]:
    return {"id": chat_id, "type": "group", "title": f"Group {chat_id}"}
