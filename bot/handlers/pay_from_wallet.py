"""The From my wallet buttons: all that is left, or a part."""

from uuid import UUID

from aiogram import Router
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery
from aiogram.types import Message as TelegramMessage

from bot.callbacks import Tapped
from bot.handlers.pay_intent import DEBT
from bot.parsing import parse_amount
from bot.states import Answer, Asking
from bot.turn import Turn
from core.ids import IntentId, shorten
from core.ledger.balances import balance
from core.ledger.chart import wallet
from core.ledger.post import NotEnoughMoney
from core.money import Money, format_money
from core.notifications.message import Callback, Message
from core.orders.pay_from_wallet import pay_from_wallet
from core.settlement.queries import own_intent

router = Router(name=__name__)


@router.callback_query(Tapped("pay_wallet", ids=1, moves_money=True))
async def handle(query: CallbackQuery, tapped: Callback, turn: Turn) -> None:
    """Pay all that is left."""
    await turn.press(tapped)
    turn.replies.show(await _pay(turn, IntentId(tapped.ids[0]), tapped.version))


@router.callback_query(Tapped("wallet_part", ids=1))
async def ask(query: CallbackQuery, tapped: Callback, state: FSMContext, turn: Turn) -> None:
    """Ask how much; what is private is never asked in a group."""
    intent = await own_intent(turn.session, actor=turn.actor, intent_id=IntentId(tapped.ids[0]))
    if turn.replies.in_group:
        turn.replies.open_private_chat(DEBT + shorten(intent.id))
        return
    await state.set_state(Asking.wallet_part)
    await state.update_data(intent_id=str(intent.id), version=tapped.version)
    turn.ask("ask-wallet-part", left=format_money(Money(intent.left_minor, intent.currency), turn.actor.language))


@router.message(Asking.wallet_part, Answer())
async def hear(message: TelegramMessage, state: FSMContext, turn: Turn) -> None:
    """Pay the amount that was asked for."""
    said = await state.get_data()
    intent = await own_intent(turn.session, actor=turn.actor, intent_id=IntentId(UUID(said["intent_id"])))
    amount = parse_amount(message.text or "", intent.currency)
    view = await _pay(turn, intent.id, said["version"], amount.minor)
    await state.clear()
    turn.replies.say(view)


async def _pay(turn: Turn, intent_id: IntentId, version: int | None, amount_minor: int | None = None) -> Message:
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


class WalletIsShort(NotEnoughMoney):
    """The wallet has less than is to be paid, and so much is said."""
