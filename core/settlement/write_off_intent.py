"""The payee forgives what is left of a debt."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from core.errors import Conflict
from core.identity.actor import Actor
from core.ids import IntentId
from core.ledger.chart import settle
from core.ledger.post import post
from core.purchases.happened import happened
from core.settlement.events import IntentWrittenOff
from core.settlement.models import PAYABLE, Intent, IntentStatus
from core.settlement.queries import IntentNotFound, locked_intent
from core.settlement.tell_if_settled import tell_if_settled


class NothingLeft(Conflict):
    """There is nothing left of this debt, or a payment of it is under way."""


async def write_off_intent(session: AsyncSession, *, actor: Actor, intent_id: IntentId, now: datetime) -> Intent:
    """Settle a debt without money: the actor, whom it is owed, forgives the rest.

    :raises IntentNotFound: if it is not owed to the actor.
    :raises NothingLeft: if it is settled or canceled, or an attempt is open.
    """
    purchase, intent = await locked_intent(session, actor=actor, intent_id=intent_id)
    if intent.payee_id != actor.user_id:
        raise IntentNotFound
    if intent.status not in PAYABLE:
        raise NothingLeft(status=intent.status)
    left_minor = intent.left_minor
    intent.written_off_minor += left_minor
    intent.status = IntentStatus.SUCCEEDED
    intent.version += 1
    leg = settle(
        creditor_id=intent.payee_id,
        debtor_id=intent.payer_id,
        purchase_id=intent.purchase_id,
        currency=intent.currency,
        amount_minor=left_minor,
    )
    await post(session, key=f"write-off:{intent.id}", kind="write_off", legs=[leg], now=now)
    event = IntentWrittenOff(
        purchase_id=purchase.id,
        actor_id=actor.user_id,
        intent_id=intent.id,
        payer_id=intent.payer_id,
        payee_id=intent.payee_id,
        amount_minor=left_minor,
        currency=intent.currency,
    )
    happened(session, purchase, event, now=now)
    await tell_if_settled(session, purchase, actor_id=actor.user_id, now=now)
    return intent
