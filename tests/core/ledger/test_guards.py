"""The guards of the book: what must not be possible is refused by the database itself."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from core.ledger.balances import balance
from core.ledger.chart import Leg
from core.ledger.models import Currency
from core.ledger.post import post
from core.money import EXPONENTS
from tests.builders import NOW
from tests.core.ledger.makers import BANK, fill, new_wallet


class TestTheDatabase:
    @pytest.mark.parametrize("table", ["journals", "transfers", "entries"])
    @pytest.mark.parametrize(
        "attack", ["UPDATE ledger.{} SET {}", "DELETE FROM ledger.{}", "TRUNCATE ledger.{} CASCADE"]
    )
    async def test_lets_nobody_change_what_was_written(self, session: AsyncSession, table: str, attack: str) -> None:
        await fill(session, new_wallet(), 5)
        column = {"journals": "kind = 'x'", "transfers": "amount = 1", "entries": "amount = 1"}[table]

        with pytest.raises(DBAPIError, match="kept for ever"):
            await session.execute(text(attack.format(table, column)))

    @pytest.mark.parametrize(
        ("wrong", "because"),
        [
            pytest.param("'wallet', 'RUB', gen_random_uuid(), NULL, NULL, 'D'", "side", id="wrong side"),
            pytest.param("'debt_payable', 'RUB', gen_random_uuid(), NULL, NULL, 'C'", "pair", id="a debt to nobody"),
            pytest.param(
                "'wallet', 'RUB', gen_random_uuid(), gen_random_uuid(), NULL, 'C'", "pair", id="a wallet of two"
            ),
            pytest.param("'treasure', 'RUB', NULL, NULL, NULL, 'C'", "kind", id="no such kind"),
        ],
    )
    async def test_refuses_accounts_that_make_no_sense(self, session: AsyncSession, wrong: str, because: str) -> None:
        columns = "kind, currency, owner_id, counterparty_id, purchase_id, normal_side"

        with pytest.raises(DBAPIError, match=f"accounts_{because}_check"):
            await session.execute(text(f"INSERT INTO ledger.accounts ({columns}) VALUES ({wrong})"))

    async def test_has_one_account_of_one_name(self, session: AsyncSession) -> None:
        name = new_wallet()

        await post(session, key="fill:00001", kind="fill", legs=[Leg(BANK, name, 1)], now=NOW)
        await post(session, key="fill:00002", kind="fill", legs=[Leg(BANK, name, 2)], now=NOW)

        assert await balance(session, name) == 3
        with pytest.raises(DBAPIError, match="name"):
            await session.execute(
                text(
                    "INSERT INTO ledger.accounts (kind, currency, owner_id, normal_side) "
                    "VALUES ('wallet', 'RUB', :id, 'C')"
                ),
                {"id": name.owner_id},
            )

    @pytest.mark.parametrize(
        "change", ["owner_id = gen_random_uuid()", "kind = 'refund_clearing'", "currency = 'USD'", "shard = 1"]
    )
    async def test_lets_no_account_change_hands(self, session: AsyncSession, change: str) -> None:
        anna = new_wallet()
        await fill(session, anna, 5)

        with pytest.raises(DBAPIError, match="kept for ever"):
            await session.execute(text(f"UPDATE ledger.accounts SET {change} WHERE name = :name"), {"name": str(anna)})

    async def test_keeps_the_exponent_of_a_currency(self, session: AsyncSession) -> None:
        with pytest.raises(DBAPIError, match="kept for ever"):
            await session.execute(text("UPDATE ledger.currencies SET exponent = 0 WHERE code = 'RUB'"))

    async def test_knows_the_currencies_that_the_product_knows(self, session: AsyncSession) -> None:
        known = {row.code: row.exponent for row in await session.scalars(select(Currency))}

        assert known == dict(EXPONENTS)
