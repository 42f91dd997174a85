"""Send money of a wallet to one of the person's own requisites."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from core.accounts.limits import Limits
from core.accounts.models import Withdrawal
from core.accounts.withdraw import request_withdrawal
from core.errors import Conflict
from core.identity.actor import Actor
from core.identity.requisites import Kind, requisites_of


class NoSuchRequisite(Conflict):
    """The person has not said where to be paid in this way."""


async def withdraw_to_requisite(
    session: AsyncSession,
    *,
    actor: Actor,
    amount_minor: int,
    currency: str,
    kind: Kind | None,
    limits: Limits,
    now: datetime,
) -> Withdrawal:
    """Request a withdrawal to the actor's requisite of a kind, or to the first that they have.

    :raises NoSuchRequisite: if they have none.
    :raises WrongAmount, AboveOperationLimit, AboveDailyLimit, NotEnoughMoney: as `request_withdrawal`.
    """
    requisites = await requisites_of(session, actor.user_id)
    wanted = kind or next(iter(requisites), None)
    if wanted not in requisites:
        raise NoSuchRequisite
    return await request_withdrawal(
        session,
        actor=actor,
        amount_minor=amount_minor,
        currency=currency,
        destination=requisites[wanted],
        limits=limits,
        now=now,
    )
