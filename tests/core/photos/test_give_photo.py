"""Photos belong to whoever gave them, and stay for as long as they show something."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.identity.actor import Actor
from core.identity.people import PersonNotFound
from core.ids import PhotoId, new_id
from core.payments.claim_paid import claim_paid
from core.personal_data.erase_person import erase_person
from core.photos.give_photo import OtherPhoto, PhotoNotFound, SentPhoto, upload_photo
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
    await upload_photo(session, actor=who, photo_id=identity, uploaded=content, jpeg=JPEG, now=NOW)
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

    async def test_is_nothing_for_who_was_erased_meanwhile(self, session: AsyncSession) -> None:
        anna = await person(session)
        await session.flush()
        await erase_person(session, user_id=anna.user_id, now=NOW)

        with pytest.raises(PersonNotFound):
            await uploaded(session, anna)


class TestAPhoto:
    async def test_shows_something_only_for_whoever_gave_it(self, session: AsyncSession) -> None:
        anna, boris = await person(session, "Анна"), await person(session, "Борис")
        dacha = await purchase(session, anna, boris)
        photo_id = await uploaded(session, anna)
        task = await add_task(session, actor=anna, purchase_id=dacha.id, title="Угли", now=NOW)

        with pytest.raises(PhotoNotFound):
            await record_spending(
                session, actor=boris, purchase_id=dacha.id, title="Соль", cost_minor=1, receipt=photo_id, now=NOW
            )
        with pytest.raises(PhotoNotFound):
            await complete_task(session, actor=boris, task_id=task.id, cost_minor=1, receipt=PhotoId(new_id()), now=NOW)
        done = await complete_task(session, actor=anna, task_id=task.id, cost_minor=1, receipt=photo_id, now=NOW)

        assert done.receipt_id == photo_id

    async def test_proves_only_what_its_owner_paid(self, session: AsyncSession) -> None:
        anna, boris = await person(session, "Анна"), await person(session, "Борис")
        dacha = await purchase(session, anna, boris)
        await spending(session, anna, dacha, 200_00)
        [owed] = await lock(session, anna, dacha)
        of_anna, of_boris = await uploaded(session, anna), await uploaded(session, boris)

        with pytest.raises(PhotoNotFound):
            await claim_paid(session, actor=boris, intent_id=owed.id, confirm_within=WEEK, proof=of_anna, now=NOW)
        claim = await claim_paid(session, actor=boris, intent_id=owed.id, confirm_within=WEEK, proof=of_boris, now=NOW)

        assert claim.proof_id == of_boris

    async def test_may_come_after_the_claim_that_it_proves(self, session: AsyncSession) -> None:
        anna, boris = await person(session, "Анна"), await person(session, "Борис")
        dacha = await purchase(session, anna, boris)
        await spending(session, anna, dacha, 200_00)
        [owed] = await lock(session, anna, dacha)
        claim = await claim_paid(session, actor=boris, intent_id=owed.id, confirm_within=WEEK, now=NOW)
        photo_id = await uploaded(session, boris)

        again = await claim_paid(session, actor=boris, intent_id=owed.id, confirm_within=WEEK, proof=photo_id, now=NOW)

        assert (again.id, again.proof_id) == (claim.id, photo_id)

    async def test_that_shows_nothing_goes_after_a_day(self, session: AsyncSession) -> None:
        anna, boris = await person(session, "Анна"), await person(session, "Борис")
        dacha = await purchase(session, anna, boris)
        unused, receipt_id, proof_id = [await uploaded(session, who) for who in (anna, anna, boris)]
        await record_spending(
            session, actor=anna, purchase_id=dacha.id, title="Соль", cost_minor=200, receipt=receipt_id, now=NOW
        )
        [owed] = await lock(session, anna, dacha)
        await claim_paid(session, actor=boris, intent_id=owed.id, confirm_within=WEEK, proof=proof_id, now=NOW)
        wood = await add_task(
            session, actor=boris, purchase_id=(await purchase(session, boris)).id, title="Дрова", now=NOW
        )
        await complete_task(session, actor=boris, task_id=wood.id, cost_minor=1, receipt=SentPhoto("AgAC"), now=NOW)

        await sweep(session, now=NOW + timedelta(hours=23))
        assert unused in set(await session.scalars(select(Photo.id)))

        await sweep(session, now=NOW + timedelta(hours=25))
        assert set(await session.scalars(select(Photo.id))) == {receipt_id, proof_id, wood.receipt_id}
