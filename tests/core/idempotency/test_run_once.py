"""A creating request that comes twice has one effect and one answer."""

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from core.db import Database
from core.errors import Conflict, DomainError, Forbidden, NotFound
from core.idempotency.run_once import (
    KEEP_FOR,
    Answer,
    SameKeyOtherRequest,
    SameKeyStillRunning,
    run_once,
)
from core.inbox.models import InboxRow
from tests.builders import NOW

REQUEST = {"title": "Шашлыки", "amount_minor": 100}
Effect = Callable[[], Awaitable[Answer]]


def _effect(session: AsyncSession, answer: Answer | DomainError) -> Effect:
    """Return an effect that leaves a row, and then answers so."""

    async def effect() -> Answer:
        number = await _effects(session) + 1
        session.add(InboxRow(source="effect", message_id=str(number)))
        await session.flush()
        if isinstance(answer, DomainError):
            raise answer
        return answer

    return effect


async def _effects(session: AsyncSession) -> int:
    return await session.scalar(select(func.count()).select_from(InboxRow)) or 0


async def _run(
    session: AsyncSession,
    effect: Effect,
    *,
    key: str = "k1",
    request: dict[str, object] | None = None,
    refuse: Callable[[DomainError], Answer] | None = None,
) -> Answer:
    return await run_once(
        session, scope="anna", key=key, request=request or REQUEST, now=NOW, effect=effect, refuse=refuse
    )


class TestRunOnce:
    async def test_repeats_the_answer_byte_for_byte_and_not_the_effect(self, session: AsyncSession) -> None:
        body = b'{"z": 1.10, "a" : [1e2, "\\u0000"],\n "a": 2}\xff'

        answers = [await _run(session, _effect(session, Answer(201, body))) for _ in range(3)]

        assert await _effects(session) == 1
        assert [(answer.status, answer.body) for answer in answers] == [(201, body)] * 3
        assert [answer.replayed for answer in answers] == [False, True, True]

    async def test_takes_a_request_for_the_same_in_whatever_order_it_is_written(self, session: AsyncSession) -> None:
        effect = _effect(session, Answer(201, b""))
        await _run(session, effect)

        assert (await _run(session, effect, request=dict(reversed(REQUEST.items())))).replayed

    async def test_tells_people_and_keys_apart_and_forgets_in_the_end(self, session: AsyncSession) -> None:
        for scope, key, now in (
            ("anna", "k1", NOW),
            ("boris", "k1", NOW),
            ("anna", "k2", NOW),
            ("anna", "k1", NOW + KEEP_FOR + timedelta(seconds=1)),
        ):
            effect = _effect(session, Answer(201, b""))
            await run_once(session, scope=scope, key=key, request=REQUEST, now=now, effect=effect)

        assert await _effects(session) == 4

    @pytest.mark.parametrize("after", [timedelta(0), KEEP_FOR - timedelta(seconds=1)])
    async def test_refuses_the_same_key_for_another_request_f4(self, session: AsyncSession, after: timedelta) -> None:
        effect = _effect(session, Answer(201, b""))
        await _run(session, effect)

        with pytest.raises(SameKeyOtherRequest):
            await run_once(
                session, scope="anna", key="k1", request={**REQUEST, "amount_minor": 1}, now=NOW + after, effect=effect
            )
        assert await _effects(session) == 1


class TestARefusal:
    @pytest.mark.parametrize("status", [402, 404, 409, 422])
    async def test_that_will_always_be_the_same_is_repeated(self, session: AsyncSession, status: int) -> None:
        refusal = Answer(status, b"no")

        first = await _run(session, _effect(session, NotFound()), refuse=lambda _: refusal)
        second = await _run(session, _effect(session, Answer(201, b"yes")), refuse=lambda _: refusal)

        assert (first.status, first.replayed) == (status, False)
        assert (second.status, second.body, second.replayed) == (status, b"no", True)
        assert await _effects(session) == 0

    @pytest.mark.parametrize("status", [400, 401, 403, 429, 500, 503])
    async def test_that_may_change_is_not_kept_and_the_key_may_be_used_again(
        self, session: AsyncSession, status: int
    ) -> None:
        with pytest.raises(Forbidden):
            await _run(session, _effect(session, Forbidden()), refuse=lambda _: Answer(status, b"no"))
        second = await _run(session, _effect(session, Answer(201, b"yes")))

        assert (second.status, second.replayed) == (201, False)
        assert await _effects(session) == 1

    @pytest.mark.parametrize("status", [301, 409, 503])
    async def test_that_the_effect_answers_itself_undoes_what_it_had_begun(
        self, session: AsyncSession, status: int
    ) -> None:
        answer = await _run(session, _effect(session, Answer(status, b"no")))

        assert (answer.status, await _effects(session)) == (status, 0)

    async def test_is_raised_where_nobody_says_how_it_is_answered(self, session: AsyncSession) -> None:
        with pytest.raises(Conflict):
            await _run(session, _effect(session, Conflict()))


class TestTwoHundredAtOnce:
    async def test_have_one_effect_and_the_rest_hear_the_same_or_that_it_is_running_f4(self, db: Database) -> None:
        async def request() -> str:
            try:
                async with db.transaction() as session:
                    answer = await _run(session, _effect(session, Answer(201, b"the one")))
            except SameKeyStillRunning:
                return "running"
            assert answer.body == b"the one"
            return "replayed" if answer.replayed else "done"

        outcomes = Counter(await asyncio.gather(*(request() for _ in range(200))))

        async with db.transaction() as session:
            assert await _effects(session) == 1
        assert (outcomes["done"], outcomes.total()) == (1, 200)

    async def test_with_two_requests_under_one_key_carry_out_only_one_of_them_f4(self, db: Database) -> None:
        async def request(amount: int) -> str:
            body = json.dumps({"amount": amount}).encode()
            try:
                async with db.transaction() as session:
                    answer = await _run(session, _effect(session, Answer(201, body)), request={"amount": amount})
            except (SameKeyStillRunning, SameKeyOtherRequest) as refusal:
                return type(refusal).__name__
            return answer.body.decode()

        outcomes = Counter(await asyncio.gather(*(request(number % 2) for number in range(50))))

        async with db.transaction() as session:
            assert await _effects(session) == 1
        assert len({outcome for outcome in outcomes if outcome.startswith("{")}) == 1


class TestACrash:
    async def test_between_the_effect_and_the_commit_leaves_neither_and_the_key_works_again(self, db: Database) -> None:
        with pytest.raises(DBAPIError):
            async with db.transaction() as session:
                await _run(session, _effect(session, Answer(201, b"first")))
                await session.flush()
                await session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

        async with db.transaction() as session:
            assert await _effects(session) == 0
            again = await _run(session, _effect(session, Answer(201, b"second")))

        assert (again.body, again.replayed) == (b"second", False)

    async def test_between_the_commit_and_the_answer_is_made_good_by_a_repeat_f3_r10(self, db: Database) -> None:
        async def request() -> Answer:
            async with db.transaction() as session:
                return await _run(session, _effect(session, Answer(201, b'{"order": 1}')))

        lost = await request()  # nobody heard this answer
        heard = await request()

        async with db.transaction() as session:
            assert await _effects(session) == 1
        assert (heard.status, heard.body, heard.replayed) == (lost.status, lost.body, True)

    async def test_of_the_effect_itself_leaves_nothing(self, db: Database) -> None:
        async def fail() -> Answer:
            raise ConnectionError

        with pytest.raises(ConnectionError):
            async with db.transaction() as session:
                await _run(session, fail)

        async with db.transaction() as session:
            assert not (await _run(session, _effect(session, Answer(201, b"")))).replayed
