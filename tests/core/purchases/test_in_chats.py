"""Purchases of chats: who may open one there, in which currency, and who finds it without having joined."""

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from core.identity.actor import Actor
from core.identity.chats import ChatNotFound
from core.identity.leave_chat import leave_chat
from core.identity.preferences import change_chat
from core.purchases.join_purchase import join_purchase
from core.purchases.leave_purchase import leave_purchase
from core.purchases.models import Purchase, PurchaseStatus
from core.purchases.open_purchase import open_purchase
from core.purchases.overview import overview, summaries
from tests.builders import NOW, OTHER_GROUP, lock, person, purchase, spending


async def opened(session: AsyncSession, actor: Actor, *, of: Actor, currency: str | None = None) -> Purchase:
    """Return a purchase that the actor opens in the chat that somebody has written in."""
    return await open_purchase(
        session,
        actor=actor,
        title="Шашлыки",
        default_currency="RUB",
        currency=currency,
        chat_id=of.chat_id,
        now=NOW,
    )


async def listed(session: AsyncSession, actor: Actor, *, joined: bool, is_closed: bool | None = None) -> list[str]:
    found, total = await summaries(session, actor=actor, joined=joined, is_closed=is_closed, limit=10, offset=0)
    assert total == len(found)
    return [each.purchase.title for each in found]


class TestOpeningInAChat:
    async def test_is_for_those_who_are_in_it(self, session: AsyncSession) -> None:
        anna, gone = await person(session, "Анна"), await person(session, "Ушёл")
        assert anna.chat_id is not None
        await leave_chat(session, chat_id=anna.chat_id, user_id=gone.user_id)

        assert (await opened(session, anna, of=anna)).chat_id == anna.chat_id
        for other in (gone, await person(session, chat=OTHER_GROUP), await person(session, chat=None)):
            with pytest.raises(ChatNotFound):
                await opened(session, other, of=anna)

    async def test_is_in_the_currency_of_the_chat_unless_another_is_chosen(self, session: AsyncSession) -> None:
        anna, far = await person(session), await person(session, chat=None)
        assert anna.chat_id is not None
        await change_chat(session, actor=anna, chat_id=anna.chat_id, currency="GEL")

        assert (await opened(session, anna, of=anna)).currency == "GEL"
        assert (await opened(session, anna, of=anna, currency="EUR")).currency == "EUR"
        assert (await opened(session, anna, of=far)).currency == "RUB"


class TestThePurchasesThatAPersonHasNotJoined:
    async def test_are_those_of_their_chats_until_they_join(self, session: AsyncSession) -> None:
        anna, boris = await person(session, "Анна"), await person(session, "Борис")
        neighbour, far = await person(session, chat=OTHER_GROUP), await person(session, chat=None)
        dacha = await purchase(session, anna, title="Дача")
        await purchase(session, boris, title="Своя")
        await purchase(session, neighbour, title="Чужая")
        await purchase(session, far, title="Без чата")

        assert await listed(session, boris, joined=False) == ["Дача"]
        assert await listed(session, far, joined=False) == []
        await join_purchase(session, actor=boris, purchase_id=dacha.id, now=NOW)
        assert await listed(session, boris, joined=False) == []
        assert await listed(session, boris, joined=True) == ["Своя", "Дача"]

    async def test_are_none_of_a_chat_that_they_left(self, session: AsyncSession) -> None:
        anna, gone = await person(session, "Анна"), await person(session, "Ушёл")
        await purchase(session, anna)
        assert anna.chat_id is not None
        await leave_chat(session, chat_id=anna.chat_id, user_id=gone.user_id)

        assert await listed(session, gone, joined=False) == []

    async def test_are_found_again_by_whoever_takes_part_no_more(self, session: AsyncSession) -> None:
        anna, boris = await person(session, "Анна"), await person(session, "Борис")
        dacha = await purchase(session, anna, boris)
        await leave_purchase(session, actor=boris, purchase_id=dacha.id, now=NOW)

        assert await listed(session, boris, joined=False) == ["Шашлыки"]
        assert await listed(session, boris, joined=True) == []

    async def test_may_be_closed_or_not(self, session: AsyncSession) -> None:
        anna, boris = await person(session, "Анна"), await person(session, "Борис")
        closed = await purchase(session, anna, title="Закрытая")
        closed.status, closed.strategy = PurchaseStatus.CLOSED, "minimal"
        await purchase(session, anna, title="Открытая")

        assert await listed(session, boris, joined=False, is_closed=False) == ["Открытая"]
        assert await listed(session, boris, joined=False, is_closed=True) == ["Закрытая"]
        assert await listed(session, boris, joined=False) == ["Открытая", "Закрытая"]

    async def test_say_no_more_of_money_than_the_purchase_itself_does(self, session: AsyncSession) -> None:
        anna, boris, vera = [await person(session, name) for name in ("Анна", "Борис", "Вера")]
        dacha = await purchase(session, anna, boris)
        await spending(session, anna, dacha, 1000)
        await lock(session, anna, dacha)

        [[told], _] = await summaries(session, actor=vera, joined=False, is_closed=None, limit=10, offset=0)
        shown = await overview(session, actor=vera, purchase_id=dacha.id)

        assert (told.participants, told.total_minor, told.net_minor) == (2, shown.total_minor, 0)
