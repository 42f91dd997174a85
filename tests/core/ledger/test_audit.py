"""The audit: every invariant is seen to be broken, by hands that reach past the triggers."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from core.accounts.withdraw import request_withdrawal, settle_withdrawal
from core.identity.actor import Actor
from core.ids import PurchaseId, UserId, new_id
from core.ledger.audit import INVARIANTS, audit
from core.ledger.chart import owe, settle
from core.ledger.post import post
from core.money import Money
from core.orders.finish_order import cancel_order
from core.orders.models import Order
from core.orders.pay_from_wallet import pay_from_wallet
from core.payments.claim_paid import claim_paid
from core.payments.confirm_received import confirm_received
from core.payments.provider import Outcome, PaymentState, RefundState
from core.payments.refund_attempt import refund_attempt, refund_by_operator
from core.payments.start_attempt import give_up_attempt
from core.payments.take_payment_state import put_into_suspense
from core.payments.take_refund_state import take_refund_state
from core.settlement.models import Intent
from tests.builders import BANK, NO_LIMITS, NOW, WEEK, debt, funded, paid
from tests.core.accounts.makers import finish, order, take
from tests.core.payments.makers import link, say

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
        "UPDATE settlement.intents SET amount_minor = amount_minor - 1 WHERE status = 'created'",
        "UPDATE settlement.intents SET written_off_minor = 1 WHERE status = 'created'",
    ),
    "what is paid of a debt is what its attempts paid": (
        "UPDATE settlement.intents SET paid_minor = paid_minor + 1 WHERE status = 'created'",
        "UPDATE payments.attempts SET intent_id = NULL, rail = 'provider', provider = 'x'",
    ),
    "every succeeded attempt of a debt is settled in the book once": (
        "UPDATE payments.attempts SET amount_minor = amount_minor + 1",
        "UPDATE ledger.journals SET kind = 'x' WHERE kind = 'settle'",
        "UPDATE payments.attempts SET id = gen_random_uuid() WHERE rail = 'manual'",
    ),
    "every succeeded top-up is in its wallet once": (
        "UPDATE payments.attempts SET amount_minor = amount_minor + 1 WHERE intent_id IS NULL",
        "UPDATE ledger.journals SET kind = 'x' WHERE kind = 'top_up'",
        "UPDATE payments.attempts SET status = 'failed', refunded_minor = 0 WHERE intent_id IS NULL",
    ),
    "what a provider took is what its attempts, late payments and suspense say": (
        "UPDATE payments.attempts SET amount_minor = amount_minor + 1 WHERE rail = 'provider'",
        "UPDATE payments.attempts SET provider = 'x' WHERE rail = 'provider' AND status = 'succeeded'",
        "UPDATE ledger.journals SET kind = 'x' WHERE kind = 'came_late'",
        "UPDATE ledger.journals SET kind = 'x' WHERE kind = 'suspense'",
    ),
    "escrow holds what open orders and withdrawals wait for, and nothing else": (
        "UPDATE accounts.holds SET amount_minor = amount_minor + 1 WHERE status = 'held'",
        "UPDATE accounts.holds SET status = 'voided' WHERE status = 'held'",
        "UPDATE accounts.withdrawals SET amount_minor = amount_minor + 1 WHERE status = 'requested'",
        "DELETE FROM accounts.withdrawals WHERE status = 'requested'",
    ),
    "an order is finished if and only if its money was passed on": (
        "UPDATE accounts.holds SET status = 'voided' WHERE status = 'captured'",
        "UPDATE accounts.holds SET status = 'captured' WHERE status = 'held'",
        "UPDATE orders.orders SET status = 'finished', finished_at = now() WHERE status = 'new'",
        "UPDATE orders.orders SET amount_minor = amount_minor + 1",
        "UPDATE accounts.holds SET order_id = gen_random_uuid() WHERE status = 'held'",
    ),
    "an attempt by the wallet ends as its order does": (
        "UPDATE orders.orders SET attempt_id = NULL",
        "UPDATE payments.attempts SET status = 'failed', refunded_minor = 0 WHERE rail = 'wallet'",
        "UPDATE orders.orders SET status = 'new', finished_at = NULL WHERE attempt_id IS NOT NULL",
    ),
    "what went back is what the refunds say": (
        "UPDATE payments.attempts SET refunded_minor = refunded_minor + 1 WHERE status = 'succeeded'",
        "UPDATE payments.refunds SET amount_minor = amount_minor + 1",
        "UPDATE payments.refunds SET status = 'canceled', finished_at = now() WHERE status = 'pending'",
        "DELETE FROM payments.refunds",
    ),
    "what is refunded of a debt is what the refunds of its attempts gave back": (
        "UPDATE settlement.intents SET refunded_minor = refunded_minor + 1 WHERE refunded_minor > 0",
        "UPDATE payments.refunds SET status = 'succeeded', finished_at = now() WHERE status = 'pending'",
        "UPDATE payments.refunds SET status = 'canceled' WHERE status = 'succeeded'",
    ),
    "what is on its way back to cards is what the pending refunds say": (
        "UPDATE payments.refunds SET amount_minor = amount_minor + 1 WHERE status = 'pending'",
        "UPDATE payments.refunds SET status = 'succeeded', finished_at = now() WHERE status = 'pending'",
        "DELETE FROM payments.refunds WHERE status = 'pending'",
    ),
    "every refund by a wallet or a provider is in the book once": (
        "UPDATE payments.refunds SET amount_minor = amount_minor + 1 WHERE status = 'succeeded'",
        "UPDATE ledger.journals SET kind = 'x' WHERE kind = 'refund'",
        "DELETE FROM payments.refunds WHERE status = 'succeeded'",
    ),
    "shares and payments of every done task sum to its cost": (
        "UPDATE purchases.tasks SET cost_minor = cost_minor + 1",
        "UPDATE purchases.task_shares SET share_minor = share_minor + 1",
        "UPDATE purchases.task_payers SET paid_minor = paid_minor + 1",
    ),
}


async def _one_of_everything(session: AsyncSession) -> None:
    """Leave in the database one of everything that the audit looks at, and all of it right."""
    debtor, creditor, intent = await debt(session, 500_00)
    claim = await claim_paid(
        session, actor=debtor, intent_id=intent.id, amount_minor=200_00, confirm_within=WEEK, now=NOW
    )
    await confirm_received(session, actor=creditor, attempt_id=claim.id, now=NOW)
    await _money_of_providers(session, debtor, creditor, intent)
    await _money_of_wallets(session)
    assert await audit(session) == []


async def _money_of_providers(session: AsyncSession, debtor: Actor, creditor: Actor, intent: Intent) -> None:
    """A debt paid by link that partly went back, a refund on its way, a late payment, and one that nobody placed."""
    paid_by_link = await link(session, debtor, intent, 100_00, fee_basis_points=100)
    await say(session, paid(paid_by_link, fee_minor=2_00))
    for amount_minor in (30_00, 20_00):
        await funded(session, amount_minor, actor=creditor)
        refund = await refund_by_operator(
            session, operator="оля", attempt_id=paid_by_link.id, amount_minor=amount_minor, now=NOW
        )
        if amount_minor == 30_00:
            back = RefundState(Outcome.SUCCEEDED, "theirs", refund_id=refund.id)
            await take_refund_state(session, provider=BANK, state=back, now=NOW)
    late = await link(session, debtor, intent, 1_00)
    await give_up_attempt(session, actor=debtor, attempt_id=late.id, now=NOW)
    await say(session, paid(late))
    strange = PaymentState(Outcome.SUCCEEDED, "strange", amount=Money(7_00, "RUB"), fee_minor=1)
    await put_into_suspense(session, provider=BANK, state=strange, now=NOW)


async def _money_of_wallets(session: AsyncSession) -> None:
    """A debt that an order paid and that went back in part, a held, a new and a refused order, and withdrawals."""
    debtor, creditor, intent = await debt(session, 500_00)
    await funded(session, 1000_00, actor=debtor)
    attempt = await pay_from_wallet(
        session, actor=debtor, intent_id=intent.id, limits=NO_LIMITS, service_fee_basis_points=100, now=NOW
    )
    placed = (await session.scalars(select(Order).where(Order.attempt_id == attempt.id))).one()
    await take(session, placed)
    await finish(session, placed)
    await refund_attempt(session, actor=creditor, attempt_id=attempt.id, amount_minor=50_00, now=NOW)
    await take(session, await order(session, debtor, 60_00))
    await order(session, debtor, 1_00)
    refused = await order(session, debtor, 10_000_00)
    hold = await take(session, refused)
    assert hold.reason is not None
    await cancel_order(session, order_id=refused.id, reason=hold.reason, now=NOW)
    for is_settled in (True, False):
        withdrawal = await request_withdrawal(
            session, actor=debtor, amount_minor=5_00, currency="RUB", destination="карта", limits=NO_LIMITS, now=NOW
        )
        if is_settled:
            await settle_withdrawal(session, withdrawal_id=withdrawal.id, operator="оля", now=NOW)


async def _reach_past_the_guards(session: AsyncSession) -> None:
    """Do what only the owner of the tables can: switch off what would refuse the tampering."""
    await session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    await session.execute(text("SET CONSTRAINTS ALL DEFERRED"))
    for table in ("journals", "transfers", "entries"):
        await session.execute(text(f"ALTER TABLE ledger.{table} DISABLE TRIGGER USER"))
    for table in ("payments.attempts", "payments.refunds", "orders.orders", "accounts.holds", "accounts.withdrawals"):
        await session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
    await session.execute(text("ALTER TABLE ledger.accounts DROP CONSTRAINT accounts_floor_check"))


class TestAudit:
    @pytest.mark.parametrize(
        ("invariant", "tampering"), [(invariant, each) for invariant, some in TAMPERING.items() for each in some]
    )
    async def test_finds_what_was_tampered_with(self, session: AsyncSession, invariant: str, tampering: str) -> None:
        await _one_of_everything(session)
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
