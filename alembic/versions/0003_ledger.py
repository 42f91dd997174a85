"""The double-entry book: its tables, the function that alone writes them, and the triggers that keep it append-only."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003_ledger"
down_revision = "0002_identity"

# ISO 4217 on the day of this migration, by how many digits the minor unit has; XTR are Telegram's stars.
EXPONENTS = {
    0: ("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF XTR"),
    2: (
        "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF "
        "CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG "
        "HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU "
        "MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR "
        "SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED "
        "VES WST XCD XCG YER ZAR ZMW ZWG"
    ),
    3: ("BHD IQD JOD KWD LYD OMR TND"),
}
FORBID_CHANGES = """
CREATE FUNCTION ledger.forbid_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what ledger.% says is kept for ever', TG_TABLE_NAME USING ERRCODE = 'LG001';
END $$
"""
FORBID_OTHER_EXPONENT = """
CREATE TRIGGER currencies_keep_exponent BEFORE UPDATE OR DELETE ON ledger.currencies
    FOR EACH ROW EXECUTE FUNCTION ledger.forbid_change()
"""
# Only the columns that post() does not touch, so that a posting pays nothing for it.
FORBID_OTHER_NAME = """
CREATE TRIGGER accounts_keep_name
    BEFORE UPDATE OF kind, currency, owner_id, counterparty_id, purchase_id, order_id, provider, shard, normal_side
    ON ledger.accounts FOR EACH ROW EXECUTE FUNCTION ledger.forbid_change()
"""
APPEND_ONLY = ("journals", "transfers", "entries")
# A journal is anchored by its key before anything else: a second writer of the same key waits on the unique index until
# the first commits or rolls back. Accounts are held in one order, by a lock that foreign keys of others do not wait for.
POST = """
CREATE FUNCTION ledger.post(
    p_key text, p_kind text, p_legs jsonb, p_meta jsonb, p_event_at timestamptz, p_reverses bigint,
    OUT journal_id bigint, OUT replayed boolean
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = ledger, pg_temp AS $$
DECLARE
    said bytea := sha256(convert_to(jsonb_build_array(p_kind, p_reverses, p_legs)::text, 'UTF8'));
    stored bytea;
    leg record;
    debited ledger.accounts;
    credited ledger.accounts;
    written bigint;
BEGIN
    IF coalesce(jsonb_array_length(p_legs), 0) = 0 THEN
        RAISE EXCEPTION 'journal % is empty', p_key USING ERRCODE = 'LG004';
    END IF;
    INSERT INTO journals (key, fingerprint, kind, reverses, meta, event_at)
    VALUES (p_key, said, p_kind, p_reverses, p_meta, p_event_at)
    ON CONFLICT (key) DO NOTHING RETURNING id INTO journal_id;
    IF journal_id IS NULL THEN
        SELECT id, fingerprint INTO journal_id, stored FROM journals WHERE key = p_key;
        IF stored IS DISTINCT FROM said THEN
            RAISE EXCEPTION 'journal % says something else', p_key USING ERRCODE = 'LG002';
        END IF;
        replayed := true;
        RETURN;
    END IF;
    PERFORM 1 FROM accounts WHERE id IN (
        SELECT unnest(ARRAY[l.debit_id, l.credit_id])
        FROM jsonb_to_recordset(p_legs) AS l(debit_id bigint, credit_id bigint)
    ) ORDER BY id FOR NO KEY UPDATE;
    FOR leg IN
        SELECT (ordinality - 1)::smallint AS number, (value ->> 'debit_id')::bigint AS debit_id,
               (value ->> 'credit_id')::bigint AS credit_id, (value ->> 'amount')::bigint AS amount
        FROM jsonb_array_elements(p_legs) WITH ORDINALITY ORDER BY ordinality
    LOOP
        UPDATE accounts SET debits = debits + leg.amount, version = version + 1
        WHERE id = leg.debit_id AND closed_at IS NULL RETURNING * INTO debited;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'account % is missing or closed', leg.debit_id USING ERRCODE = 'LG003';
        END IF;
        UPDATE accounts SET credits = credits + leg.amount, version = version + 1
        WHERE id = leg.credit_id AND closed_at IS NULL RETURNING * INTO credited;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'account % is missing or closed', leg.credit_id USING ERRCODE = 'LG003';
        END IF;
        INSERT INTO transfers (journal_id, leg, debit_id, credit_id, currency, amount)
        VALUES (post.journal_id, leg.number, debited.id, credited.id, debited.currency, leg.amount)
        RETURNING id INTO written;
        INSERT INTO entries (account_id, version, transfer_id, side, amount, debits_after, credits_after)
        VALUES (debited.id, debited.version, written, 'D', leg.amount, debited.debits, debited.credits),
               (credited.id, credited.version, written, 'C', leg.amount, credited.debits, credited.credits);
    END LOOP;
    replayed := false;
END $$
"""


def upgrade() -> None:
    op.execute("CREATE SCHEMA ledger")
    op.create_table(
        "currencies",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("exponent", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint("code ~ '^[A-Z]{3}$'", name=op.f("currencies_code_check")),
        sa.CheckConstraint("exponent BETWEEN 0 AND 4", name=op.f("currencies_exponent_check")),
        sa.PrimaryKeyConstraint("code", name=op.f("currencies_pkey")),
        schema="ledger",
    )
    op.create_table(
        "journals",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reverses", sa.BigInteger(), nullable=True),
        sa.Column("meta", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("event_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("length(key) BETWEEN 8 AND 200", name=op.f("journals_key_check")),
        sa.ForeignKeyConstraint(["reverses"], ["ledger.journals.id"], name=op.f("journals_reverses_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("journals_pkey")),
        sa.UniqueConstraint("key", name=op.f("journals_key_key")),
        sa.UniqueConstraint("reverses", name=op.f("journals_reverses_key")),
        schema="ledger",
    )
    op.create_table(
        "accounts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column(
            "name",
            sa.Text(),
            sa.Computed(
                "kind || ':' || currency || ':' || coalesce(owner_id::text, '') || ':' || coalesce(counterparty_id::text, '') || ':' || coalesce(purchase_id::text, '') || ':' || coalesce(order_id::text, '') || ':' || coalesce(provider, '') || ':' || shard::text",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("counterparty_id", sa.Uuid(), nullable=True),
        sa.Column("purchase_id", sa.Uuid(), nullable=True),
        sa.Column("order_id", sa.Uuid(), nullable=True),
        sa.Column("provider", sa.Text(), nullable=True),
        sa.Column("shard", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("normal_side", sa.Text(), nullable=False),
        sa.Column("debits", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("credits", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "balance",
            sa.BigInteger(),
            sa.Computed("CASE normal_side WHEN 'D' THEN debits - credits ELSE credits - debits END", persisted=True),
            nullable=False,
        ),
        sa.CheckConstraint(
            "CASE WHEN kind IN ('debt_receivable', 'debt_payable') THEN num_nonnulls(owner_id, counterparty_id, purchase_id) = 3 AND owner_id <> counterparty_id ELSE counterparty_id IS NULL END",
            name=op.f("accounts_pair_check"),
        ),
        sa.CheckConstraint(
            "kind IN ('wallet', 'escrow', 'provider_clearing', 'refund_clearing', 'bank', 'fee_expense', 'fee_revenue', 'debt_receivable', 'debt_payable', 'suspense')",
            name=op.f("accounts_kind_check"),
        ),
        sa.CheckConstraint(
            "kind IN ('provider_clearing', 'bank', 'fee_expense', 'fee_revenue') OR (CASE normal_side WHEN 'D' THEN debits - credits ELSE credits - debits END) >= 0",
            name=op.f("accounts_floor_check"),
        ),
        sa.CheckConstraint(
            "normal_side = CASE WHEN kind IN ('provider_clearing', 'bank', 'fee_expense', 'debt_receivable') THEN 'D' ELSE 'C' END",
            name=op.f("accounts_side_check"),
        ),
        sa.CheckConstraint("debits >= 0 AND credits >= 0 AND version >= 0", name=op.f("accounts_counters_check")),
        sa.ForeignKeyConstraint(["currency"], ["ledger.currencies.code"], name=op.f("accounts_currency_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("accounts_pkey")),
        sa.UniqueConstraint("id", "currency", name=op.f("accounts_id_currency_key")),
        sa.UniqueConstraint("name", name=op.f("accounts_name_key")),
        schema="ledger",
        postgresql_with={"fillfactor": 70},
    )
    op.create_table(
        "transfers",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("journal_id", sa.BigInteger(), nullable=False),
        sa.Column("leg", sa.SmallInteger(), nullable=False),
        sa.Column("debit_id", sa.BigInteger(), nullable=False),
        sa.Column("credit_id", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("transfers_amount_check")),
        sa.CheckConstraint("debit_id <> credit_id", name=op.f("transfers_two_accounts_check")),
        sa.ForeignKeyConstraint(
            ["credit_id", "currency"],
            ["ledger.accounts.id", "ledger.accounts.currency"],
            name=op.f("transfers_credit_id_currency_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["debit_id", "currency"],
            ["ledger.accounts.id", "ledger.accounts.currency"],
            name=op.f("transfers_debit_id_currency_fkey"),
        ),
        sa.ForeignKeyConstraint(["journal_id"], ["ledger.journals.id"], name=op.f("transfers_journal_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("transfers_pkey")),
        sa.UniqueConstraint("journal_id", "leg", name=op.f("transfers_journal_id_leg_key")),
        schema="ledger",
    )
    op.create_table(
        "entries",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("transfer_id", sa.BigInteger(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("debits_after", sa.BigInteger(), nullable=False),
        sa.Column("credits_after", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("side IN ('D', 'C')", name=op.f("entries_side_check")),
        sa.CheckConstraint("amount > 0", name=op.f("entries_amount_check")),
        sa.ForeignKeyConstraint(["account_id"], ["ledger.accounts.id"], name=op.f("entries_account_id_fkey")),
        sa.ForeignKeyConstraint(["transfer_id"], ["ledger.transfers.id"], name=op.f("entries_transfer_id_fkey")),
        sa.PrimaryKeyConstraint("account_id", "version", name=op.f("entries_pkey")),
        sa.UniqueConstraint("transfer_id", "side", name=op.f("entries_transfer_id_side_key")),
        schema="ledger",
    )
    for exponent, codes in EXPONENTS.items():
        op.execute(
            f"INSERT INTO ledger.currencies (code, exponent) "
            f"SELECT code, {exponent} FROM regexp_split_to_table('{codes}', ' ') AS code"
        )
    op.execute(FORBID_CHANGES)
    op.execute(FORBID_OTHER_EXPONENT)
    op.execute(FORBID_OTHER_NAME)
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON ledger.{table} "
            "FOR EACH ROW EXECUTE FUNCTION ledger.forbid_change()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON ledger.{table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION ledger.forbid_change()"
        )
    op.execute(POST)


def downgrade() -> None:
    op.execute("DROP SCHEMA ledger CASCADE")
