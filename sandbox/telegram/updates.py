"""Updates on their way to the bot: long polling, or webhooks that are repeated until they are taken."""

import asyncio
from typing import TYPE_CHECKING, Any

import httpx2

from sandbox.asking import new_client
from sandbox.storage import Thing
from sandbox.telegram.refusal import Refusal

if TYPE_CHECKING:
    from sandbox.telegram.world import World

KEPT = 1000  # delivered updates that can still be redelivered
NOT_BY_DEFAULT = {"chat_member", "message_reaction", "message_reaction_count"}
POLL_SECONDS_MAX = 50
WEBHOOK_PAUSE_SECONDS_MAX = 60
LIFETIME_SECONDS = {"callback_query": 150, "pre_checkout_query": 150, "inline_query": 30}
MESSAGE_LIFETIME_SECONDS = 24 * 3600


class Updates:
    """The queue of one bot."""

    def __init__(self, world: "World") -> None:
        self.world = world
        stored = {update["update_id"]: update for update in world.storage.load("update")}
        self.all: dict[int, Thing] = dict(sorted(stored.items()))
        self.waiting = [number for number, update in self.all.items() if not update.get("delivered")]
        self._news = asyncio.Event()
        self._poller: asyncio.Event | None = None
        self._sender: asyncio.Task[None] | None = None

    @property
    def webhook(self) -> Thing:
        """Return the webhook settings; an empty `url` means long polling."""
        settings: Thing = self.world.meta.setdefault("webhook", {"url": ""})
        return settings

    def add(self, kind: str, content: Thing) -> int:
        """Queue an update for the bot and return its number."""
        number = self.world.number("update", 500001)
        update = {"update_id": number, "kind": kind, "content": content, "born": self.world.now()}
        if kind in self.allowed():
            self._queue(update)
            if self.world.faults and self._take_fault("duplicate_updates"):
                self.waiting.append(number)
        return number

    def again(self, number: int) -> None:
        """Deliver an update once more, as a bad network would.

        :raises Refusal: if it is not known any more.
        """
        if number not in self.all:
            raise Refusal.bad("update not found")
        self._queue(self.all[number])

    def allowed(self) -> set[str]:
        """Return the kinds of updates that the bot asked for."""
        chosen = self.world.meta.get("allowed_updates")
        everything = {"message", "edited_message", "callback_query", "my_chat_member", "pre_checkout_query",
                      "inline_query", "chosen_inline_result"}  # fmt: skip
        return set(chosen) if chosen else everything

    def choose(self, kinds: list[str] | None) -> None:
        """Remember which kinds the bot wants; None leaves the choice as it was."""
        if kinds is not None and kinds != self.world.meta.get("allowed_updates"):
            self.world.meta["allowed_updates"] = kinds
            self.world.save_meta()

    async def poll(self, offset: int, limit: int, seconds: float) -> list[Thing]:
        """Confirm what is below `offset`, and return what waits, at the latest after some seconds.

        :raises Refusal: if a webhook is set, or another poll takes over.
        """
        if self.webhook["url"]:
            raise Refusal(409, "Conflict: can't use getUpdates method while webhook is active; "
                               "use deleteWebhook to delete the webhook first")  # fmt: skip
        if self._poller is not None:
            self._poller.set()
        mine = self._poller = asyncio.Event()
        self._confirm(offset)
        deadline = asyncio.get_running_loop().time() + min(seconds, POLL_SECONDS_MAX)
        while True:
            self._drop_expired()
            if mine.is_set():
                raise Refusal(409, "Conflict: terminated by other getUpdates request; "
                                   "make sure that only one bot instance is running")  # fmt: skip
            if self.waiting or (left := deadline - asyncio.get_running_loop().time()) <= 0:
                return [_written(self.all[number]) for number in self.waiting[:limit]]
            news = self._news
            waits = [asyncio.ensure_future(news.wait()), asyncio.ensure_future(mine.wait())]
            await asyncio.wait(waits, timeout=left, return_when=asyncio.FIRST_COMPLETED)
            for wait in waits:
                wait.cancel()

    def set_webhook(self, settings: Thing) -> None:
        """Send updates to a webhook from now on, or (with an empty `url`) keep them for polling."""
        self.world.meta["webhook"] = settings
        self.world.save_meta()
        if settings.pop("drop_pending_updates", False):
            self._confirm(max(self.all, default=0) + 1)
        if settings["url"] and self._poller is not None:
            self._poller.set()
        self._wake()

    async def send_to_webhook(self) -> None:
        """Deliver to the webhook for ever; what it does not take is repeated with growing pauses."""
        pause = 1.0
        async with new_client(timeout=30) as client:
            while True:
                news = self._news
                if not self.webhook["url"] or not self.waiting:
                    await news.wait()
                    continue
                number = self.waiting[0]
                if await self._delivered(client, self.all[number]):
                    self._done(number)
                    pause = 1.0
                else:
                    await asyncio.sleep(pause)
                    pause = min(2 * pause, WEBHOOK_PAUSE_SECONDS_MAX)

    async def _delivered(self, client: httpx2.AsyncClient, update: Thing) -> bool:
        headers = {}
        if self.webhook.get("secret_token"):
            headers["X-Telegram-Bot-Api-Secret-Token"] = self.webhook["secret_token"]
        try:
            answer = await client.post(self.webhook["url"], json=_written(update), headers=headers)
        except httpx2.HTTPError as failure:
            self.webhook["last_error_message"] = str(failure)
            return False
        if not answer.is_success:
            self.webhook["last_error_message"] = f"Wrong response from the webhook: {answer.status_code}"
        return answer.is_success

    def _queue(self, update: Thing) -> None:
        update.pop("delivered", None)
        self.all[update["update_id"]] = update
        self.waiting.append(update["update_id"])
        self.world.storage.save("update", update["update_id"], update)
        for old in list(self.all)[:-KEPT]:
            del self.all[old]
            self.world.storage.delete("update", old)
        self._wake()

    def _confirm(self, offset: int) -> None:
        for number in [number for number in self.waiting if number < offset]:
            self._done(number)

    def _done(self, number: int) -> None:
        self.waiting.remove(number)
        update = self.all.get(number)
        if update is not None:
            update["delivered"] = True
            self.world.storage.save("update", number, update)

    def _drop_expired(self) -> None:
        now = self.world.now()
        for number in list(self.waiting):
            update = self.all[number]
            if now - update["born"] > LIFETIME_SECONDS.get(update["kind"], MESSAGE_LIFETIME_SECONDS):
                self._done(number)

    def _take_fault(self, kind: str) -> bool:
        from sandbox.telegram.faults import take

        return take(self.world, kind, None) is not None

    def _wake(self) -> None:
        news, self._news = self._news, asyncio.Event()
        news.set()


def _written(update: Thing) -> dict[str, Any]:
    return {"update_id": update["update_id"], update["kind"]: update["content"]}
