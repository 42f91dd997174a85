"""What changed for whom: who may see it, in which order it is read, and what somebody who was away has missed."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from core.accounts.withdraw import request_withdrawal
from core.clock import utc_now
from core.db import Database
from core.identity.actor import Actor
from core.identity.leave_chat import leave_chat
from core.ids import EventId, UserId, new_id
from core.live import changes
from core.live.changes import Seen, changes_after, missed_changes, newest_change
from core.live.models import Change, Kind
from core.live.record_changes import record_changes
from core.live.what_changed import EVENTS_SEEN, what_changed
from core.orders.finish_order import cancel_order
from core.orders.models import Order
from core.outbox.envelope import JSON, Envelope
from core.outbox.event import REGISTRY
from core.outbox.models import OutboxRow
from core.payments.claim_paid import claim_paid
from core.purchases.add_task import add_task
from core.purchases.answer_invite import answer_invite
from core.purchases.events import TaskTaken
from core.purchases.invite_person import invite_person
from core.purchases.leave_purchase import leave_purchase
from core.purchases.models import Purchase
from core.purchases.remove_participant import remove_participant
from core.reports.models import ReportFormat
from core.reports.request_report import post_closing_report, request_report
from tests.builders import NO_LIMITS, NOW, OTHER_GROUP, WEEK, debt, funded, paid, person, purchase
from tests.core.accounts.makers import finish, order, take
from tests.core.payments.makers import link, pending, say
from tests.workers.buses import until
from workers.handle import handle, handle_many
from workers.subscriptions import SUBSCRIPTIONS

PAYLOADS = sorted((Path(__file__).parents[1] / "outbox/payloads").glob("*.json"))
[LIVE] = [each for each in SUBSCRIPTIONS if each.name == "live"]


async def told(session: AsyncSession) -> list[Seen]:
    """Do what the reaction does with the events that wait, and return what it wrote."""
    await session.flush()
    rows = list(await session.scalars(select(OutboxRow).order_by(OutboxRow.id)))
    await session.execute(delete(OutboxRow))
    events = [(REGISTRY[row.event_name].model_validate(row.payload), row.event_id) for row in rows]
    before = await newest_change(session)
    await record_changes(session, [(event, event_id) for event, event_id in events if type(event) in EVENTS_SEEN])
    return await changes_after(session, before)


def seen_by(who: Actor, told: list[Seen]) -> list[tuple[str, str]]:
    return [(change.kind, change.event) for change in told if who.user_id in change.readers]


async def task(session: AsyncSession, actor: Actor, of: Purchase) -> None:
    await add_task(
        session, actor=actor, purchase_id=of.id, title="Уголь", assignee_id=None, estimate_minor=None, due_at=None,
        now=NOW,
    )  # fmt: skip


class TestAChangeOfAPurchase:
    async def test_is_for_who_takes_part_and_for_the_chat_and_for_no_stranger(self, session: AsyncSession) -> None:
        anna, boris = await person(session, "Анна"), await person(session, "Борис")
        member, stranger = await person(session), await person(session, chat=OTHER_GROUP)
        far = await person(session, "Вера", chat=None)
        opened = await purchase(session, anna, boris, far)
        await told(session)

        await task(session, anna, opened)

        [change] = await told(session)
        assert set(change.readers) == {each.user_id for each in (anna, boris, member, far)}
        assert stranger.user_id not in change.readers
        assert (change.kind, change.event, change.object_id) == ("purchase", "task.added", opened.id)
        assert change.data.keys() == {"actor_id", "task_id"}

    async def test_is_not_for_who_left_the_chat(self, session: AsyncSession) -> None:
        anna, gone = await person(session), await person(session)
        opened = await purchase(session, anna)
        assert anna.chat_id is not None
        await leave_chat(session, chat_id=anna.chat_id, user_id=gone.user_id)
        await told(session)

        await task(session, anna, opened)

        assert seen_by(gone, await told(session)) == []

    @pytest.mark.parametrize("removed", [True, False])
    async def test_gives_a_last_word_to_who_is_out_and_then_no_more(
        self, session: AsyncSession, *, removed: bool
    ) -> None:
        anna, boris = await person(session), await person(session, chat=None)
        opened = await purchase(session, anna, boris)
        await told(session)

        if removed:
            await remove_participant(session, actor=anna, purchase_id=opened.id, user_id=boris.user_id, now=NOW)
        else:
            await leave_purchase(session, actor=boris, purchase_id=opened.id, now=NOW)
        await task(session, anna, opened)

        changes = await told(session)
        event = "purchase.participant_removed" if removed else "purchase.participant_left"
        assert seen_by(boris, changes) == [("purchase", event)]
        assert changes[0].data["user_id"] == str(boris.user_id)
        assert seen_by(anna, changes) == [("purchase", event), ("purchase", "task.added")]

    async def test_reaches_the_invited_until_they_decline(self, session: AsyncSession) -> None:
        anna, vera = await person(session), await person(session, chat=None)
        opened = await purchase(session, anna)
        await told(session)
        invite = await invite_person(session, actor=anna, purchase_id=opened.id, invitee_id=vera.user_id, now=NOW)
        await task(session, anna, opened)
        assert seen_by(vera, await told(session)) == [("purchase", "purchase.person_invited")]

        await answer_invite(session, actor=vera, invite_id=invite.id, accept=False, now=NOW)
        await task(session, anna, opened)

        assert seen_by(vera, await told(session)) == [("purchase", "purchase.invite_declined")]


class TestAChangeOfADebt:
    async def test_names_the_debt_and_no_amount(self, session: AsyncSession) -> None:
        debtor, creditor, intent = await debt(session)
        await told(session)

        await claim_paid(session, actor=debtor, intent_id=intent.id, confirm_within=WEEK, now=NOW)

        [change] = await told(session)
        assert (change.kind, change.event, change.object_id) == ("intent", "payment.claimed", intent.id)
        assert change.purchase_id == intent.purchase_id
        assert {debtor.user_id, creditor.user_id} <= set(change.readers)
        assert change.data.keys() == {"actor_id", "payer_id", "payee_id", "attempt_id"}


class TestAChangeOfMoney:
    async def test_of_a_wallet_is_for_its_person_alone(self, session: AsyncSession) -> None:
        await person(session)
        actor = await funded(session, 1_000_00)
        await told(session)
        placed = await order(session, actor)
        await take(session, placed)
        await finish(session, placed)
        await request_withdrawal_of(session, actor)

        changes = await told(session)

        assert all(change.readers == [actor.user_id] for change in changes)
        assert [(change.kind, change.event) for change in changes] == [
            ("order", "order.placed"), ("account", "account.money_held"),
            ("order", "order.finished"), ("account", "order.finished"), ("account", "account.withdrawal_requested"),
        ]  # fmt: skip
        assert [change.data["status"] for change in changes if change.kind == "order"] == ["NEW", "FINISHED"]

    async def test_says_why_an_order_came_to_nothing(self, session: AsyncSession) -> None:
        actor = await person(session)
        placed = await order(session, actor)
        await told(session)
        await cancel_order(session, order_id=placed.id, reason="not_enough_money", now=NOW)

        change = (await told(session))[0]
        assert (await session.get_one(Order, placed.id)).amount_minor == change.data["amount_cents"]
        assert (change.data["status"], change.data["reason"]) == ("CANCELLED", "not_enough_money")

    async def test_tells_the_payer_how_a_link_stands_and_the_payee_of_the_money(self, session: AsyncSession) -> None:
        debtor, creditor, intent = await debt(session)
        attempt = await link(session, debtor, intent)
        await say(session, pending(attempt))
        waiting = await told(session)
        assert ("attempt", "attempt.moved") in seen_by(debtor, waiting)
        assert ("attempt", "attempt.moved") not in seen_by(creditor, waiting)
        await say(session, paid(attempt))

        changes = await told(session)
        assert ("account", "payment.received") in seen_by(creditor, changes)
        assert ("intent", "payment.received") in seen_by(creditor, changes)
        moved = [change.data["status"] for change in changes if change.event == "attempt.moved" and change.data]
        assert moved == ["succeeded"]


async def request_withdrawal_of(session: AsyncSession, actor: Actor) -> None:
    await request_withdrawal(
        session, actor=actor, amount_minor=100_00, currency="RUB", destination="+7 900 000-00-00", limits=NO_LIMITS,
        now=NOW,
    )  # fmt: skip


class TestAChangeOfAReport:
    async def test_is_for_who_asked_in_private_alone(self, session: AsyncSession) -> None:
        anna, boris = await person(session), await person(session)
        opened = await purchase(session, anna, boris)
        await told(session)
        alone = Actor(anna.user_id, anna.name, anna.language, anna.time_zone)

        report = await request_report(session, actor=alone, purchase_id=opened.id, kind=ReportFormat.PDF, now=NOW)

        [change] = await told(session)
        assert (change.kind, change.object_id, change.purchase_id) == ("report", report.id, opened.id)
        assert change.readers == [anna.user_id]
        assert change.data == {"status": "queued"}

    async def test_that_is_posted_is_for_all_who_see_the_purchase(self, session: AsyncSession) -> None:
        anna, boris = await person(session), await person(session, chat=None)
        opened = await purchase(session, anna, boris)
        await told(session)

        await post_closing_report(session, purchase_id=opened.id, now=NOW)

        assert seen_by(boris, await told(session)) == [("report", "report.moved")] * 2


class TestEveryEventThatIsSeen:
    @pytest.mark.parametrize("file", PAYLOADS, ids=lambda file: file.stem)
    def test_changes_something_that_can_be_written_as_json(self, file: Path) -> None:
        envelope = JSON.validate_json(file.read_text(encoding="utf-8"))
        kind = REGISTRY[envelope.event_name]
        changed = what_changed(kind.model_validate(envelope.payload))

        assert bool(changed) == (kind in EVENTS_SEEN and kind.name != "report.moved")
        assert all(each.people or each.for_all for each in changed)
        json.dumps([each.data for each in changed])


def change_for(*readers: UserId, kind: Kind = Kind.PURCHASE) -> dict[str, object]:
    return {
        "kind": kind, "event": "task.taken", "object_id": new_id(), "readers": list(readers), "data": {},
        "happened_at": utc_now(),
    }  # fmt: skip


async def write(session: AsyncSession, *rows: dict[str, object]) -> list[int]:
    return [(await session.execute(insert(Change).values(row).returning(Change.id))).scalar_one() for row in rows]


class TestWhoWasAway:
    async def missed(
        self, session: AsyncSession, user_id: UserId, after: int, until: int, kinds: frozenset[Kind] = frozenset(Kind)
    ) -> list[int] | None:
        found = await missed_changes(session, user_id=user_id, after=after, until=until, kinds=kinds, now=utc_now())
        return None if found is None else [each.id for each in found]

    async def test_has_missed_what_was_for_them_since_and_nothing_else(self, session: AsyncSession) -> None:
        me, other = UserId(new_id()), UserId(new_id())
        ids = await write(
            session, change_for(me), change_for(other), change_for(me, other), change_for(me, kind=Kind.ORDER)
        )

        assert await self.missed(session, me, ids[0], ids[3]) == ids[2:]
        assert await self.missed(session, me, ids[0], ids[2]) == ids[2:3]
        assert await self.missed(session, me, ids[0], ids[3], frozenset({Kind.ORDER})) == ids[3:]
        assert await self.missed(session, other, ids[1], ids[3]) == ids[2:3]
        assert await self.missed(session, me, ids[3], ids[3]) == []

    async def test_has_to_load_everything_anew_where_what_came_next_may_be_forgotten(
        self, session: AsyncSession
    ) -> None:
        me = UserId(new_id())
        old, new = await write(session, change_for(me), change_for(me))
        day_ago = utc_now() - timedelta(days=1, seconds=1)
        await session.execute(update(Change).where(Change.id == old).values(recorded_at=day_ago))

        assert await self.missed(session, me, old, new) is None
        assert await self.missed(session, me, old - 1, new) is None  # nobody knows what stood between
        assert await self.missed(session, me, new, new) == []
        assert await self.missed(session, me, new + 1, new) is None  # none of ours

    async def test_has_to_load_everything_anew_after_too_much_of_everybodys_or_of_their_own(
        self, session: AsyncSession, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(changes, "BEHIND_MAX", 4)
        monkeypatch.setattr(changes, "MISSED_MAX", 2)
        me, other = UserId(new_id()), UserId(new_id())
        ids = await write(session, *(change_for(each) for each in (me, other, other, me, me, me)))

        assert await self.missed(session, me, ids[0], ids[4]) == ids[3:5]
        assert await self.missed(session, other, ids[0], ids[5]) is None
        assert await self.missed(session, me, ids[1], ids[5]) is None

    async def test_is_not_sent_the_names_of_all_who_may_see_it(self, session: AsyncSession) -> None:
        me, others = UserId(new_id()), [UserId(new_id()) for _ in range(100)]
        first, _ = await write(session, change_for(me), change_for(me, *others))

        [missed] = (
            await missed_changes(
                session, user_id=me, after=first, until=first + 1, kinds=frozenset(Kind), now=utc_now()
            )
            or []
        )
        assert missed.readers == ()


class TestRecording:
    async def taken(self, db: Database) -> tuple[TaskTaken, EventId]:
        async with db.transaction() as session:
            anna = await person(session)
            opened = await purchase(session, anna)
        event = TaskTaken(purchase_id=opened.id, actor_id=anna.user_id, task_id=new_id(), title="Уголь")
        return event, EventId(new_id())

    async def test_lets_no_change_be_read_before_one_with_a_smaller_id(self, db: Database) -> None:
        first, second = await self.taken(db), await self.taken(db)

        async def record_second() -> None:
            async with db.transaction() as session:
                await record_changes(session, [second])

        async def somebody_waits() -> bool:
            async with db.transaction() as session:
                waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'advisory'")
                return bool(await session.scalar(waiting))

        async with db.transaction() as session:
            await record_changes(session, [first])
            later = asyncio.create_task(record_second())
            await until(somebody_waits, within_seconds=5)
            async with db.transaction() as reading:
                assert await changes_after(reading, 0) == []
        await later

        async with db.transaction() as session:
            read = [change.data["task_id"] for change in await changes_after(session, 0)]
        assert read == [str(first[0].task_id), str(second[0].task_id)]

    async def test_is_done_once_however_often_the_event_comes(self, db: Database) -> None:
        event, event_id = await self.taken(db)
        envelope = Envelope(
            event_id, event.name, event.version, event.aggregate_id, event.model_dump(mode="json"), {}, utc_now()
        )

        await asyncio.gather(*(handle(db, LIVE, envelope) for _ in range(3)), handle_many(db, LIVE, [envelope]))

        async with db.transaction() as session:
            assert len(await changes_after(session, 0)) == 1
