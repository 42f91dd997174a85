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
            SELECT j.key, sum(t.amount) AS amount FROM ledger.journals j JOIN ledger.transfers t ON t.journal_id = j.id
            WHERE j.kind = 'settle' GROUP BY j.key) j ON j.key = 'settle:' || a.id
        WHERE a.amount_minor IS DISTINCT FROM j.amount""",
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
