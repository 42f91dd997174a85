"""The bank, driven from Python over HTTP: for the demo and for tests."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx2

from sandbox.asking import new_client

Thing = dict[str, Any]


class NotPossible(Exception):
    """The bank refused; the text says why."""


class Bank:
    """A running bank."""

    def __init__(self, client: httpx2.AsyncClient) -> None:
        self._client = client

    @classmethod
    @contextlib.asynccontextmanager
    async def connect(cls, url: str) -> AsyncIterator["Bank"]:
        """Reach the bank at `url`."""
        async with new_client(base_url=url, timeout=30) as client:
            yield cls(client)

    async def payments(self) -> list[Thing]:
        """Return every payment as the API writes it, with its `shop`, the oldest first."""
        return list(await self._get("payments"))

    async def pay(self, payment_id: str) -> Thing:
        """Let the payer pay."""
        return dict(await self._post(f"payments/{payment_id}/succeed"))

    async def fail(self, payment_id: str, reason: str = "insufficient_funds") -> Thing:
        """Let the payer's bank refuse."""
        return dict(await self._post(f"payments/{payment_id}/fail", reason=reason))

    async def cancel(self, payment_id: str) -> Thing:
        """Let the payer think better of it."""
        return dict(await self._post(f"payments/{payment_id}/cancel"))

    async def expire(self, payment_id: str) -> Thing:
        """Let the time of a payment be over."""
        return dict(await self._post(f"payments/{payment_id}/expire"))

    async def refunds(self) -> list[Thing]:
        """Return every refund as the API writes it, with its `shop`, the oldest first."""
        return list(await self._get("refunds"))

    async def succeed_refund(self, refund_id: str) -> Thing:
        """Give the money of a pending refund back."""
        return dict(await self._post(f"refunds/{refund_id}/succeed"))

    async def cancel_refund(self, refund_id: str, reason: str = "insufficient_funds") -> Thing:
        """Give nothing back after all."""
        return dict(await self._post(f"refunds/{refund_id}/cancel", reason=reason))

    async def book(self, shop: str | None = None) -> dict[str, dict[str, int]]:
        """Return what the bank took and gave back, by currency, in minor units: paid, refunded, fees, count."""
        return dict(await self._get("book", **({} if shop is None else {"shop": shop})))

    async def notices(self, event: str | None = None) -> list[Thing]:
        """Return the notices with their deliveries, or those of an event, the oldest first."""
        return [notice for notice in await self._get("notices") if event in {None, notice["event"]}]

    async def delivered(self, object_id: str, *, within_seconds: float = 10) -> Thing:
        """Wait until a true notice about a payment or a refund was taken, and return it.

        :raises AssertionError: if none was in time.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + within_seconds
        while True:
            about = [notice for notice in await self.notices() if notice["object_id"] == object_id]
            for notice in about:
                if notice["state"] == "delivered":
                    return notice
            if loop.time() > deadline:
                found = [(notice["event"], notice["state"], notice["deliveries"][-1:]) for notice in about]
                raise AssertionError(f"no notice about {object_id} was taken, but: {found}")
            await asyncio.sleep(0.03)

    async def misbehave(self, kind: str, **how: Any) -> None:
        """Let something go wrong from now on: `times`, `for_seconds`, `chance`, `call`, and what the fault takes."""
        await self._post("faults", kind=kind, **how)

    async def behave(self, kind: str | None = None) -> None:
        """Let everything work again, or end the faults of a kind."""
        answer = await self._client.delete("/sandbox/faults", params={} if kind is None else {"kind": kind})
        answer.raise_for_status()

    async def forge(self, payment_id: str, how: str = "bad_signature", other_payment_id: str | None = None) -> Thing:
        """Send a notice that the bank did not send, and return it."""
        said = {"payment_id": payment_id, "how": how, "other_payment_id": other_payment_id}
        return dict(await self._post("notices/forge", **said))

    async def replay(self, notice_id: str) -> None:
        """Send a notice once more."""
        await self._post(f"notices/{notice_id}/replay")

    async def release(self, order: str = "reversed") -> list[str]:
        """Send the notices that were held, one after the other, and return their ids in that order."""
        return list(await self._post("notices/release", order=order))

    async def send_notices_to(self, shop: str, url: str) -> None:
        """Set where a shop's notices go; an empty address sends none."""
        await self._post(f"shops/{shop}", notice_url=url)

    async def notice_urls(self) -> dict[str, str]:
        """Return where the notices of each shop go."""
        return dict(await self._get("shops"))

    async def advance(self, by: timedelta) -> None:
        """Let time pass."""
        await self._post("clock", seconds=by.total_seconds())

    async def reset(self) -> None:
        """Forget every payment, refund, notice and fault."""
        await self._post("reset")

    async def _get(self, path: str, **params: str) -> Any:
        answer = await self._client.get(f"/sandbox/{path}", params=params)
        return _read(answer)

    async def _post(self, path: str, **said: Any) -> Any:
        return _read(await self._client.post(f"/sandbox/{path}", json=said))


def _read(answer: httpx2.Response) -> Any:
    if answer.is_error:
        raise NotPossible(answer.text)
    return answer.json()
