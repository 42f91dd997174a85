"""One call of the database writes many journals, finds or opens their accounts, and tells which money is lacking."""

from alembic import context, op

revision = "0008_posting"
down_revision = "0007_notifications"

# `p_names` are the natural keys of all accounts that the postings name, each once; a leg is [debit, credit, amount],
# whose first two are places in that list. The answer has one row per posting, in the order given; the journal of one
# that was refused, because an account that may not go below zero would, is NULL.
#
# What everybody takes is taken in one order, so that two callers never wait for each other: accounts are opened by
# name, then held by id (by a lock that foreign keys of others do not wait for), then journals are written by key.
# A repeat says the same of the same accounts, and so has waited for them when journals are looked up. Who says
# something else under the same key waits for nobody but the unique index.
#
# Every plan is one by an index: a connection may have made its plans while the tables were empty.
#
# Totals are counted in memory, because a statement for every leg would cost more than all the rest, and a hot account
# would leave a dead row for every leg. The CHECKs of the tables still have the last word.
POST = """
CREATE FUNCTION ledger.post(p_names text[], p_postings jsonb, OUT journal_id bigint, OUT replayed boolean)
RETURNS SETOF record LANGUAGE plpgsql SECURITY DEFINER SET search_path = ledger, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    held accounts[];  -- in the order of p_names, as this call leaves them
    new_keys text[] := '{}';
    new_journals journals[] := '{}';
    new_transfers transfers[] := '{}';
    new_entries entries[] := '{}';
    held_before accounts[];
    transfers_before transfers[];
    entries_before entries[];
    posting record;
    stored bytea;
    debit int;
    credit int;
    moved bigint;
    transfer bigint;
    place int;
    written bigint;
BEGIN
    IF (SELECT count(*) FROM accounts WHERE name = ANY (p_names)) < cardinality(p_names) THEN
        INSERT INTO accounts
            (kind, currency, owner_id, counterparty_id, purchase_id, order_id, provider, shard, normal_side)
        SELECT part[1], part[2], nullif(part[3], '')::uuid, nullif(part[4], '')::uuid, nullif(part[5], '')::uuid,
               nullif(part[6], '')::uuid, nullif(part[7], ''), part[8]::smallint,
               CASE WHEN part[1] IN ('provider_clearing', 'bank', 'fee_expense', 'debt_receivable')
               THEN 'D' ELSE 'C' END
        FROM unnest(p_names) AS wanted, string_to_array(wanted, ':') AS part
        WHERE NOT EXISTS (SELECT FROM accounts WHERE name = wanted)
        ORDER BY wanted ON CONFLICT (name) DO NOTHING;
    END IF;
    SELECT array_agg(ROW(a.*)::accounts ORDER BY array_position(p_names, a.name)) INTO held
    FROM (SELECT * FROM accounts WHERE name = ANY (p_names) ORDER BY id FOR NO KEY UPDATE) a;
    IF cardinality(held) IS DISTINCT FROM cardinality(p_names) THEN
        RAISE EXCEPTION 'one of the accounts % is missing, or named twice', p_names USING ERRCODE = 'LG003';
    END IF;
    FOR posting IN
        SELECT p.*, sha256(convert_to(jsonb_build_array(p.kind, p.reverses, (
            SELECT jsonb_agg(jsonb_build_object('debit_id', held[(leg ->> 0)::int].id,
                   'credit_id', held[(leg ->> 1)::int].id, 'amount', leg -> 2) ORDER BY number)
            FROM jsonb_array_elements(p.legs) WITH ORDINALITY AS l(leg, number)))::text, 'UTF8')) AS said
        FROM ROWS FROM (jsonb_to_recordset(p_postings)
            AS (key text, kind text, legs jsonb, meta jsonb, event_at timestamptz, reverses bigint)
        ) WITH ORDINALITY AS p(key, kind, legs, meta, event_at, reverses, number)
        ORDER BY number
    LOOP
        IF coalesce(jsonb_array_length(posting.legs), 0) = 0 THEN
            RAISE EXCEPTION 'journal % is empty', posting.key USING ERRCODE = 'LG004';
        END IF;
        place := array_position(new_keys, posting.key);
        IF place IS NULL THEN
            SELECT id, fingerprint INTO journal_id, stored FROM journals WHERE key = posting.key;
        ELSE
            journal_id := new_journals[place].id;
            stored := new_journals[place].fingerprint;
        END IF;
        replayed := journal_id IS NOT NULL;
        IF replayed THEN
            IF stored <> posting.said THEN
                RAISE EXCEPTION 'journal % says something else', posting.key USING ERRCODE = 'LG002';
            END IF;
            RETURN NEXT;
            CONTINUE;
        END IF;
        journal_id := nextval('journals_id_seq');
        held_before := held;
        transfers_before := new_transfers;
        entries_before := new_entries;
        FOR leg IN 0 .. jsonb_array_length(posting.legs) - 1 LOOP
            debit := posting.legs -> leg -> 0;
            credit := posting.legs -> leg -> 1;
            moved := posting.legs -> leg -> 2;
            IF num_nonnulls(held[debit].closed_at, held[credit].closed_at) > 0 THEN
                RAISE EXCEPTION 'an account of journal % is closed', posting.key USING ERRCODE = 'LG003';
            END IF;
            held[debit].debits := held[debit].debits + moved;
            held[debit].version := held[debit].version + 1;
            held[credit].credits := held[credit].credits + moved;
            held[credit].version := held[credit].version + 1;
            -- Only who gives can be lacking: the debited of those that grow by credits, the credited of the others.
            IF held[debit].normal_side = 'C' AND held[debit].debits > held[debit].credits
               AND held[debit].kind NOT IN ('fee_revenue', 'sales')
               OR held[credit].normal_side = 'D' AND held[credit].credits > held[credit].debits
               AND held[credit].kind NOT IN ('provider_clearing', 'bank', 'fee_expense')
            THEN
                journal_id := NULL;
                held := held_before;
                new_transfers := transfers_before;
                new_entries := entries_before;
                EXIT;
            END IF;
            transfer := nextval('transfers_id_seq');
            new_transfers := new_transfers || ROW(transfer, journal_id, leg, held[debit].id, held[credit].id,
                held[debit].currency, moved)::transfers;
            new_entries := new_entries || ROW(held[debit].id, held[debit].version, transfer, 'D', moved,
                held[debit].debits, held[debit].credits)::entries;
            new_entries := new_entries || ROW(held[credit].id, held[credit].version, transfer, 'C', moved,
                held[credit].debits, held[credit].credits)::entries;
        END LOOP;
        IF journal_id IS NOT NULL THEN
            new_keys := new_keys || posting.key;
            new_journals := new_journals || ROW(journal_id, posting.key, posting.said, posting.kind, posting.reverses,
                posting.meta, posting.event_at, clock_timestamp())::journals;
        END IF;
        RETURN NEXT;
    END LOOP;
    IF new_keys = '{}' THEN
        RETURN;
    END IF;
    INSERT INTO journals OVERRIDING SYSTEM VALUE
    SELECT * FROM unnest(new_journals) ORDER BY key ON CONFLICT (key) DO NOTHING;
    GET DIAGNOSTICS written = ROW_COUNT;
    IF written < cardinality(new_keys) THEN
        RAISE EXCEPTION 'one of the journals % says something else', new_keys USING ERRCODE = 'LG002';
    END IF;
    INSERT INTO transfers OVERRIDING SYSTEM VALUE SELECT * FROM unnest(new_transfers);
    INSERT INTO entries SELECT * FROM unnest(new_entries);
    UPDATE accounts a SET debits = h.debits, credits = h.credits, version = h.version
    FROM unnest(held) AS h WHERE a.id = h.id AND a.version < h.version;
END $$
"""


def upgrade() -> None:
    op.execute("DROP FUNCTION ledger.post")
    op.execute(POST)


def downgrade() -> None:
    op.execute("DROP FUNCTION ledger.post")
    op.execute(context.script.get_revision("0003_ledger").module.POST)
