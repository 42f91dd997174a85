"""Many journals in one call: each as if it came alone, and who lacks money stops nobody else."""

import hashlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from core.ledger.audit import audit
from core.ledger.balances import balance
from core.ledger.chart import AccountName, Leg
from core.ledger.models import Account, Entry, Journal
from core.ledger.post import AccountClosed, Draft, KeyReusedWithOtherLegs, Posting, post, post_many
from tests.builders import NOW
from tests.core.ledger.makers import BANK, fill, new_wallet

POSTED, REPLAYED, REFUSED = "posted", "replayed", "refused"
MOVES = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(1, 80)), min_size=1, max_size=12)


def _draft(key: str, *legs: Leg) -> Draft:
    return Draft(key, "move", legs, NOW)


def _outcome(posting: Posting | None) -> str:
    if posting is None:
        return REFUSED
    return REPLAYED if posting.replayed else POSTED


async def _outcomes(session: AsyncSession, *drafts: Draft) -> list[str]:
    return [_outcome(posting) for posting in await post_many(session, drafts)]


class TestABatch:
    async def test_goes_on_without_those_who_lack_money(self, session: AsyncSession) -> None:
        anna, boris, shop = new_wallet(), new_wallet(), new_wallet()
        await fill(session, anna, 100)
        await fill(session, boris, 10)

        done = await _outcomes(
            session,
            _draft("order:0001", Leg(anna, shop, 60)),
            _draft("order:0002", Leg(boris, shop, 11)),
            _draft("order:0003", Leg(anna, shop, 41)),
            _draft("order:0004", Leg(anna, shop, 40)),
        )

        assert done == [POSTED, REFUSED, REFUSED, POSTED]
        assert [await balance(session, name) for name in (anna, boris, shop)] == [0, 10, 100]
        keys = select(Journal.key).where(Journal.key.startswith("order:")).order_by(Journal.id)
        assert list(await session.scalars(keys)) == ["order:0001", "order:0004"]
        assert await audit(session) == []

    async def test_keeps_no_leg_of_what_is_refused_at_a_later_one(self, session: AsyncSession) -> None:
        anna, boris, shop = new_wallet(), new_wallet(), new_wallet()
        await fill(session, anna, 100)

        done = await _outcomes(
            session,
            _draft("order:0001", Leg(anna, shop, 100), Leg(boris, shop, 1)),
            _draft("order:0002", Leg(anna, boris, 100), Leg(boris, shop, 1)),
        )

        assert done == [REFUSED, POSTED]
        assert [await balance(session, name) for name in (anna, boris, shop)] == [0, 99, 1]
        assert await session.scalar(select(func.count()).select_from(Entry)) == 2 + 4
        assert await audit(session) == []

    async def test_lets_money_be_spent_once_it_has_come(self, session: AsyncSession) -> None:
        anna, shop = new_wallet(), new_wallet()

        done = await _outcomes(
            session,
            _draft("order:0001", Leg(anna, shop, 5)),
            _draft("fill:00001", Leg(BANK, anna, 5)),
            _draft("order:0002", Leg(anna, shop, 5)),
        )

        assert done == [REFUSED, POSTED, POSTED]

    async def test_tells_what_stood_in_the_book_before(self, session: AsyncSession) -> None:
        anna = new_wallet()
        one, other = _draft("fill:00001", Leg(BANK, anna, 5)), _draft("fill:00002", Leg(BANK, anna, 5))
        [before] = await post_many(session, [one])

        again, new = await post_many(session, [one, other])

        assert (_outcome(again), _outcome(new)) == (REPLAYED, POSTED)
        assert before
        assert again
        assert before.journal_id == again.journal_id
        assert await balance(session, anna) == 10

    async def test_has_one_effect_for_a_key_that_it_names_twice(self, session: AsyncSession) -> None:
        anna = new_wallet()
        draft = _draft("fill:00001", Leg(BANK, anna, 5))

        first, second = await post_many(session, [draft, draft])

        assert (_outcome(first), _outcome(second)) == (POSTED, REPLAYED)
        assert first
        assert second
        assert first.journal_id == second.journal_id
        assert await balance(session, anna) == 5
        assert await audit(session) == []

    async def test_tries_a_refused_key_again(self, session: AsyncSession) -> None:
        anna, shop = new_wallet(), new_wallet()
        spend, filling = _draft("order:0001", Leg(anna, shop, 5)), _draft("fill:00001", Leg(BANK, anna, 5))

        assert await _outcomes(session, spend, filling, spend, spend) == [REFUSED, POSTED, POSTED, REPLAYED]

    @pytest.mark.parametrize("before", [True, False], ids=["in the book", "in the batch"])
    async def test_is_refused_whole_for_a_key_that_says_something_else(
        self, session: AsyncSession, before: bool
    ) -> None:
        anna, boris = new_wallet(), new_wallet()
        one, other = _draft("fill:00001", Leg(BANK, anna, 5)), _draft("fill:00001", Leg(BANK, anna, 6))
        if before:
            await post_many(session, [one])

        with pytest.raises(KeyReusedWithOtherLegs, match="fill:00001"):
            async with session.begin_nested():
                await post_many(session, [_draft("fill:00002", Leg(BANK, boris, 5)), one, other])

        assert await balance(session, boris) == 0

    async def test_is_refused_whole_for_a_closed_account(self, session: AsyncSession) -> None:
        anna, boris = new_wallet(), new_wallet()
        await fill(session, anna, 5)
        await session.execute(text("UPDATE ledger.accounts SET closed_at = now() WHERE name = :n"), {"n": str(anna)})

        with pytest.raises(AccountClosed):
            async with session.begin_nested():
                drafts = [_draft("fill:00001", Leg(BANK, boris, 5)), _draft("fill:00002", Leg(BANK, anna, 5))]
                await post_many(session, drafts)

        assert await balance(session, boris) == 0

    async def test_of_nothing_is_nothing(self, session: AsyncSession) -> None:
        assert await post_many(session, []) == []

    @settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(MOVES)
    async def test_ends_as_its_journals_would_one_by_one(
        self, session: AsyncSession, moves: list[tuple[int, int, int]]
    ) -> None:
        wallets = [new_wallet() for _ in range(4)]
        held = [100] * 4
        for wallet in wallets:
            await fill(session, wallet, 100)
        drafts, expected = [], []
        for number, (source, target, minor) in enumerate(moves):
            if source == target:
                continue
            drafts.append(_draft(f"{wallets[0].owner_id}:{number}", Leg(wallets[source], wallets[target], minor)))
            expected.append(POSTED if held[source] >= minor else REFUSED)
            if held[source] >= minor:
                held[source] -= minor
                held[target] += minor

        assert await _outcomes(session, *drafts) == expected
        assert [await balance(session, wallet) for wallet in wallets] == held
        assert await audit(session) == []


class TestTheFunctionInTheDatabase:
    async def test_takes_the_fingerprint_of_the_first_day(self, session: AsyncSession) -> None:
        anna = new_wallet()
        await post(session, key="fill:00001", kind="fill", legs=[Leg(BANK, anna, 5)], now=NOW)

        rows = await session.execute(select(Account.name, Account.id).where(Account.name.in_([str(BANK), str(anna)])))
        ids = dict(iter(rows))
        said = f'["fill", null, [{{"amount": 5, "debit_id": {ids[str(BANK)]}, "credit_id": {ids[str(anna)]}}}]]'
        stored = await session.scalar(select(Journal.fingerprint).where(Journal.key == "fill:00001"))
        assert stored == hashlib.sha256(said.encode()).digest()

    @pytest.mark.parametrize(
        ("names", "legs", "because"),
        [
            pytest.param([BANK], "[]", "is empty", id="no legs"),
            pytest.param([BANK], "null", "is empty", id="no list of legs"),
            pytest.param([BANK, BANK], "[[1, 2, 5]]", "named twice", id="an account named twice"),
            pytest.param([BANK], "[[1, 2, 5]]", "null value", id="an account not named"),
            pytest.param(["wallet:RUB"], "[[1, 1, 5]]", "null value", id="half a name"),
            pytest.param(["bank:RUB::::::00"], "[[1, 1, 5]]", "is missing", id="a name in other words"),
            pytest.param(["suspense:RUB:::::a:b:0"], "[[1, 1, 5]]", "invalid input syntax", id="a colon in a name"),
        ],
    )
    async def test_refuses_what_makes_no_sense(
        self, session: AsyncSession, names: list[AccountName | str], legs: str, because: str
    ) -> None:
        row = f'{{"key": "wrong:0001", "kind": "wrong", "meta": {{}}, "event_at": "{NOW.isoformat()}", "legs": {legs}}}'

        with pytest.raises(DBAPIError, match=because):
            await session.execute(
                text("SELECT ledger.post(CAST(:names AS text[]), CAST(:postings AS jsonb))"),
                {"names": [str(name) for name in names], "postings": f"[{row}]"},
            )
