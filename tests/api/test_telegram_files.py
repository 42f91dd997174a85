"""Photos that stayed with Telegram are fetched from there, and whatever Telegram does instead is told as it is."""

from collections.abc import Callable

import httpx2
import pytest
from pydantic import SecretStr

from api.errors import NotNow
from api.telegram_files import BYTES_MAX, TelegramFiles
from core.photos.give_photo import PhotoNotFound

TOKEN = "42:secret"
Answer = Callable[[httpx2.Request], httpx2.Response]


def of(answer: Answer) -> TelegramFiles:
    """Return the files of a Telegram that answers so."""
    http = httpx2.AsyncClient(transport=httpx2.MockTransport(answer))
    return TelegramFiles(http, url="https://telegram.test/", bot_token=SecretStr(TOKEN))


def there(path: str, content: bytes = b"photo") -> Answer:
    """Let a file be at a path."""

    def answer(request: httpx2.Request) -> httpx2.Response:
        if request.url.path == f"/bot{TOKEN}/getFile":
            return httpx2.Response(200, json={"ok": True, "result": {"file_id": "a", "file_path": path}})
        assert request.url.path == f"/file/bot{TOKEN}/{path}"
        return httpx2.Response(200, content=content)

    return answer


def broken(_: httpx2.Request) -> httpx2.Response:
    raise httpx2.ConnectError("no route")


class TestAFile:
    async def test_is_fetched_from_where_telegram_says(self) -> None:
        assert await of(there("photos/file_1.jpg")).fetch("a") == b"photo"

    async def test_that_telegram_does_not_know_is_not_found(self) -> None:
        gone = of(lambda _: httpx2.Response(400, json={"ok": False, "description": "Bad Request: invalid file_id"}))

        with pytest.raises(PhotoNotFound):
            await gone.fetch("a")

    @pytest.mark.parametrize(
        "answer",
        [
            broken,
            there("../../bot42:secret/getMe"),
            there("//elsewhere.test/file"),
            there("photos/file_1.jpg", bytes(BYTES_MAX + 1)),
            lambda _: httpx2.Response(200, json=[]),
            lambda _: httpx2.Response(200, json={"ok": True, "result": {}}),
            lambda _: httpx2.Response(200, content=b"<html>"),
            lambda _: httpx2.Response(502, content=b"Bad Gateway"),
            lambda _: httpx2.Response(404, json={"ok": False}),
        ],
        ids=[
            "no route",
            "path up",
            "other host",
            "too long",
            "a list",
            "no path",
            "html",
            "bad gateway",
            "wrong token",
        ],
    )
    async def test_that_cannot_be_fetched_is_asked_for_later(
        self, answer: Answer, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with pytest.raises(NotNow):
            await of(answer).fetch("a")

        assert TOKEN not in capsys.readouterr().out
