"""What nobody will answer any more ends, and what waits for it can go on."""

from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from core.identity.actor import Actor
from core.ledger.balances import balance
from core.ledger.chart import wallet
from core.notifications.catalog import CATALOG, Reader
from core.payments.expire_attempts import ABANDONED_AFTER, ANSWER_WITHIN, expire_attempts, expire_refund_requests
from core.payments.models import Attempt, AttemptStatus, Refund, RefundStatus
from core.payments.refund_attempt import NOT_ANSWERED, RefundEnded, answer_refund_request, refund_attempt
from core.settlement.models import IntentStatus
from tests.builders import NOW, debt, lock, paid, person, purchase, spending
from tests.core.payments.makers import link, say

SECOND = timedelta(seconds=1)


class TestAnAttemptThatNobodyAsksAbout:
    async def test_ends_after_three_days_and_frees_its_debt(self, session: AsyncSession) -> None:
        debtor, _, intent = await debt(session)
        attempt = await link(session, debtor, intent)

        assert await expire_attempts(session, now=NOW + ABANDONED_AFTER - SECOND) == 0
        assert await expire_attempts(session, now=NOW + ABANDONED_AFTER) == 1
        assert await expire_attempts(session, now=NOW + ABANDONED_AFTER) == 0

        assert (attempt.status, attempt.reason) == (AttemptStatus.EXPIRED, "expired")
        assert intent.status == IntentStatus.CREATED

    async def test_and_is_paid_after_all_fills_the_payers_wallet(self, session: AsyncSession) -> None:
        debtor, _, intent = await debt(session)
        attempt = await link(session, debtor, intent)
        await expire_attempts(session, now=NOW + ABANDONED_AFTER)

        await say(session, paid(attempt))

        assert await balance(session, wallet(debtor.user_id, "RUB")) == attempt.amount_minor

    async def test_and_was_a_claim_waits_for_the_payee(self, session: AsyncSession) -> None:
        from core.payments.claim_paid import claim_paid

        debtor, _, intent = await debt(session)
        await claim_paid(session, actor=debtor, intent_id=intent.id, confirm_within=timedelta(days=90), now=NOW)

        assert await expire_attempts(session, now=NOW + 2 * ABANDONED_AFTER) == 0


async def _asked(session: AsyncSession) -> tuple[Actor, Actor, Attempt, Refund]:
    """Return a payee, the organiser who asks for a refund, the payment and the refund."""
    organizer, payee, payer = [await person(session, name) for name in ("Анна", "Борис", "Вера")]
    dacha = await purchase(session, organizer, payee, payer)
    await spending(session, payee, dacha, 300_00)
    intent = next(each for each in await lock(session, organizer, dacha) if each.payer_id == payer.user_id)
    attempt = await link(session, payer, intent)
    await say(session, paid(attempt))
    return payee, organizer, attempt, await refund_attempt(session, actor=organizer, attempt_id=attempt.id, now=NOW)


class TestARefundThatThePayeeNeverAnswers:
    async def test_ends_after_two_weeks_and_can_be_asked_for_again(self, session: AsyncSession) -> None:
        _, organizer, attempt, refund = await _asked(session)

        assert await expire_refund_requests(session, now=NOW + ANSWER_WITHIN - SECOND) == 0
        assert await expire_refund_requests(session, now=NOW + ANSWER_WITHIN) == 1
        assert await expire_refund_requests(session, now=NOW + ANSWER_WITHIN) == 0

        assert (refund.status, refund.reason, attempt.refunded_minor) == (RefundStatus.CANCELED, NOT_ANSWERED, 0)
        again = await refund_attempt(session, actor=organizer, attempt_id=attempt.id, now=NOW + ANSWER_WITHIN)
        assert again.id != refund.id

    async def test_cannot_be_agreed_to_any_more(self, session: AsyncSession) -> None:
        payee, _, _, refund = await _asked(session)
        await expire_refund_requests(session, now=NOW + ANSWER_WITHIN)

        with pytest.raises(RefundEnded):
            await answer_refund_request(session, actor=payee, refund_id=refund.id, agrees=True, now=NOW)
        await answer_refund_request(session, actor=payee, refund_id=refund.id, agrees=False, now=NOW)

    @pytest.mark.parametrize(("language", "words"), [("ru", "не ответил(а) за две недели"), ("en", "in two weeks")])
    async def test_is_told_why(self, session: AsyncSession, language: str, words: str) -> None:
        _, organizer, _, refund = await _asked(session)
        await expire_refund_requests(session, now=NOW + ANSWER_WITHIN)
        params = {"refund_id": str(refund.id), "step": "canceled"}

        reader = Reader(organizer.user_id, language, "UTC", "bot", NOW)
        message = await CATALOG["refund-told"].render(session, params, reader)

        assert message is not None
        assert words in message.html
