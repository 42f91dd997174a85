"""What operators see of reminders, and of the checks of the book."""

from core.db import Database
from core.ledger.audit import Violation
from core.ledger.last_audit import record_audit
from core.reminders.due import send_due
from core.reminders.snooze_reminder import Snooze, snooze_reminder
from tests.admin.manage import Manage
from tests.core.reminders.test_due import DUE, owing, told


class TestReminders:
    async def test_are_listed_with_what_was_sent_snoozed_and_is_planned(self, manage: Manage, db: Database) -> None:
        async with db.transaction() as session:
            debtor, organizer, intent = await owing(session)
            await owing(session)
            await send_due(session, now=DUE)
            reminder_id = (await told(session, debtor))[-1].event_id
            await snooze_reminder(session, actor=debtor, reminder_id=reminder_id, snooze=Snooze.DAY, now=DUE)

        everything = (await manage.read("reminders", "list"))["reminders"]
        own = (await manage.read("reminders", "list", "--person", debtor.user_id))["reminders"]
        of_debt = (await manage.read("reminders", "list", "--debt", str(intent.id), "--status", "waiting"))["reminders"]

        assert len(everything) == 6
        assert [(each["stage"], each["status"], each["person"]) for each in own] == [
            ("snoozed", "waiting", "Борис"), ("before", "sent", "Борис")
        ]  # fmt: skip
        assert {each["user_id"] for each in of_debt} == {str(debtor.user_id), str(organizer.user_id)}
        assert own[0]["left_minor"] == 500_00
        assert own[1]["event_id"] == str(reminder_id)
        assert "Борис" in (await manage.done("reminders", "list")).stdout

    async def test_of_an_unknown_kind_or_person_are_refused(self, manage: Manage) -> None:
        await manage.refused("reminders", "list", "--status", "asleep", code=2)
        await manage.refused("reminders", "list", "--person", "0" * 8)


class TestTheLastAudit:
    async def test_is_shown_with_what_it_found(self, manage: Manage, db: Database) -> None:
        assert "every five minutes" in await manage.refused("ledger", "last-audit")
        async with db.transaction() as session:
            await record_audit(session, [])
        assert (await manage.read("ledger", "last-audit"))["audit"]["violations"] == 0

        async with db.transaction() as session:
            await record_audit(session, [Violation("debits equal credits", "RUB", "1 <> 2")])

        shown = await manage.read("ledger", "last-audit", code=1)
        assert shown["audit"]["violations"] == 1
        assert shown["violations"] == [{"invariant": "debits equal credits", "key": "RUB", "detail": "1 <> 2"}]
