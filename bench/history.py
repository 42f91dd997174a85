"""Fill a database with years of purchases and money by a few statements, so that the audit finds nothing."""

import asyncpg

ENTRIES_A_PURCHASE = 12  # six of its three debts, and six of three movements of wallets
PEOPLE_AT_ONCE = 4

# Everybody takes part in four purchases, whatever the size: what grows is the product, not the business of one person.
# Only the wallet of the first person and the house's own account are as busy as the whole.
FILL = """
CREATE FUNCTION pg_temp.id(kind int, number bigint) RETURNS uuid IMMUTABLE LANGUAGE sql RETURN
    (lpad(to_hex(kind), 8, '0') || '-0000-7000-8000-' || lpad(to_hex(number), 12, '0'))::uuid;
CREATE TEMP TABLE purchase AS
SELECT n, pg_temp.id(3, n) AS id, pg_temp.id(2, n / 4) AS chat_id, pg_temp.id(1, n) AS owner_id,
       now() - interval '1 year' + n * interval '1 second' AS at
FROM generate_series(0, {purchases} - 1) AS n;
CREATE TEMP TABLE participant AS
SELECT p.n, k, p.id AS purchase_id, p.at, p.owner_id, pg_temp.id(1, (p.n + k) % {purchases}) AS user_id
FROM purchase p, generate_series(0, {people} - 1) AS k;

INSERT INTO identity.users (id, name, language, time_zone, created_at)
SELECT owner_id, 'Person ' || n, 'en', 'UTC', at FROM purchase;
INSERT INTO identity.identities (provider, subject, user_id, reach, created_at)
SELECT 'telegram', (1000000 + n)::text, owner_id, 'reachable', at FROM purchase;
INSERT INTO identity.chats (id, telegram_id, kind, title, language, currency, created_at)
SELECT DISTINCT ON (n / 4) chat_id, -1000000 - n / 4, 'group', 'Group', 'en', 'RUB', at FROM purchase;
INSERT INTO purchases.purchases
    (id, chat_id, owner_id, title, currency, status, strategy, version, lock_number, created_at, locked_at)
SELECT id, chat_id, owner_id, 'Purchase ' || n, 'RUB', 'locked', 'accruals', 9, 1, at, at FROM purchase;
INSERT INTO purchases.participants (purchase_id, user_id, joined_at) SELECT purchase_id, user_id, at FROM participant;
INSERT INTO purchases.tasks
    (id, purchase_id, number, title, status, author_id, assignee_id, cost_minor, split, created_at, done_at)
SELECT pg_temp.id(4, n), id, 1, 'Taxi', 'done', owner_id, owner_id, 40000, '{{"kind": "equal"}}', at, at FROM purchase;
INSERT INTO purchases.task_payers (task_id, user_id, paid_minor) SELECT pg_temp.id(4, n), owner_id, 40000 FROM purchase;
INSERT INTO purchases.task_shares (task_id, user_id, share_minor, extra_minor)
SELECT pg_temp.id(4, n), user_id, 10000, 0 FROM participant;
INSERT INTO purchases.history (purchase_id, actor_id, event_name, payload, at)
SELECT purchase_id, user_id, 'purchase.joined', '{{}}', at FROM participant;
INSERT INTO settlement.intents
    (id, purchase_id, lock_number, payer_id, payee_id, amount_minor, currency, status, due_at, created_at)
SELECT pg_temp.id(5, n * 4 + k), purchase_id, 1, user_id, owner_id, 10000, 'RUB',
       CASE k WHEN 1 THEN 'awaiting' ELSE 'created' END, at + interval '2 years', at
FROM participant WHERE k > 0;
INSERT INTO payments.attempts (id, intent_id, payer_id, rail, amount_minor, currency, status, confirm_by, created_at)
SELECT pg_temp.id(6, n), pg_temp.id(5, n * 4 + k), user_id, 'manual', 10000, 'RUB', 'pending_confirmation',
       at + interval '2 years', at
FROM participant WHERE k = 1;

CREATE TEMP TABLE leg AS
SELECT n * 6 + k AS id, n AS journal, k - 1 AS leg, 3 + (n * 3 + k) * 2 AS debit_id, 4 + (n * 3 + k) * 2 AS credit_id,
       10000 AS amount, 1::bigint AS debit_version, 1::bigint AS credit_version
FROM participant WHERE k > 0;
INSERT INTO ledger.accounts
    (id, kind, currency, owner_id, counterparty_id, purchase_id, normal_side, debits, credits, version)
OVERRIDING SYSTEM VALUE
SELECT 3 + (n * 3 + k) * 2, 'debt_receivable', 'RUB', owner_id, user_id, purchase_id, 'D', 10000, 0, 1
FROM participant WHERE k > 0
UNION ALL
SELECT 4 + (n * 3 + k) * 2, 'debt_payable', 'RUB', user_id, owner_id, purchase_id, 'C', 0, 10000, 1
FROM participant WHERE k > 0;
INSERT INTO ledger.journals (id, key, fingerprint, kind, event_at) OVERRIDING SYSTEM VALUE
SELECT n, 'lock:' || id || ':1', '', 'lock', at FROM purchase;

-- Every tenth movement fills the wallet of the first person, the others go round.
CREATE TEMP TABLE movement AS
SELECT m, CASE WHEN m % 10 = 0 THEN 0 ELSE m % {purchases} END AS whose, {accounts} AS debit_id
FROM generate_series(0, {purchases} * 3 - 1) AS m;
INSERT INTO leg
SELECT m / 3 * 6 + 4 + m % 3, {purchases} + m, 0, debit_id, debit_id + 1 + whose, 1,
       row_number() OVER (ORDER BY m), row_number() OVER (PARTITION BY whose ORDER BY m)
FROM movement;
INSERT INTO ledger.accounts (id, kind, currency, owner_id, normal_side, debits, credits, version)
OVERRIDING SYSTEM VALUE
SELECT debit_id, 'bank', 'RUB', NULL::uuid, 'D', count(*), 0, count(*) FROM movement GROUP BY debit_id
UNION ALL
SELECT debit_id + 1 + whose, 'wallet', 'RUB', pg_temp.id(1, whose), 'C', 0, count(*), count(*)
FROM movement GROUP BY debit_id, whose;
INSERT INTO ledger.journals (id, key, fingerprint, kind, event_at) OVERRIDING SYSTEM VALUE
SELECT {purchases} + m, 'movement:' || m, '', 'move', now() FROM movement;

INSERT INTO ledger.transfers (id, journal_id, leg, debit_id, credit_id, currency, amount) OVERRIDING SYSTEM VALUE
SELECT id, journal, leg, debit_id, credit_id, 'RUB', amount FROM leg;
INSERT INTO ledger.entries (account_id, version, transfer_id, side, amount, debits_after, credits_after)
SELECT debit_id, debit_version, id, 'D', amount, amount * debit_version, 0 FROM leg
UNION ALL
SELECT credit_id, credit_version, id, 'C', amount, 0, amount * credit_version FROM leg;
SELECT setval('ledger.' || name || '_id_seq', {purchases} * 12 + 100)
FROM unnest(ARRAY['accounts', 'journals', 'transfers']) AS name;
"""


async def fill(url: str, *, entries: int) -> None:
    """Write about so many entries of the ledger, with all that led to them, into a migrated and empty database."""
    purchases = entries // ENTRIES_A_PURCHASE
    connection = await asyncpg.connect(url)
    try:
        # What the keys between tables would check row by row, the audit checks afterwards.
        await connection.execute("SET session_replication_role = replica; SET synchronous_commit = off")
        await connection.execute(FILL.format(purchases=purchases, people=PEOPLE_AT_ONCE, accounts=purchases * 6 + 100))
    finally:
        await connection.close()
