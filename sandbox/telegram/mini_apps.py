"""Mini Apps: what Telegram opens a page with, signed so that the bot's server can tell who has opened it."""

import hashlib
import hmac
import json
import secrets
from typing import Any
from urllib.parse import urlencode

from sandbox.settings import BOT_TOKEN
from sandbox.storage import Thing
from sandbox.telegram.objects import chat_object
from sandbox.telegram.refusal import Refusal
from sandbox.telegram.world import World


def opened(world: World, person: Thing, said: Thing, message: Thing | None) -> Thing:
    """Return the address of a Mini App and its init data: of a `web_app` button, of the menu button, or of a link.

    :raises Refusal: if there is no such button, the bot has no Mini App, or a link is opened nowhere.
    """
    if message is not None:
        if said.get("url") not in _addresses(message):
            raise Refusal.bad("BUTTON_INVALID")
        return {"url": said["url"], "init_data": init_data(world, person, query_id=True)}
    url = world.meta.get("menu_button", {}).get("web_app", {}).get("url")
    if url is None:
        raise Refusal.bad("BOT_APP_INVALID")
    start = said.get("start_param")
    if start is None:
        return {"url": url, "init_data": init_data(world, person, query_id=True)}
    if "chat_id" not in said:
        raise Refusal.bad("a link with a start_param is opened in a chat: say its chat_id")
    return {"url": url, "init_data": init_data(world, person, start=str(start), chat_id=int(said["chat_id"]))}


def init_data(
    world: World, person: Thing, *, start: str | None = None, chat_id: int | None = None, query_id: bool = False
) -> str:
    """Return init data as a client passes it on (core.telegram.org/bots/webapps, "Validating data")."""
    user = {**world.author(person["id"]), "allows_write_to_pm": person["started"]}
    del user["is_bot"]
    fields = {"auth_date": str(int(world.now())), "user": json.dumps(user, ensure_ascii=False, separators=(",", ":"))}
    if query_id:
        fields["query_id"] = f"AA{secrets.token_urlsafe(12)}"
    if chat_id is not None:
        fields |= {"chat_type": chat_object(world, chat_id)["type"], "chat_instance": str(chat_id)}
    if start is not None:
        fields["start_param"] = start
    checked = "\n".join(f"{name}={value}" for name, value in sorted(fields.items()))
    secret = hmac.digest(b"WebAppData", BOT_TOKEN.encode(), hashlib.sha256)
    return urlencode({**fields, "hash": hmac.new(secret, checked.encode(), hashlib.sha256).hexdigest()})


def _addresses(message: Thing) -> set[Any]:
    rows = (message.get("reply_markup") or {}).get("inline_keyboard", [])
    return {button["web_app"]["url"] for row in rows for button in row if "web_app" in button}
