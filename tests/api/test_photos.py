"""Photos by HTTP: uploaded to show what was bought and paid, and seen by whom it concerns."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from api.routes import photos
from core.db import Database
from core.ids import new_id
from tests.api.door import Door, Person, open_door
from tests.api.test_debts import owing
from tests.api.test_purchases import opened
from tests.core.photos.test_as_jpeg import picture, read, written

PHOTO = written(picture(), "JPEG")


async def put(
    who: Person, content: bytes | AsyncIterator[bytes], *, identity: str | None = None, kind: str = "image/jpeg"
) -> httpx2.Response:
    """Upload a photo, under a new id unless one is given."""
    headers = {"Authorization": f"Bearer {who.token}", "Content-Type": kind}
    return await who.http.put(f"/v1/photos/{identity or new_id()}", content=content, headers=headers)


async def uploaded(who: Person) -> str:
    """Return the id of a photo that somebody has uploaded."""
    identity = str(new_id())
    assert (await put(who, PHOTO, identity=identity)).status_code == 204
    return identity


class TestUploading:
    async def test_twice_is_the_same_as_once(self, door: Door) -> None:
        anna, boris = await door.person(), await door.person()
        identity = str(new_id())

        answers = [await put(anna, PHOTO, identity=identity) for _ in range(2)]
        other = await put(anna, written(picture((10, 10))), identity=identity)
        of_somebody_else = await put(boris, PHOTO, identity=identity)

        assert [each.status_code for each in answers] == [204, 204]
        assert (other.status_code, other.json()["code"]) == (409, "OTHER_PHOTO")
        assert (of_somebody_else.status_code, of_somebody_else.json()["code"]) == (409, "OTHER_PHOTO")

    @pytest.mark.parametrize("content", [b"", b"{}", b"<svg/>"])
    async def test_takes_nothing_but_photos(self, door: Door, content: bytes) -> None:
        refused = await put(await door.person(), content)

        assert (refused.status_code, refused.json()["code"]) == (422, "NOT_A_PHOTO")

    async def test_takes_more_than_other_bodies_and_not_too_much(self, db: Database, tmp_path: Path) -> None:
        async with open_door(db, tmp_path, api_max_body_bytes=2048, api_max_photo_bytes=4096) as door:
            anna = await door.person()

            taken = await put(anna, PHOTO + bytes(4096 - len(PHOTO)))
            refused = await put(anna, PHOTO + bytes(4096))
            elsewhere = await anna.ask("POST", "/purchases", {"title": "x" * 2048})

            assert taken.status_code == 204
            assert (refused.status_code, refused.json()["code"]) == (413, "TOO_LONG")
            assert elsewhere.status_code == 413

    async def test_is_for_who_is_signed_in_and_not_for_ever(self, door: Door) -> None:
        anna = await door.person()
        nobody = Person(anna.actor, door.http, "nobody's")
        answers = [(await put(anna, b"")).status_code for _ in range(40)]

        assert (await put(nobody, PHOTO)).status_code == 401
        assert answers[0] == 422
        assert answers[-1] == 429

    async def test_waits_for_one_of_the_same_person(self, door: Door) -> None:
        anna, boris = await door.person(), await door.person()
        going_on = asyncio.Event()

        async def slowly() -> AsyncIterator[bytes]:
            yield PHOTO[:10]
            await going_on.wait()
            yield PHOTO[10:]

        uploading = asyncio.create_task(put(anna, slowly()))
        while anna.actor.user_id not in photos._uploading:
            await asyncio.sleep(0.01)
        second, other = await put(anna, PHOTO), await put(boris, PHOTO)
        going_on.set()

        assert (second.status_code, second.json()["code"]) == (429, "TOO_OFTEN")
        assert (other.status_code, (await uploading).status_code) == (204, 204)


class TestAReceipt:
    @pytest.mark.parametrize("of", ["spending", "task"])
    async def test_is_seen_by_everybody_who_takes_part(self, door: Door, of: str) -> None:
        anna, boris, vera = [await door.person(name, chat=None) for name in ("Anna", "Boris", "Vera")]
        identity = await opened(anna, boris)
        spent: dict[str, Any] = {"cost_cents": 100, "receipt_id": await uploaded(boris)}
        if of == "task":
            task = await anna.post(f"/purchases/{identity}/tasks", {"title": "Salt"})
            done = await boris.post(f"/purchases/{identity}/tasks/{task['id']}/done", spent)
        else:
            done = await boris.post(f"/purchases/{identity}/spendings", {"title": "Salt", **spent})
        url = done["receipt_url"].removeprefix("/v1")

        seen = await anna.ask("GET", url)
        [listed] = (await anna.get(f"/purchases/{identity}"))["tasks"]

        assert (seen.headers["content-type"], read(seen.content).size) == ("image/jpeg", (60, 40))
        assert seen.headers["cache-control"] == "no-store"
        assert listed["receipt_url"] == done["receipt_url"]
        assert (await vera.ask("GET", url)).status_code == 404

    async def test_is_missing_where_there_is_none(self, door: Door) -> None:
        anna = await door.person()
        identity = await opened(anna)
        done = await anna.post(f"/purchases/{identity}/spendings", {"title": "Salt", "cost_cents": 1})

        missing = await anna.ask("GET", f"/purchases/{identity}/tasks/{done['id']}/receipt")

        assert done["receipt_url"] is None
        assert (missing.status_code, missing.json()["code"]) == (404, "PHOTO_NOT_FOUND")

    async def test_is_a_photo_of_whoever_gives_it(self, door: Door) -> None:
        anna, boris = await door.person("Anna"), await door.person("Boris")
        identity = await opened(anna, boris)
        spent = {"title": "Salt", "cost_cents": 1, "receipt_id": await uploaded(anna)}

        refused = await boris.ask("POST", f"/purchases/{identity}/spendings", spent)

        assert (refused.status_code, refused.json()["code"]) == (404, "PHOTO_NOT_FOUND")


class TestAProof:
    async def test_is_seen_by_who_paid_and_by_who_is_paid(self, door: Door) -> None:
        anna, boris, vera = [await door.person(name) for name in ("Anna", "Boris", "Vera")]
        debt = await owing(boris, anna, vera)
        wanted = {"intent_id": debt["id"], "rail": "manual", "proof_id": await uploaded(boris)}

        attempt = await boris.post("/commands/pay", wanted)
        url = attempt["proof_url"].removeprefix("/v1")
        [told] = (await anna.get(f"/intents/{debt['id']}"))["attempts"]

        assert told["proof_url"] == attempt["proof_url"]
        assert [(await who.ask("GET", url)).status_code for who in (anna, boris, vera)] == [200, 200, 404]
