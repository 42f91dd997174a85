"""Check the book against itself: every invariant is a query that must find nothing."""

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from core.ledger.models import MAY_BE_BELOW_ZERO

# Each query returns (key, detail) of what breaks its invariant. Those of other contexts read their tables by name,
# because the book is the lowest of them and imports none.
INVARIANTS = {
    "debits equal credits in every currency": """
        SELECT currency, sum(debits) || ' <> ' || sum(credits) FROM ledger.accounts
        GROUP BY currency HAVING sum(debits) <> sum(credits)""",
    "cached balances follow from the entries": """
        SELECT a.name, a.debits || '/' || a.credits || ' v' || a.version FROM ledger.accounts a LEFT JOIN (
            SELECT account_id, coalesce(sum(amount) FILTER (WHERE side = 'D'), 0) AS debits,
                   coalesce(sum(amount) FILTER (WHERE side = 'C'), 0) AS credits, max(version) AS last, count(*) AS many
            FROM ledger.entries GROUP BY account_id) e ON e.account_id = a.id
        WHERE (a.debits, a.credits, a.version, a.version) IS DISTINCT FROM
              (coalesce(e.debits, 0), coalesce(e.credits, 0), coalesce(e.last, 0), coalesce(e.many, 0))""",
    "running totals make an unbroken chain": """
        SELECT account_id::text, 'version ' || version FROM (
            SELECT *, lag(debits_after, 1, 0::bigint) OVER w AS debits_before,
                   lag(credits_after, 1, 0::bigint) OVER w AS credits_before
            FROM ledger.entries WINDOW w AS (PARTITION BY account_id ORDER BY version)) chain
        WHERE debits_after <> debits_before + CASE side WHEN 'D' THEN amount ELSE 0 END
           OR credits_after <> credits_before + CASE side WHEN 'C' THEN amount ELSE 0 END""",
    "every journal moves money": """
        SELECT key, 'no transfers' FROM ledger.journals j
        WHERE NOT EXISTS (SELECT FROM ledger.transfers WHERE journal_id = j.id)""",
    "every transfer has its two entries": """
        SELECT t.id::text, count(e.*) || ' entries' FROM ledger.transfers t
        LEFT JOIN ledger.entries e ON e.transfer_id = t.id AND e.amount = t.amount
             AND e.account_id = CASE e.side WHEN 'D' THEN t.debit_id ELSE t.credit_id END
        GROUP BY t.id HAVING count(e.*) <> 2""",
    "what one is owed is what the other owes": """
        SELECT coalesce(r.name, p.name), coalesce(r.balance, 0) || ' <> ' || coalesce(p.balance, 0)
        FROM (SELECT * FROM ledger.accounts WHERE kind = 'debt_receivable') r
        FULL JOIN (SELECT * FROM ledger.accounts WHERE kind = 'debt_payable') p
          ON (p.owner_id, p.counterparty_id, p.purchase_id, p.currency)
           = (r.counterparty_id, r.owner_id, r.purchase_id, r.currency)
        WHERE coalesce(r.balance, 0) <> coalesce(p.balance, 0)""",
    "no account is below its floor": f"""
        SELECT name, balance::text FROM ledger.accounts
        WHERE balance < 0 AND NOT {MAY_BE_BELOW_ZERO}""",  # noqa: S608 -- a constant of ours
    "the book holds what every debt has left": """
        SELECT coalesce(a.purchase_id, i.purchase_id)::text,
               coalesce(a.balance, 0) || ' <> ' || coalesce(i.left_minor, 0)
        FROM (SELECT * FROM ledger.accounts WHERE kind = 'debt_payable') a FULL JOIN (
            SELECT purchase_id, payer_id, payee_id, currency,
                   sum(amount_minor - paid_minor - written_off_minor) AS left_minor
            FROM settlement.intents WHERE status <> 'canceled' GROUP BY 1, 2, 3, 4) i
          ON (a.purchase_id, a.owner_id, a.counterparty_id, a.currency)
           = (i.purchase_id, i.payer_id, i.payee_id, i.currency)
        WHERE coalesce(a.balance, 0) <> coalesce(i.left_minor, 0)""",
    "what is paid of a debt is what its attempts paid": """
        SELECT i.id::text, i.paid_minor || ' <> ' || coalesce(sum(a.amount_minor), 0) FROM settlement.intents i
        LEFT JOIN payments.attempts a ON a.intent_id = i.id AND a.status = 'succeeded'
        GROUP BY i.id HAVING i.paid_minor <> coalesce(sum(a.amount_minor), 0)""",
    "every succeeded attempt of a debt is settled in the book once": """
        SELECT coalesce(a.id::text, j.key), 'attempt ' || coalesce(a.amount_minor::text, 'missing')
               || ', journal ' || coalesce(j.amount::text, 'missing')
        FROM (SELECT * FROM payments.attempts WHERE status = 'succeeded' AND intent_id IS NOT NULL) a
        FULL JOIN (
            SELECT j.key, sum(t.amount) FILTER (WHERE c.kind = 'debt_receivable') AS amount
            FROM ledger.journals j JOIN ledger.transfers t ON t.journal_id = j.id
            JOIN ledger.accounts c ON c.id = t.credit_id
            WHERE j.kind = 'settle' GROUP BY j.key) j ON j.key = 'settle:' || a.id
        WHERE a.amount_minor IS DISTINCT FROM j.amount""",
    "every succeeded top-up is in its wallet once": """
        SELECT coalesce(a.id::text, j.key), 'attempt ' || coalesce(a.amount_minor::text, 'missing')
               || ', journal ' || coalesce(j.amount::text, 'missing')
        FROM (SELECT * FROM payments.attempts WHERE status = 'succeeded' AND intent_id IS NULL) a
        FULL JOIN (
            SELECT j.key, sum(t.amount) FILTER (WHERE c.kind = 'wallet') AS amount
            FROM ledger.journals j JOIN ledger.transfers t ON t.journal_id = j.id
            JOIN ledger.accounts c ON c.id = t.credit_id
            WHERE j.kind = 'top_up' GROUP BY j.key) j ON j.key = 'settle:' || a.id
        WHERE a.amount_minor IS DISTINCT FROM j.amount""",
    "what a provider took is what its attempts, late payments and suspense say": """
        SELECT coalesce(b.provider, a.provider), coalesce(b.taken, 0) || ' <> ' || coalesce(a.taken, 0)
        FROM (SELECT d.provider, d.currency, sum(t.amount) AS taken FROM ledger.transfers t
              JOIN ledger.accounts d ON d.id = t.debit_id AND d.kind = 'provider_clearing' GROUP BY 1, 2) b
        FULL JOIN (SELECT provider, currency, sum(amount) AS taken FROM (
              SELECT provider, currency, amount_minor AS amount FROM payments.attempts
              WHERE rail = 'provider' AND status = 'succeeded'
              UNION ALL
              SELECT d.provider, d.currency, t.amount FROM ledger.journals j
              JOIN ledger.transfers t ON t.journal_id = j.id JOIN ledger.accounts d ON d.id = t.debit_id
              WHERE j.kind IN ('came_late', 'suspense') AND d.kind = 'provider_clearing') each GROUP BY 1, 2) a
          ON (a.provider, a.currency) = (b.provider, b.currency)
        WHERE coalesce(b.taken, 0) <> coalesce(a.taken, 0)""",
    "escrow holds what open orders and withdrawals wait for, and nothing else": """
        SELECT coalesce(e.order_id, w.id)::text, coalesce(e.balance, 0) || ' <> ' || coalesce(w.amount_minor, 0)
        FROM (SELECT order_id, balance FROM ledger.accounts WHERE kind = 'escrow') e FULL JOIN (
            SELECT order_id AS id, amount_minor FROM accounts.holds WHERE status = 'held'
            UNION ALL SELECT id, amount_minor FROM accounts.withdrawals WHERE status = 'requested') w
          ON w.id = e.order_id
        WHERE coalesce(e.balance, 0) <> coalesce(w.amount_minor, 0)""",
    "an order is finished if and only if its money was passed on": """
        SELECT coalesce(o.id, h.order_id)::text, coalesce(o.status, 'missing') || ', ' || coalesce(h.status, 'no hold')
        FROM orders.orders o FULL JOIN accounts.holds h ON h.order_id = o.id
        WHERE o.id IS NULL OR (o.status = 'finished') IS DISTINCT FROM (coalesce(h.status, '') = 'captured')
           OR o.amount_minor <> coalesce(h.amount_minor, o.amount_minor)""",
    "an attempt by the wallet ends as its order does": """
        SELECT a.id::text, a.status || ', ' || coalesce(o.status, 'no order') FROM payments.attempts a
        LEFT JOIN orders.orders o ON o.attempt_id = a.id
        WHERE a.rail = 'wallet' AND (a.status = 'succeeded') IS DISTINCT FROM (coalesce(o.status, '') = 'finished')""",
    "what went back is what the refunds say": """
        SELECT a.id::text, a.refunded_minor || ' <> ' || coalesce(sum(r.amount_minor), 0) FROM payments.attempts a
        LEFT JOIN payments.refunds r ON r.attempt_id = a.id AND r.status <> 'canceled'
        GROUP BY a.id HAVING a.refunded_minor <> coalesce(sum(r.amount_minor), 0)""",
    "what is refunded of a debt is what the refunds of its attempts gave back": """
        SELECT i.id::text, i.refunded_minor || ' <> ' || coalesce(sum(r.amount_minor), 0) FROM settlement.intents i
        LEFT JOIN payments.attempts a ON a.intent_id = i.id
        LEFT JOIN payments.refunds r ON r.attempt_id = a.id AND r.status = 'succeeded'
        GROUP BY i.id HAVING i.refunded_minor <> coalesce(sum(r.amount_minor), 0)""",
    "what is on its way back to cards is what the pending refunds say": """
        SELECT coalesce(c.owner_id, r.payer_id)::text, coalesce(c.balance, 0) || ' <> ' || coalesce(r.amount, 0)
        FROM (SELECT * FROM ledger.accounts WHERE kind = 'refund_clearing') c FULL JOIN (
            SELECT a.payer_id, r.currency, sum(r.amount_minor) AS amount FROM payments.refunds r
            JOIN payments.attempts a ON a.id = r.attempt_id
            WHERE r.status = 'pending' AND a.rail = 'provider' GROUP BY 1, 2) r
          ON (r.payer_id, r.currency) = (c.owner_id, c.currency)
        WHERE coalesce(c.balance, 0) <> coalesce(r.amount, 0)""",
    "every refund by a wallet or a provider is in the book once": """
        SELECT coalesce(r.id::text, j.key), coalesce(r.amount_minor, 0) || ' <> ' || coalesce(j.amount, 0)
        FROM (SELECT r.id, r.amount_minor FROM payments.refunds r JOIN payments.attempts a ON a.id = r.attempt_id
              WHERE r.status = 'succeeded' AND a.rail <> 'manual') r
        FULL JOIN (SELECT j.key, split_part(j.key, ':', 2) AS refund_id, sum(t.amount) AS amount
              FROM ledger.journals j JOIN ledger.transfers t ON t.journal_id = j.id
              WHERE j.kind = 'refund' GROUP BY j.key) j ON j.refund_id = r.id::text
        WHERE r.amount_minor IS DISTINCT FROM j.amount""",
    "shares and payments of every done task sum to its cost": """
        SELECT t.id::text, t.title FROM purchases.tasks t
        LEFT JOIN (SELECT task_id, sum(share_minor) AS shared FROM purchases.task_shares GROUP BY 1) s
          ON s.task_id = t.id
        LEFT JOIN (SELECT task_id, sum(paid_minor) AS paid FROM purchases.task_payers GROUP BY 1) p
          ON p.task_id = t.id
        WHERE t.status = 'done' AND (t.cost_minor <> coalesce(shared, 0) OR t.cost_minor <> coalesce(paid, 0))""",
}


@dataclass(frozen=True, slots=True)
class Violation:
    """An invariant that does not hold, and where."""

    invariant: str
    key: str
    detail: str


async def audit(session: AsyncSession) -> list[Violation]:
    """Return everything in the book that is not as it must be; nothing, if all is well."""
    await session.flush()
    violations = []
    for invariant, query in INVARIANTS.items():
        rows = await session.execute(text(query))
        violations += [Violation(invariant, str(key), str(detail)) for key, detail in rows]
    return violations
