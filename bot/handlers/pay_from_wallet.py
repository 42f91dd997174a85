"""The From my wallet button: all that is left of a debt."""

from aiogram import Router
from aiogram.types import CallbackQuery

from bot.callbacks import Tapped
from bot.turn import Turn
from core.ids import IntentId
from core.ledger.balances import balance
from core.ledger.chart import wallet
from core.ledger.post import NotEnoughMoney
from core.money import Money, format_money
from core.notifications.message import Callback, Message
from core.orders.pay_from_wallet import pay_from_wallet
from core.settlement.queries import own_intent

router = Router(name=__name__)


class WalletIsShort(NotEnoughMoney):
    """The wallet has less than is to be paid, and so much is said."""


@router.callback_query(Tapped("pay_wallet", ids=1, moves_money=True))
async def handle(query: CallbackQuery, tapped: Callback, turn: Turn) -> None:
    """Pay all that is left."""
    await turn.press(tapped)
    turn.replies.show(await pay_from(turn, IntentId(tapped.ids[0]), tapped.version))


async def pay_from(turn: Turn, intent_id: IntentId, version: int | None, amount_minor: int | None = None) -> Message:
    """Pay a debt, or an amount of it, from the person's wallet, and return what is said at once.

    :raises WalletIsShort: if the wallet has less.
    """
    try:
        attempt = await pay_from_wallet(
            turn.session,
            actor=turn.actor,
            intent_id=intent_id,
            amount_minor=amount_minor,
            seen_version=version,
            limits=turn.limits,
            service_fee_basis_points=turn.money.service_fee_basis_points,
            now=turn.now,
        )
    except NotEnoughMoney:
        intent = await own_intent(turn.session, actor=turn.actor, intent_id=intent_id)
        has = await balance(turn.session, wallet(turn.actor.user_id, intent.currency))
        raise WalletIsShort(
            amount_minor=amount_minor or intent.left_minor, balance_minor=has, currency=intent.currency
        ) from None
    amount = format_money(Money(attempt.amount_minor, attempt.currency), turn.actor.language)
    return Message(turn.say("paying-from-wallet", amount=amount))
