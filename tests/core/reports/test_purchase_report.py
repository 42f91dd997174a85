"""What a report reads of a purchase: stored shares, debts with what became of them, payments and refunds."""

from sqlalchemy.ext.asyncio import AsyncSession

from core.payments.claim_paid import claim_paid
from core.payments.confirm_received import confirm_received
from core.payments.models import Rail, RefundStatus
from core.payments.refund_attempt import answer_manual_refund, refund_attempt
from core.purchases.queries import shares_of
from core.purchases.shares import Exact
from core.reports.document import EXPECTED, PurchaseReport
from core.reports.person_statement import person_statement
from core.reports.purchase_report import purchase_report
from core.settlement.models import IntentStatus
from core.settlement.write_off_intent import write_off_intent
from tests.builders import NOW, WEEK, debt, lock, person, purchase, spending


async def _report(session: AsyncSession, purchase_id: object) -> PurchaseReport:
    await session.flush()
    return await purchase_report(session, purchase_id=purchase_id, reader_id=None, language="ru", now=NOW)  # type: ignore[arg-type]


class TestAnActivePurchase:
    async def test_shows_stored_shares_and_who_got_the_extra_unit_as_i_3(self, session: AsyncSession) -> None:
        anna, boris, vera = [await person(session, name) for name in ("Анна", "Борис", "Вера")]
        dacha = await purchase(session, anna, boris, vera)
        task = await spending(session, anna, dacha, 100_00)
        stored = (await shares_of(session, dacha.id))[task.id]

        report = await _report(session, dacha.id)

        [expense] = report.expenses
        assert {share.user_id: (share.share_minor, share.extra_minor) for share in expense.shares} == {
            user_id: (row.share_minor, row.extra_minor) for user_id, row in stored.items()
        }
        assert sum(share.extra_minor for share in expense.shares) == 1

    async def test_says_what_a_lock_would_make(self, session: AsyncSession) -> None:
        anna, boris = await person(session), await person(session, "Борис")
        dacha = await purchase(session, anna, boris)
        await spending(session, anna, dacha, 300_00)

        report = await _report(session, dacha.id)

        [expected] = report.debts
        assert (expected.payer_id, expected.amount_minor, expected.status) == (boris.user_id, 150_00, EXPECTED)

    async def test_is_told_without_a_person_who_left_but_with_whoever_is_mentioned(self, session: AsyncSession) -> None:
        anna, boris, gone = [await person(session, name) for name in ("Анна", "Борис", "Ушёл")]
        dacha = await purchase(session, anna, boris, gone)
        only_two = Exact({anna.user_id: 100, boris.user_id: 200})
        await spending(session, anna, dacha, 300, split=only_two)
        from core.purchases.leave_purchase import leave_purchase

        await leave_purchase(session, actor=gone, purchase_id=dacha.id, now=NOW)

        assert [line.id for line in (await _report(session, dacha.id)).people] == [anna.user_id, boris.user_id]


class TestALockedPurchase:
    async def test_shows_payments_refunds_and_what_was_written_off(self, session: AsyncSession) -> None:
        boris, anna, intent = await debt(session, 500_00)
        attempt = await claim_paid(
            session, actor=boris, intent_id=intent.id, amount_minor=200_00, confirm_within=WEEK, now=NOW
        )
        await confirm_received(session, actor=anna, attempt_id=attempt.id, now=NOW)
        await write_off_intent(session, actor=anna, intent_id=intent.id, now=NOW)
        refund = await refund_attempt(session, actor=anna, attempt_id=attempt.id, amount_minor=50_00, now=NOW)
        await answer_manual_refund(session, actor=boris, refund_id=refund.id, received=True, now=NOW)

        report = await _report(session, intent.purchase_id)

        [owed] = report.debts
        assert (owed.paid_minor, owed.written_off_minor, owed.refunded_minor, owed.left_minor) == (
            200_00,
            300_00,
            50_00,
            0,
        )
        assert owed.status == IntentStatus.SUCCEEDED
        [payment], [back] = report.payments, report.refunds
        assert (payment.amount_minor, payment.rail) == (200_00, Rail.MANUAL)
        assert (back.amount_minor, back.status) == (50_00, RefundStatus.SUCCEEDED)
        assert report.spent_minor == 1000_00
        for line in report.people:
            moved = line.sent_minor - line.received_minor + line.forgiven_minor
            assert line.net_minor + moved == line.balance_minor == 0


class TestAStatement:
    async def test_is_of_all_purchases_of_the_person_and_of_nobody_else(self, session: AsyncSession) -> None:
        anna, boris, vera = [await person(session, name) for name in ("Анна", "Борис", "Вера")]
        first = await purchase(session, anna, boris, title="Дача")
        second = await purchase(session, anna, boris, vera, title="Баня", currency="EUR")
        foreign = await purchase(session, anna, vera, title="Кино")
        for opened in (first, second, foreign):
            await spending(session, anna, opened, 900_00)
        await lock(session, anna, first)
        await session.flush()

        statement = await person_statement(session, user_id=boris.user_id, since=None, language="ru", now=NOW)

        assert [report.title for report in statement.purchases] == ["Дача", "Баня"]
        assert statement.currencies == ["EUR", "RUB"]
        assert [report.people[0].balance_minor for report in statement.purchases] == [-450_00, -300_00]
        assert {debt.payer_id for report in statement.purchases for debt in report.debts} == {boris.user_id}
