"""A genuine notice is stored once and acknowledged each time, whatever it says."""

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from datetime import datetime

import httpx2
import pytest

from core.db import Database
from core.payments.models import NoticeStatus
from core.payments.provider import Acknowledgement, Notice, Received
from core.payments.providers.cloudpayments import CloudPayments
from tests.webhooks.door import CLOUD_SECRET, YOOKASSA_PEER, Door, notice, open_door, signed
from webhooks.limits import Limits

CLOUD_BODY = b"TransactionId=504&Amount=10.00&Currency=RUB&InvoiceId=1234567&Status=Completed"


def _cloud_headers(body: bytes) -> dict[str, str]:
    digest = hmac.digest(CLOUD_SECRET.encode(), body, hashlib.sha256)
    return {"X-Content-HMAC": base64.b64encode(digest).decode()}


class TestAGenuineNotice:
    async def test_is_stored_as_it_came_and_then_acknowledged(self, door: Door) -> None:
        body = notice()
        headers = signed(body, identity="msg_1")

        answer = await door.bring(body, {**headers, "Authorization": "none of our business"}, query="shop=1")

        (row,) = await door.rows()
        assert (answer.status_code, answer.content) == (200, b"")
        assert (row.provider, row.dedup_key, row.event) == ("standard", "msg_1", "payment.succeeded")
        assert (row.raw, row.query, row.peer, row.status) == (body, {"shop": "1"}, "127.0.0.1", NoticeStatus.STORED)
        assert row.headers["webhook-timestamp"] == headers["webhook-timestamp"]
        assert not {"authorization", "webhook-signature"} & row.headers.keys()
        assert door.counted("stored") == 1

    async def test_wakes_whoever_waits_for_it(self, door: Door) -> None:
        woken = asyncio.Event()
        body = notice()

        with door.db.on_commit(woken.set):
            await door.bring(body, signed(body))

        assert woken.is_set()

    async def test_that_comes_five_times_at_once_is_stored_once_f5(self, door: Door) -> None:
        body = notice()
        headers = signed(body)

        answers = await asyncio.gather(*(door.bring(body, headers) for _ in range(5)))

        assert [answer.status_code for answer in answers] == [200] * 5
        assert await door.row_count() == 1
        assert (door.counted("stored"), door.counted("repeated")) == (1, 4)

    async def test_of_an_event_that_nobody_follows_is_acknowledged(self, door: Door) -> None:
        body = notice("payout.succeeded")

        answer = await door.bring(body, signed(body))

        (row,) = await door.rows()
        assert (answer.status_code, row.status, row.event) == (200, NoticeStatus.IGNORED, "payout.succeeded")

    @pytest.mark.parametrize("body", [b"{", b"", b"\xff\xfe", b'{"type": 5}', b"[" * 100_000])
    async def test_that_nobody_understands_is_acknowledged_and_counted(self, door: Door, body: bytes) -> None:
        answer = await door.bring(body, signed(body))

        (row,) = await door.rows()
        assert (answer.status_code, row.status, row.raw) == (200, NoticeStatus.NOT_UNDERSTOOD, body)
        assert door.counted("not_understood") == 1

    async def test_gets_the_words_that_its_provider_waits_for(self, door: Door) -> None:
        headers = _cloud_headers(CLOUD_BODY)

        answer = await door.bring(CLOUD_BODY, headers, to="cloudpayments", query="event=pay")

        (row,) = await door.rows()
        assert (answer.json(), answer.headers["content-type"]) == ({"code": 0}, "application/json")
        assert (row.dedup_key, row.query) == ("pay:504", {"event": "pay"})

    async def test_is_never_held_back_by_what_was_refused_from_the_same_address(self, db: Database) -> None:
        async with open_door(db, limits=Limits(refused_a_minute=2)) as door:
            refused = [(await door.bring(b"{}", {})).status_code for _ in range(4)]
            body = notice()
            genuine = await door.bring(body, signed(body))

            assert refused == [401, 401, 429, 429]
            assert genuine.status_code == 200
            assert (door.counted("refused"), door.counted("limited")) == (2, 2)

    async def test_that_breaks_our_own_reader_is_kept_for_when_it_is_mended(self, db: Database) -> None:
        async with open_door(db, more={"broken": _BrokenReader()}) as door:
            answer = await door.bring(b"{}", {}, to="broken")

            (row,) = await door.rows()
            assert (answer.status_code, row.status) == (200, NoticeStatus.NOT_UNDERSTOOD)
            assert row.detail == "our reader broke: KeyError"

    async def test_may_come_slowly(self, door: Door) -> None:
        body = notice()
        head = {**signed(body), "Content-Length": str(len(body))}

        async def slowly() -> AsyncIterator[bytes]:
            for number in range(len(body)):
                await asyncio.sleep(0)
                yield body[number : number + 1]

        answer = await door.http.post("/webhooks/payments/standard", content=slowly(), headers=head)

        assert answer.status_code == 200


class TestANoticeOfAProviderThatDoesNotSign:
    async def test_is_looked_into_again_when_it_is_repeated_since_the_first_may_have_been_forged(
        self, db: Database
    ) -> None:
        body = json.dumps({
            "type": "notification", "event": "payment.succeeded",
            "object": {"id": "pay-1", "status": "succeeded", "paid": True,
                       "amount": {"value": "100.00", "currency": "RUB"}},
        }).encode()  # fmt: skip
        async with open_door(db, trusted_proxies="127.0.0.1/32") as door:

            async def bring() -> httpx2.Response:
                return await door.bring(body, {"X-Forwarded-For": YOOKASSA_PEER}, to="yookassa")

            first = await bring()
            async with db.transaction() as session:
                (row,) = await door.rows()
                (await session.merge(row)).status = NoticeStatus.PARKED
            second = await bring()

            (row,) = await door.rows()
            assert (first.status_code, second.status_code, row.status) == (200, 200, NoticeStatus.STORED)
            assert row.peer == YOOKASSA_PEER
            assert door.counted("repeated", provider="yookassa") == 1


class _BrokenReader(CloudPayments):
    """A provider whose notices are all genuine, and whose reader has a bug."""

    name = "broken"
    acknowledgement = Acknowledgement()

    def __init__(self) -> None:
        """Need nothing."""

    def verify(self, received: Received, now: datetime) -> str:
        return f"{received.peer} {now}"

    def parse(self, received: Received) -> Notice:
        raise KeyError(received.raw)
