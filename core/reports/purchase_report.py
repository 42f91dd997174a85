"""Collect what the report of one purchase says."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.identity.models import User
from core.identity.people import names_of
from core.ids import PurchaseId, UserId
from core.payments.models import OPEN, Attempt, AttemptStatus, RefundStatus
from core.payments.models import Refund as RefundRow
from core.purchases.models import Participant, Purchase, PurchaseStatus, Task, TaskShare, TaskStatus
from core.purchases.queries import payers_of, shares_of, tasks_of
from core.reports.document import (
    EXPECTED,
    Debt,
    Expense,
    Payer,
    Payment,
    PurchaseReport,
    Refund,
    Share,
)
from core.settlement.models import Intent, Strategy
from core.settlement.preview_distribution import distribution_of
from core.settlement.queries import intents_of

SHOWN_PAYMENTS = (AttemptStatus.SUCCEEDED, *OPEN)  # what did not succeed is between the payer and the bank
SHOWN_REFUNDS = (RefundStatus.PENDING, RefundStatus.SUCCEEDED)


async def purchase_report(
    session: AsyncSession, *, purchase_id: PurchaseId, reader_id: UserId | None, language: str, now: datetime
) -> PurchaseReport:
    """Return all about a purchase, in the time zone of its reader, or of its organiser where a whole chat reads it.

    `language` is that in which people are called who were forgotten.
    """
    purchase = await session.get_one(Purchase, purchase_id)
    expenses = await _expenses(session, purchase_id)
    debts = await _debts(session, purchase)
    payments, refunds = await _payments(session, purchase_id)
    people = await _people(session, purchase, expenses, debts)
    time_zone = (await session.get_one(User, reader_id or purchase.owner_id)).time_zone
    return PurchaseReport(
        generated_at=now,
        time_zone=time_zone,
        purchase_id=purchase_id,
        title=purchase.title,
        currency=purchase.currency,
        status=purchase.status,
        strategy=purchase.strategy,
        organizer_id=purchase.owner_id,
        created_at=purchase.created_at,
        due_at=purchase.due_at,
        locked_at=purchase.locked_at,
        closed_at=purchase.closed_at,
        names=await names_of(session, [*people, purchase.owner_id], language),
        people=(),
        expenses=expenses,
        debts=debts,
        payments=payments,
        refunds=refunds,
    ).with_sums(people)


async def _expenses(session: AsyncSession, purchase_id: PurchaseId) -> tuple[Expense, ...]:
    payers, shares = await payers_of(session, purchase_id), await shares_of(session, purchase_id)
    done = [task for task in await tasks_of(session, purchase_id) if task.status == TaskStatus.DONE]
    return tuple(_expense(task, payers.get(task.id, {}), shares.get(task.id, {})) for task in done)


def _expense(task: Task, payers: dict[UserId, int], shares: dict[UserId, TaskShare]) -> Expense:
    assert task.cost_minor is not None
    return Expense(
        number=task.number,
        title=task.title,
        done_at=task.done_at or task.created_at,
        cost_minor=task.cost_minor,
        payers=tuple(Payer(user_id, paid_minor) for user_id, paid_minor in sorted(payers.items())),
        shares=tuple(Share(user_id, row.share_minor, row.extra_minor) for user_id, row in sorted(shares.items())),
    )


async def _debts(session: AsyncSession, purchase: Purchase) -> tuple[Debt, ...]:
    """Return the debts of the last lock, or those that a lock by the usual strategy would make now."""
    if purchase.status == PurchaseStatus.ACTIVE:
        expected = (await distribution_of(session, purchase)).transfers(Strategy.ACCRUALS)
        return tuple(
            Debt(transfer.payer_id, transfer.payee_id, transfer.amount_minor, 0, 0, 0, EXPECTED, None, None)
            for transfer in expected
        )
    return tuple(
        Debt(
            payer_id=intent.payer_id,
            payee_id=intent.payee_id,
            amount_minor=intent.amount_minor,
            paid_minor=intent.paid_minor,
            written_off_minor=intent.written_off_minor,
            refunded_minor=intent.refunded_minor,
            status=intent.status,
            due_at=intent.due_at,
            created_at=intent.created_at,
        )
        for intent in await intents_of(session, purchase)
    )


async def _payments(session: AsyncSession, purchase_id: PurchaseId) -> tuple[tuple[Payment, ...], tuple[Refund, ...]]:
    between = select(Attempt, Intent).join(Intent, Intent.id == Attempt.intent_id)
    paid = between.where(Intent.purchase_id == purchase_id, Attempt.status.in_(SHOWN_PAYMENTS))
    payments, by_id = [], dict[UUID, tuple[Attempt, Intent]]()
    for attempt, intent in await session.execute(paid.order_by(Attempt.id)):
        by_id[attempt.id] = attempt, intent
        payments.append(
            Payment(
                id=attempt.id,
                at=attempt.finished_at or attempt.created_at,
                payer_id=intent.payer_id,
                payee_id=intent.payee_id,
                amount_minor=attempt.amount_minor,
                rail=attempt.rail,
                status=attempt.status,
            )
        )
    back = select(RefundRow).where(RefundRow.attempt_id.in_(by_id), RefundRow.status.in_(SHOWN_REFUNDS))
    refunds = []
    for refund in await session.scalars(back.order_by(RefundRow.id)):
        attempt, intent = by_id[refund.attempt_id]
        refunds.append(
            Refund(
                id=refund.id,
                at=refund.finished_at or refund.created_at,
                payer_id=intent.payer_id,
                payee_id=intent.payee_id,
                amount_minor=refund.amount_minor,
                rail=attempt.rail,
                status=refund.status,
            )
        )
    return tuple(payments), tuple(refunds)


async def _people(
    session: AsyncSession, purchase: Purchase, expenses: Iterable[Expense], debts: Iterable[Debt]
) -> list[UserId]:
    """Return who takes part in the order of joining, and then whoever left but is mentioned."""
    of_purchase = select(Participant).where(Participant.purchase_id == purchase.id)
    joined = list(await session.scalars(of_purchase.order_by(Participant.joined_at, Participant.user_id)))
    mentioned = {payer.user_id for expense in expenses for payer in expense.payers}
    mentioned |= {share.user_id for expense in expenses for share in expense.shares}
    mentioned |= {user_id for debt in debts for user_id in (debt.payer_id, debt.payee_id)}
    return [row.user_id for row in joined if row.left_at is None or row.user_id in mentioned]
