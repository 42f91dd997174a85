"""Notices on their way to the shops: signed or not, repeated until they are taken, and what goes wrong with them."""

import asyncio
import json
import secrets
import time
import uuid
from collections.abc import Coroutine, Sequence
from typing import Any

import httpx2

from sandbox.asking import new_client
from sandbox.bank.money import read_amount
from sandbox.bank.objects import payment_object, written_money, written_time
from sandbox.bank.refusal import Impossible
from sandbox.bank.shops import Shop
from sandbox.bank.signature import sign
from sandbox.bank.state import State
from sandbox.storage import Thing

RETRY_SECONDS = (1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0)
REPEATED_FOR_SECONDS = 24 * 3600
ANSWER_SECONDS = 15
FORGERIES = {
    "bad_signature": "signed with another key",
    "no_signature": "not signed at all",
    "malformed_signature": "with headers that are no signature",
    "changed_amount": "the amount changed after signing",
    "other_payment": "the payment changed after signing",
    "old_timestamp": "rightly signed, ten minutes ago",
    "future_timestamp": "rightly signed, in ten minutes",
}
SKEW_SECONDS = 600
OK, GONE = 200, 410


class Notices:
    """What the bank tells the shops."""

    def __init__(self, state: State, retry_seconds: Sequence[float] = RETRY_SECONDS) -> None:
        self.state = state
        self.retry_seconds = retry_seconds
        self._tasks: set[asyncio.Task[Any]] = set()
        self._client = new_client(timeout=ANSWER_SECONDS)

    def resume(self) -> None:
        """Go on with what was on its way when the bank stopped."""
        for notice in self.state.notices.values():
            if notice["state"] == "waiting":
                self._start(self._deliver(notice))

    async def close(self) -> None:
        """Stop delivering; what waits is delivered after the next start."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._client.aclose()

    def tell(self, shop: Shop, event: str, thing: Thing) -> None:
        """Send a notice in the background, with whatever is to go wrong with it."""
        faults = self.state.faults
        if fault := faults.take("forge_notices", event):
            self.forge(thing["id"], fault.get("how", "bad_signature"))
        notice = self._new(shop, event, thing)
        if not self.state.notice_urls[shop.name]:
            self._set(notice, "unaddressed")
        elif faults.take("lose_notices", event):
            self._set(notice, "lost")
        elif faults.take("hold_notices", event):
            self._set(notice, "held")
        else:
            late = faults.take("late_notices", event)
            after = 0.0 if late is None else float(late.get("seconds", 5))
            duplicate = faults.take("duplicate_notices", event)
            for _ in range(1 if duplicate is None else int(duplicate.get("copies", 5))):
                self._start(self._deliver(notice, after))

    def release(self, order: str = "reversed") -> list[str]:
        """Send what was held, the newest first (`reversed`) or the oldest (`kept`), each after the other was taken."""
        held = [notice for notice in self.state.notices.values() if notice["state"] == "held"]
        if order == "reversed":
            held.reverse()
        for notice in held:
            self._set(notice, "waiting")
        self._start(self._deliver_all(held))
        return [notice["id"] for notice in held]

    def replay(self, notice: Thing) -> None:
        """Send a notice once more, whatever became of it; with the same id, signed anew.

        :raises Impossible: if its shop has no address.
        """
        if not self.state.notice_urls[notice["shop"]]:
            raise Impossible("this shop wants no notices")
        self._set(notice, "waiting")
        self._start(self._deliver(notice))

    def forge(self, payment_id: str, how: str, other_payment_id: str | None = None) -> Thing:
        """Send a notice that the bank did not send: it says that a payment succeeded.

        :raises Impossible: if there is no such payment or forgery.
        """
        payment = self.state.payments.get(payment_id)
        if payment is None or how not in FORGERIES:
            raise Impossible(f"no forgery {how} of {payment_id}")
        claim = {**payment_object(self.state, payment), "status": "succeeded", "paid": True}
        claim.pop("confirmation", None)
        notice = self._new(self.state.shops[payment["shop"]], "payment.succeeded", claim)
        true_body = notice["body"]
        if how == "changed_amount":
            currency = payment["currency"]
            minor = read_amount(claim["amount"]["value"], currency) * 10
            claim["amount"] = written_money(minor, currency)
        elif how == "other_payment":
            claim["id"] = other_payment_id or str(uuid.uuid4())
        notice |= {"forged": how, "true_body": true_body, "body": self._body(notice, claim)}
        self._set(notice, "waiting")
        self._start(self._deliver_once(notice))
        return notice

    def _new(self, shop: Shop, event: str, thing: Thing) -> Thing:
        notice: Thing = {
            "id": f"msg_{secrets.token_hex(12)}",
            "shop": shop.name,
            "event": event,
            "object_id": thing["id"],
            "state": "waiting",
            "deliveries": [],
            "forged": None,
        }
        self.state.add("notice", notice)
        notice["body"] = self._body(notice, thing)
        self.state.save("notice", notice)
        return notice

    def _body(self, notice: Thing, thing: Thing) -> str:
        if self.state.shops[notice["shop"]].webhook_secret is None:
            content = {"type": "notification", "event": notice["event"], "object": thing}
        else:
            content = {"type": notice["event"], "timestamp": written_time(notice["created"]), "data": thing}
        return json.dumps(content, ensure_ascii=False, separators=(",", ":"))

    def _headers(self, notice: Thing) -> dict[str, str]:
        headers = {"content-type": "application/json"}
        secret = self.state.shops[notice["shop"]].webhook_secret
        how = notice["forged"]
        if secret is None or how == "no_signature":
            return headers
        if how == "bad_signature":
            secret = "whsec_" + "A" * 32
        timestamp = int(self.state.now()) + {"old_timestamp": -SKEW_SECONDS, "future_timestamp": SKEW_SECONDS}.get(
            how, 0
        )
        signature = sign(secret, notice["id"], timestamp, (notice.get("true_body") or notice["body"]).encode())
        if how == "malformed_signature":
            signature = "v1,a,b v1 garbage"
        return {
            **headers,
            "webhook-id": notice["id"],
            "webhook-timestamp": str(timestamp),
            "webhook-signature": signature,
        }

    def _start(self, work: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver_all(self, notices: list[Thing]) -> None:
        for notice in notices:
            await self._deliver(notice)

    async def _deliver(self, notice: Thing, after: float = 0) -> None:
        await asyncio.sleep(after)
        tries = 0
        while not await self._deliver_once(notice):
            if (
                self.state.now() - notice["created"] > REPEATED_FOR_SECONDS
                or notice["deliveries"][-1]["status"] == GONE
            ):
                self._set(notice, "given_up")
                return
            await asyncio.sleep(self.retry_seconds[min(tries, len(self.retry_seconds) - 1)])
            tries += 1

    async def _deliver_once(self, notice: Thing) -> bool:
        while self.state.faults.lasts("outage"):  # noqa: ASYNC110 -- its end is a moment of the clock
            await asyncio.sleep(0.05)
        began = time.monotonic()
        delivery: Thing = {"at": self.state.now(), "status": None, "error": None}
        notice["deliveries"].append(delivery)
        try:
            answer = await self._client.post(
                self.state.notice_urls[notice["shop"]],
                content=notice["body"].encode(),
                headers=self._headers(notice),
            )
            delivery["status"] = answer.status_code
        except (httpx2.HTTPError, httpx2.InvalidURL) as failure:
            delivery["error"] = f"{type(failure).__name__}: {failure}"
        delivery["ms"] = round((time.monotonic() - began) * 1000)
        taken = self._takes(notice, delivery["status"])
        if notice["forged"]:
            self._set(notice, "taken" if taken else "refused")
        elif taken:
            self._set(notice, "delivered")
        self.state.save("notice", notice)
        return taken

    def _takes(self, notice: Thing, status: int | None) -> bool:
        """YooKassa wants exactly 200, Standard Webhooks anything that begins with 2."""
        if self.state.shops[notice["shop"]].webhook_secret is None:
            return status == OK
        return status is not None and status // 100 == OK // 100

    def _set(self, notice: Thing, state: str) -> None:
        notice["state"] = state
        self.state.save("notice", notice)
