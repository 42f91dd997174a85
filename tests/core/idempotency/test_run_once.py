"""A creating request that comes twice has one effect and one answer."""

import asyncio
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from core.db import Database
from core.idempotency.run_once import KEEP_FOR, Answer, SameKeyOtherRequest, SameKeyStillRunning, run_once
from tests.builders import NOW

REQUEST = {"title": "Шашлыки", "amount_minor": 100}


class TestRunOnce:
    async def test_repeats_the_answer_and_not_the_effect(self, session: AsyncSession) -> None:
        effects = Counter[str]()

        async def effect() -> Answer:
            effects["done"] += 1
            return Answer(201, {"number": effects["done"]})

        answers = [
            await run_once(session, scope="anna", key="k1", request=REQUEST, now=NOW, effect=effect) for _ in range(3)
        ]

        assert effects["done"] == 1
        assert [answer.body for answer in answers] == [{"number": 1}] * 3
        assert [answer.replayed for answer in answers] == [False, True, True]

    async def test_tells_people_and_keys_apart_and_forgets_in_the_end(self, session: AsyncSession) -> None:
        effects = Counter[str]()

        async def effect() -> Answer:
            effects["done"] += 1
            return Answer(201, {})

        for scope, key, now in (
            ("anna", "k1", NOW),
            ("boris", "k1", NOW),
            ("anna", "k2", NOW),
            ("anna", "k1", NOW + KEEP_FOR + timedelta(seconds=1)),
        ):
            await run_once(session, scope=scope, key=key, request=REQUEST, now=now, effect=effect)

        assert effects["done"] == 4

    async def test_refuses_the_same_key_for_another_request(self, session: AsyncSession) -> None:
        async def effect() -> Answer:
            return Answer(201, {})

        await run_once(session, scope="anna", key="k1", request=REQUEST, now=NOW, effect=effect)

        with pytest.raises(SameKeyOtherRequest):
            await run_once(
                session, scope="anna", key="k1", request={**REQUEST, "amount_minor": 1}, now=NOW, effect=effect
            )

    async def test_has_one_effect_of_fifty_at_once_and_none_of_one_that_failed(self, db: Database) -> None:
        effects = Counter[str]()

        async def effect() -> Answer:
            effects["done"] += 1
            await asyncio.sleep(0.01)
            return Answer(201, {})

        async def fail() -> Answer:
            raise ConnectionError

        async def request() -> str:
            try:
                async with db.transaction() as session:
                    answer = await run_once(session, scope="anna", key="k1", request=REQUEST, now=NOW, effect=effect)
            except SameKeyStillRunning:
                return "running"
            return "replayed" if answer.replayed else "done"

        with pytest.raises(ConnectionError):
            async with db.transaction() as session:
                await run_once(session, scope="anna", key="k1", request=REQUEST, now=NOW, effect=fail)
        outcomes = Counter(await asyncio.gather(*(request() for _ in range(50))))

        assert (effects["done"], outcomes["done"]) == (1, 1)
        assert outcomes.total() == 50
