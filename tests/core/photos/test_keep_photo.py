"""Photos belong to whoever gave them, and stay for as long as they show something."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.identity.actor import Actor
from core.ids import PhotoId, new_id
from core.payments.claim_paid import claim_paid
from core.photos.keep_photo import OtherPhoto, PhotoNotFound, keep_sent_photo, keep_uploaded_photo
from core.photos.models import Photo
from core.photos.read_photo import read_photo
from core.purchases.add_task import add_task
from core.purchases.complete_task import complete_task
from core.purchases.record_spending import record_spending
from core.retention import sweep
from tests.builders import NOW, WEEK, lock, person, purchase, spending

JPEG = b"\xff\xd8\xff made"


async def uploaded(
    session: AsyncSession, who: Actor, *, content: bytes = b"a", photo_id: PhotoId | None = None
) -> PhotoId:
    """Return the id of a photo that somebody uploads."""
    identity = photo_id or PhotoId(new_id())
    await keep_uploaded_photo(session, actor=who, photo_id=identity, uploaded=content, jpeg=JPEG, now=NOW)
    return identity


class TestUploading:
    async def test_twice_is_the_same_as_once(self, session: AsyncSession) -> None:
        anna = await person(session)
        identity = await uploaded(session, anna)

        await uploaded(session, anna, photo_id=identity)

        assert list(await session.scalars(select(Photo.id))) == [identity]
        assert await read_photo(session, identity) == JPEG

    async def test_takes_no_id_that_is_another_photo_s(self, session: AsyncSession) -> None:
        anna, boris = await person(session), await person(session)
        identity = await uploaded(session, anna)

        for who, content in ((anna, b"b"), (boris, b"a")):
            with pytest.raises(OtherPhoto):
                await uploaded(session, who, content=content, photo_id=identity)


class TestAPhoto:
    async def test_shows_something_only_for_whoever_gave_it(self, session: AsyncSession) -> None:
        anna, boris = await person(session, "Анна"), await person(session, "Борис")
        dacha = await purchase(session, anna, boris)
        photo_id = await uploaded(session, anna)
        task = await add_task(session, actor=anna, purchase_id=dacha.id, title="Угли", now=NOW)

        with pytest.raises(PhotoNotFound):
            await record_spending(
                session, actor=boris, purchase_id=dacha.id, title="Соль", cost_minor=1, receipt_id=photo_id, now=NOW
            )
        with pytest.raises(PhotoNotFound):
            await complete_task(
                session, actor=boris, task_id=task.id, cost_minor=1, receipt_id=PhotoId(new_id()), now=NOW
            )
        done = await complete_task(session, actor=anna, task_id=task.id, cost_minor=1, receipt_id=photo_id, now=NOW)

        assert done.receipt_id == photo_id

    async def test_proves_only_what_its_owner_paid(self, session: AsyncSession) -> None:
        anna, boris = await person(session, "Анна"), await person(session, "Борис")
        dacha = await purchase(session, anna, boris)
        await spending(session, anna, dacha, 200_00)
        [owed] = await lock(session, anna, dacha)
        of_anna, of_boris = await uploaded(session, anna), await uploaded(session, boris)

        with pytest.raises(PhotoNotFound):
            await claim_paid(session, actor=boris, intent_id=owed.id, confirm_within=WEEK, proof_id=of_anna, now=NOW)
        claim = await claim_paid(
            session, actor=boris, intent_id=owed.id, confirm_within=WEEK, proof_id=of_boris, now=NOW
        )

        assert claim.proof_id == of_boris

    async def test_that_shows_nothing_goes_after_a_day(self, session: AsyncSession) -> None:
        anna, boris = await person(session, "Анна"), await person(session, "Борис")
        dacha = await purchase(session, anna, boris)
        unused, receipt_id, proof_id = [await uploaded(session, who) for who in (anna, anna, boris)]
        sent = await keep_sent_photo(session, actor=boris, file_id="AgAC", now=NOW)
        await record_spending(
            session, actor=anna, purchase_id=dacha.id, title="Соль", cost_minor=200, receipt_id=receipt_id, now=NOW
        )
        [owed] = await lock(session, anna, dacha)
        await claim_paid(session, actor=boris, intent_id=owed.id, confirm_within=WEEK, proof_id=proof_id, now=NOW)
        await session.flush()

        await sweep(session, now=NOW + timedelta(hours=23))
        assert {unused, sent} <= set(await session.scalars(select(Photo.id)))

        await sweep(session, now=NOW + timedelta(hours=25))
        assert set(await session.scalars(select(Photo.id))) == {receipt_id, proof_id}
