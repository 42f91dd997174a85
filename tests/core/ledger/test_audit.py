"""The audit: every invariant is seen to be broken, by hands that reach past the triggers."""

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from core.ids import PurchaseId, UserId, new_id
from core.ledger.audit import INVARIANTS, audit
from core.ledger.chart import owe, settle
from core.ledger.post import post
from core.payments.claim_paid import claim_paid
from core.payments.confirm_received import confirm_received
from tests.builders import NOW, WEEK, debt

TAMPERING = {
    "debits equal credits in every currency": (
        "UPDATE ledger.accounts SET credits = credits + 1 WHERE normal_side = 'C'",
    ),
    "cached balances follow from the entries": (
        "UPDATE ledger.accounts SET debits = debits + 1, credits = credits + 1",
        "UPDATE ledger.accounts SET version = version + 1",
    ),
    "running totals make an unbroken chain": (
        "UPDATE ledger.entries SET debits_after = debits_after + 1 WHERE version = 2",
        "UPDATE ledger.entries SET credits_after = credits_after + 1 WHERE version = 1",
    ),
    "every journal moves money": (
        "INSERT INTO ledger.journals (key, fingerprint, kind, event_at) VALUES ('void:0001', '', 'void', now())",
    ),
    "every transfer has its two entries": (
        "DELETE FROM ledger.entries WHERE version = 2 AND side = 'D'",
        "UPDATE ledger.entries SET amount = amount + 1 WHERE version = 2 AND side = 'C'",
        "UPDATE ledger.transfers SET debit_id = credit_id, credit_id = debit_id",
    ),
    "what one is owed is what the other owes": (
        "UPDATE ledger.accounts SET debits = debits + 1 WHERE normal_side = 'D'",
        "UPDATE ledger.accounts SET credits = credits + 1 WHERE normal_side = 'C'",
    ),
    "no account is below its floor": ("UPDATE ledger.accounts SET debits = debits + 100000 WHERE normal_side = 'C'",),
    "the book holds what every debt has left": (
        "UPDATE settlement.intents SET amount_minor = amount_minor - 1",
        "UPDATE settlement.intents SET written_off_minor = 1",
    ),
    "what is paid of a debt is what its attempts paid": (
        "UPDATE settlement.intents SET paid_minor = paid_minor + 1",
        "UPDATE payments.attempts SET intent_id = NULL, rail = 'provider', provider = 'x'",
    ),
    "every succeeded attempt of a debt is settled in the book once": (
        "UPDATE payments.attempts SET amount_minor = amount_minor + 1",
        "UPDATE ledger.journals SET kind = 'x' WHERE kind = 'settle'",
        "UPDATE payments.attempts SET id = gen_random_uuid()",
    ),
    "shares and payments of every done task sum to its cost": (
        "UPDATE purchases.tasks SET cost_minor = cost_minor + 1",
        "UPDATE purchases.task_shares SET share_minor = share_minor + 1",
        "UPDATE purchases.task_payers SET paid_minor = paid_minor + 1",
    ),
}


async def _half_paid_debt(session: AsyncSession) -> None:
    """Leave in the database one of everything that the audit looks at, and all of it right."""
    debtor, creditor, intent = await debt(session, 500_00)
    attempt = await claim_paid(
        session, actor=debtor, intent_id=intent.id, amount_minor=200_00, confirm_within=WEEK, now=NOW
    )
    await confirm_received(session, actor=creditor, attempt_id=attempt.id, now=NOW)
    assert await audit(session) == []


async def _reach_past_the_guards(session: AsyncSession) -> None:
    """Do what only the owner of the tables can: switch off what would refuse the tampering."""
    await session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    await session.execute(text("SET CONSTRAINTS ALL DEFERRED"))
    for table in ("journals", "transfers", "entries"):
        await session.execute(text(f"ALTER TABLE ledger.{table} DISABLE TRIGGER USER"))
    await session.execute(text("ALTER TABLE ledger.accounts DROP CONSTRAINT accounts_floor_check"))


class TestAudit:
    @pytest.mark.parametrize(
        ("invariant", "tampering"), [(invariant, each) for invariant, some in TAMPERING.items() for each in some]
    )
    async def test_finds_what_was_tampered_with(self, session: AsyncSession, invariant: str, tampering: str) -> None:
        await _half_paid_debt(session)
        await _reach_past_the_guards(session)

        await session.execute(text(tampering))

        assert invariant in {found.invariant for found in await audit(session)}

    def test_has_no_invariant_that_was_never_seen_to_break(self) -> None:
        assert TAMPERING.keys() == INVARIANTS.keys()

    async def test_finds_a_debt_that_the_intents_do_not_know(self, session: AsyncSession) -> None:
        debtor_id, creditor_id = UserId(new_id()), UserId(new_id())
        purchase_id = PurchaseId(new_id())
        arisen = owe(
            creditor_id=creditor_id, debtor_id=debtor_id, purchase_id=purchase_id, currency="RUB", amount_minor=5
        )
        gone = settle(
            creditor_id=creditor_id, debtor_id=debtor_id, purchase_id=purchase_id, currency="RUB", amount_minor=5
        )

        await post(session, key="owe:000001", kind="lock", legs=[arisen], now=NOW)

        assert [found.invariant for found in await audit(session)] == ["the book holds what every debt has left"]
        await post(session, key="settle:0001", kind="other", legs=[gone], now=NOW)
        assert await audit(session) == []
