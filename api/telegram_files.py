"""Photos that were sent in the chat stay with Telegram, which is asked for them when somebody looks at one."""

import asyncio
import re

import httpx2
import structlog
from pydantic import SecretStr

from api.errors import NotNow
from core.photos.give_photo import PhotoNotFound

log = structlog.get_logger()
SECONDS = 20
BYTES_MAX = 20 * 1024 * 1024  # larger ones the Bot API does not give
_REFUSED = 400  # an id that is none, or the file is gone
_PATH = re.compile(r"[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*(\.[A-Za-z0-9]+)?")


class TelegramFiles:
    """The files that the bot was sent, by the Bot API (https://core.telegram.org/bots/api#getfile)."""

    def __init__(self, http: httpx2.AsyncClient, *, url: str, bot_token: SecretStr) -> None:
        self._http = http
        self._url = url.rstrip("/")
        self._token = bot_token

    async def fetch(self, file_id: str) -> bytes:
        """Return what a file holds.

        :raises PhotoNotFound: if Telegram does not have it any more.
        :raises NotNow: if Telegram cannot be asked.
        """
        try:
            async with asyncio.timeout(SECONDS):
                path = await self._path_of(file_id)
                return await self._download(path)
        except (httpx2.HTTPError, TimeoutError, ValueError, TypeError, KeyError) as failure:
            # Nothing of the request is logged: its address holds the bot's token.
            log.warning("telegram-gave-no-file", failure=type(failure).__name__)
            raise NotNow from None

    async def _path_of(self, file_id: str) -> str:
        address = f"{self._url}/bot{self._token.get_secret_value()}/getFile"
        answer = await self._http.post(address, json={"file_id": file_id})
        if answer.status_code == _REFUSED:
            raise PhotoNotFound
        path = answer.raise_for_status().json()["result"]["file_path"]
        if not (isinstance(path, str) and _PATH.fullmatch(path)):
            raise ValueError("no path")
        return path

    async def _download(self, path: str) -> bytes:
        address = f"{self._url}/file/bot{self._token.get_secret_value()}/{path}"
        content = bytearray()
        async with self._http.stream("GET", address) as answer:
            answer.raise_for_status()
            async for some in answer.aiter_bytes():
                content += some
                if len(content) > BYTES_MAX:
                    raise ValueError("too long")
        return bytes(content)
