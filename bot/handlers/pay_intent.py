"""One debt: how to pay it (for the payer) or what may be done about it (for the payee)."""

from aiogram import Router
from aiogram.types import CallbackQuery

from bot.callbacks import Tapped
from bot.turn import Turn
from bot.views.debts import owed_view, pay_view
from core.identity.people import names_of
from core.identity.requisites import requisites_of
from core.ids import IntentId, shorten
from core.ledger.balances import balance
from core.ledger.chart import wallet
from core.notifications.message import Callback
from core.payments.queries import open_attempt_of
from core.purchases.models import Purchase
from core.settlement.queries import own_intent

router = Router(name=__name__)
DEBT = "debt_"


@router.callback_query(Tapped("pay", "owed", ids=1))
async def handle(query: CallbackQuery, tapped: Callback, turn: Turn) -> None:
    """Show the debt."""
    await show_debt(turn, IntentId(tapped.ids[0]))


async def show_debt(turn: Turn, intent_id: IntentId) -> None:
    """Show one debt of the person, from their side of it.

    :raises IntentNotFound: if it is none of theirs.
    """
    intent = await own_intent(turn.session, actor=turn.actor, intent_id=intent_id)
    purchase = await turn.session.get_one(Purchase, intent.purchase_id)
    people = await names_of(turn.session, [intent.payer_id, intent.payee_id], turn.actor.language)
    claim = await open_attempt_of(turn.session, intent.id)
    language, zone = turn.actor.language, turn.actor.time_zone
    if intent.payer_id == turn.actor.user_id:
        view = pay_view(
            intent,
            purchase,
            people[intent.payee_id],
            await requisites_of(turn.session, intent.payee_id),
            claim,
            await balance(turn.session, wallet(turn.actor.user_id, intent.currency)),
            turn.providers_for(intent.currency),
            language,
            zone,
        )
    else:
        view = owed_view(intent, purchase, people[intent.payer_id], claim, language, zone)
    turn.replies.say_privately(view, start=DEBT + shorten(intent.id))
