"""`/start [payload]`: the first word in private, and the end of every deep link."""

from uuid import UUID

from aiogram import Router
from aiogram.filters import CommandObject, CommandStart
from aiogram.fsm.context import FSMContext
from aiogram.types import Message as TelegramMessage

from bot.handlers.answer_invite import show_invite
from bot.handlers.invite_person import INVITE
from bot.handlers.list_debts import START as DEBTS
from bot.handlers.list_debts import show_debts
from bot.handlers.list_purchases import show_purchases
from bot.handlers.lock_distribution import PREVIEW
from bot.handlers.lock_distribution import run as show_preview
from bot.handlers.pay_intent import DEBT, show_debt
from bot.handlers.sign_in_code import START as LINK
from bot.handlers.sign_in_code import show_code
from bot.handlers.wallet import START as WALLET
from bot.handlers.wallet import show_wallet
from bot.turn import Turn
from core.errors import NotFound
from core.ids import IntentId, InviteId, PurchaseId, lengthen
from core.purchases.queries import visible_purchase

router = Router(name=__name__)


class LinkNotFound(NotFound):
    """The link leads nowhere, or to somebody else's: both look the same."""


@router.message(CommandStart())
async def handle(message: TelegramMessage, command: CommandObject, state: FSMContext, turn: Turn) -> None:
    """Greet the person, or open what the link is about; the intake has registered them already."""
    payload = command.args or ""
    if not payload:
        await state.clear()
        turn.reply("start-group" if turn.replies.in_group else "start", name=turn.actor.name)
        return
    await _open(turn, state, payload)


async def _open(turn: Turn, state: FSMContext, payload: str) -> None:
    if payload == DEBTS:
        await show_debts(turn)
    elif payload == WALLET:
        await show_wallet(turn)
    elif payload == LINK:
        await show_code(turn)
    elif payload == "purchases":
        await show_purchases(turn)
    elif payload.startswith(INVITE):
        await show_invite(turn, InviteId(_identity(payload, INVITE)))
    elif payload.startswith(DEBT):
        await show_debt(turn, IntentId(_identity(payload, DEBT)))
    elif payload.startswith(PREVIEW):
        purchase_id = PurchaseId(_identity(payload, PREVIEW))
        purchase = await visible_purchase(turn.session, actor=turn.actor, purchase_id=purchase_id)
        await show_preview(turn, state, purchase, "")
    else:
        raise LinkNotFound


def _identity(payload: str, prefix: str) -> UUID:
    try:
        return lengthen(payload.removeprefix(prefix))
    except ValueError:
        raise LinkNotFound from None
