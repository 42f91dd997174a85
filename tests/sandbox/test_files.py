"""Files and pictures of a bot: uploaded, shown to people, and put in the place of a text."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
import pytest_asyncio

from sandbox.asking import new_client
from sandbox.serving import Serving
from sandbox.telegram.app import create_app
from sandbox.telegram.person import World

TOKEN = "7000000001:" + "a" * 35
GROUP = "Дача 🌲"
PDF = b"%PDF-1.7 of a test"


class Uploader:
    """A bot that uploads by multipart, with no library of Telegram's."""

    def __init__(self, http: httpx2.AsyncClient) -> None:
        self.http = http

    async def __call__(self, method: str, files: dict[str, Any] | None = None, **params: Any) -> dict[str, Any]:
        said: dict[str, Any] = (await self.http.post(f"/bot{TOKEN}/{method}", data=params, files=files)).json()
        return said


@pytest_asyncio.fixture
async def serving(tmp_path: Path) -> AsyncIterator[Serving]:
    serving = Serving(create_app(data_path=tmp_path), "127.0.0.1", 0)
    await serving.start()
    yield serving
    await serving.stop()


@pytest_asyncio.fixture
async def world(serving: Serving) -> AsyncIterator[World]:
    async with World.connect(serving.url) as world:
        yield world


@pytest_asyncio.fixture
async def upload(serving: Serving) -> AsyncIterator[Uploader]:
    async with new_client(base_url=serving.url, timeout=30) as http:
        yield Uploader(http)


class TestADocument:
    async def test_is_shown_with_its_name_and_can_be_opened(self, upload: Uploader, world: World) -> None:
        sent = await upload(
            "sendDocument", {"document": ("Шашлыки «дача».pdf", PDF)}, chat_id=world.groups[GROUP], caption="отчёт"
        )

        assert sent["result"]["document"]["file_name"] == "Шашлыки «дача».pdf"
        seen = await world.person("anna").sees(GROUP, containing="отчёт")
        assert seen.raw["media"]["name"] == "Шашлыки «дача».pdf"
        assert await world.file(seen) == PDF


class TestAMessage:
    async def test_of_text_becomes_a_file(self, upload: Uploader, world: World) -> None:
        chat_id = world.groups[GROUP]
        sent = await upload("sendMessage", chat_id=chat_id, text="готовлю")
        media = '{"type": "document", "media": "attach://part", "caption": "<b>готово</b>", "parse_mode": "HTML"}'

        edited = await upload(
            "editMessageMedia",
            {"part": ("a.pdf", PDF)},
            chat_id=chat_id,
            message_id=sent["result"]["message_id"],
            media=media,
        )

        assert edited["result"]["caption"] == "готово"
        assert edited["result"]["message_id"] == sent["result"]["message_id"]
        seen = await world.person("anna").sees(GROUP, containing="готово")
        assert await world.file(seen) == PDF

    @pytest.mark.parametrize("media", ['{"type": "document", "media": "nothing"}', '{"type": "poem"}', "5"])
    async def test_becomes_nothing_that_is_no_file(self, upload: Uploader, world: World, media: str) -> None:
        sent = await upload("sendMessage", chat_id=world.groups[GROUP], text="готовлю")
        place = {"chat_id": world.groups[GROUP], "message_id": sent["result"]["message_id"]}

        answer = await upload("editMessageMedia", media=media, **place)

        assert (answer["ok"], answer["error_code"]) == (False, 400)
