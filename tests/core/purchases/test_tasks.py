"""Tasks: adding, taking, giving back, completing, reopening and deleting them."""

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.ids import TaskId, new_id
from core.purchases.add_task import add_task
from core.purchases.complete_task import CostUnknown, complete_task
from core.purchases.delete_task import delete_task
from core.purchases.give_back_task import give_back_task
from core.purchases.models import HistoryRow, TaskPayer, TaskShare, TaskStatus
from core.purchases.remove_participant import ParticipantNotFound
from core.purchases.reopen_task import reopen_task
from core.purchases.rules import NegativeAmount, NotParticipant, NotYourTask, TaskNotFound, WrongTaskStatus, WrongTitle
from core.purchases.shares import Equal
from core.purchases.take_task import AlreadyTaken, take_task
from tests.builders import NOW, OTHER_GROUP, person, purchase, spending


class TestAddTask:
    async def test_numbers_tasks_from_one_in_each_purchase(self, session: AsyncSession) -> None:
        anna = await person(session)
        dacha, office = await purchase(session, anna), await purchase(session, anna, title="Офис")

        first = await add_task(session, actor=anna, purchase_id=dacha.id, title="Мясо", now=NOW)
        second = await add_task(session, actor=anna, purchase_id=dacha.id, title="Угли", now=NOW)
        other = await add_task(session, actor=anna, purchase_id=office.id, title="Кофе", now=NOW)

        assert (first.number, second.number, other.number) == (1, 2, 1)

    @pytest.mark.parametrize("title", ["", "   ", "\u202e", "я" * 101])
    async def test_refuses_a_title_that_nobody_could_read(self, session: AsyncSession, title: str) -> None:
        anna = await person(session)
        dacha = await purchase(session, anna)

        with pytest.raises(WrongTitle):
            await add_task(session, actor=anna, purchase_id=dacha.id, title=title, now=NOW)

    async def test_refuses_a_negative_estimate(self, session: AsyncSession) -> None:
        anna = await person(session)
        dacha = await purchase(session, anna)

        with pytest.raises(NegativeAmount):
            await add_task(session, actor=anna, purchase_id=dacha.id, title="Мясо", estimate_minor=-1, now=NOW)

    async def test_asks_a_chat_member_to_join_first(self, session: AsyncSession) -> None:
        anna, boris = await person(session), await person(session, "Борис")
        dacha = await purchase(session, anna)

        with pytest.raises(NotParticipant):
            await add_task(session, actor=boris, purchase_id=dacha.id, title="Мясо", now=NOW)


class TestTakeTask:
    async def test_gives_an_open_task_to_the_first_who_takes_it(self, session: AsyncSession) -> None:
        anna, boris = await person(session), await person(session, "Борис")
        dacha = await purchase(session, anna, boris)
        task = await add_task(session, actor=anna, purchase_id=dacha.id, title="Мясо", now=NOW)

        await take_task(session, actor=boris, task_id=task.id, now=NOW)

        assert (task.status, task.assignee_id) == (TaskStatus.ASSIGNED, boris.user_id)
        with pytest.raises(AlreadyTaken) as refusal:
            await take_task(session, actor=anna, task_id=task.id, now=NOW)
        assert refusal.value.params["name"] == "Борис"

    async def test_changes_nothing_when_the_same_person_taps_again(self, session: AsyncSession) -> None:
        anna = await person(session)
        dacha = await purchase(session, anna)
        task = await add_task(session, actor=anna, purchase_id=dacha.id, title="Мясо", now=NOW)
        await take_task(session, actor=anna, task_id=task.id, now=NOW)
        version = dacha.version

        await take_task(session, actor=anna, task_id=task.id, now=NOW)

        assert dacha.version == version


class TestGiveBackTask:
    async def test_lets_the_assignee_and_the_organizer_but_nobody_else(self, session: AsyncSession) -> None:
        anna, boris, vera = [await person(session, name) for name in ("Анна", "Борис", "Вера")]
        dacha = await purchase(session, anna, boris, vera)
        task = await add_task(
            session, actor=anna, purchase_id=dacha.id, title="Мясо", assignee_id=boris.user_id, now=NOW
        )

        with pytest.raises(NotYourTask):
            await give_back_task(session, actor=vera, task_id=task.id, now=NOW)
        await give_back_task(session, actor=anna, task_id=task.id, now=NOW)

        assert (task.status, task.assignee_id) == (TaskStatus.OPEN, None)


class TestCompleteTask:
    async def test_defaults_to_the_estimate_paid_by_the_actor_and_shared_by_all(self, session: AsyncSession) -> None:
        anna, boris, vera = [await person(session, name) for name in ("Анна", "Борис", "Вера")]
        dacha = await purchase(session, anna, boris, vera)
        task = await add_task(session, actor=anna, purchase_id=dacha.id, title="Мясо", estimate_minor=100_00, now=NOW)
        await take_task(session, actor=boris, task_id=task.id, now=NOW)

        await complete_task(session, actor=boris, task_id=task.id, now=NOW)

        await session.flush()
        [payer] = await session.scalars(select(TaskPayer).where(TaskPayer.task_id == task.id))
        shares = list(await session.scalars(select(TaskShare).where(TaskShare.task_id == task.id)))
        assert (payer.user_id, payer.paid_minor) == (boris.user_id, 100_00)
        assert sorted(share.share_minor for share in shares) == [33_33, 33_33, 33_34]
        assert sum(share.extra_minor for share in shares) == 1

    async def test_needs_a_cost_where_nobody_estimated(self, session: AsyncSession) -> None:
        anna = await person(session)
        dacha = await purchase(session, anna)
        task = await add_task(session, actor=anna, purchase_id=dacha.id, title="Мясо", now=NOW)

        with pytest.raises(CostUnknown):
            await complete_task(session, actor=anna, task_id=task.id, now=NOW)

    async def test_refuses_a_payer_who_does_not_take_part(self, session: AsyncSession) -> None:
        anna, stranger = await person(session), await person(session, "Чужой")
        dacha = await purchase(session, anna)
        task = await add_task(session, actor=anna, purchase_id=dacha.id, title="Мясо", now=NOW)

        with pytest.raises(ParticipantNotFound):
            await complete_task(
                session, actor=anna, task_id=task.id, cost_minor=100, payers={stranger.user_id: 100}, now=NOW
            )

    async def test_refuses_a_sharer_who_does_not_take_part(self, session: AsyncSession) -> None:
        anna, stranger = await person(session), await person(session, "Чужой")
        dacha = await purchase(session, anna)

        with pytest.raises(ParticipantNotFound):
            await spending(session, anna, dacha, 100, split=Equal((stranger.user_id,)))

    async def test_is_refused_for_what_is_done_already(self, session: AsyncSession) -> None:
        anna = await person(session)
        dacha = await purchase(session, anna)
        task = await spending(session, anna, dacha, 100)

        with pytest.raises(WrongTaskStatus):
            await complete_task(session, actor=anna, task_id=task.id, cost_minor=100, now=NOW)


class TestReopenAndDelete:
    async def test_forgets_the_shares_but_never_the_history(self, session: AsyncSession) -> None:
        anna, boris = await person(session), await person(session, "Борис")
        dacha = await purchase(session, anna, boris)
        task = await spending(session, boris, dacha, 300)

        await reopen_task(session, actor=boris, task_id=task.id, now=NOW)
        await delete_task(session, actor=boris, task_id=task.id, now=NOW)

        await session.flush()
        assert not list(await session.scalars(select(TaskShare).where(TaskShare.task_id == task.id)))
        told = list(await session.scalars(select(HistoryRow.event_name).where(HistoryRow.purchase_id == dacha.id)))
        assert told[-3:] == ["task.completed", "task.reopened", "task.deleted"]

    async def test_deletes_once_only(self, session: AsyncSession) -> None:
        anna = await person(session)
        dacha = await purchase(session, anna)
        task = await spending(session, anna, dacha, 300)
        await delete_task(session, actor=anna, task_id=task.id, now=NOW)

        with pytest.raises(TaskNotFound):
            await delete_task(session, actor=anna, task_id=task.id, now=NOW)

    async def test_is_for_the_author_and_the_organizer_only(self, session: AsyncSession) -> None:
        anna, boris, vera = [await person(session, name) for name in ("Анна", "Борис", "Вера")]
        dacha = await purchase(session, anna, boris, vera)
        task = await spending(session, boris, dacha, 300)

        with pytest.raises(NotYourTask):
            await reopen_task(session, actor=vera, task_id=task.id, now=NOW)
        await reopen_task(session, actor=anna, task_id=task.id, now=NOW)


class TestStrangers:
    async def test_learn_nothing_about_a_task_of_other_people(self, session: AsyncSession) -> None:
        anna, stranger = await person(session), await person(session, "Чужой", chat=OTHER_GROUP)
        dacha = await purchase(session, anna)
        task = await add_task(session, actor=anna, purchase_id=dacha.id, title="Мясо", now=NOW)

        for task_id in (task.id, TaskId(new_id())):
            with pytest.raises(TaskNotFound) as refusal:
                await take_task(session, actor=stranger, task_id=task_id, now=NOW)
            assert refusal.value.params == {}
