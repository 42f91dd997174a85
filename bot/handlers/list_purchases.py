"""`/purchases`: what goes on in this chat, or where the person takes part."""

from aiogram import Router
from aiogram.filters import Command
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery
from aiogram.types import Message as TelegramMessage

from bot.callbacks import Tapped
from bot.choose_purchase import go_on
from bot.turn import Turn
from core.ids import PurchaseId
from core.notifications.card import render_card
from core.notifications.message import Callback, Message, tap
from core.purchases.queries import purchases_in_chat, purchases_of, visible_purchase

router = Router(name=__name__)


@router.message(Command("purchases"))
async def handle(message: TelegramMessage, turn: Turn) -> None:
    """List the purchases that go on."""
    await show_purchases(turn)


async def show_purchases(turn: Turn) -> None:
    """List the purchases of this chat (in a group) or of the person (in private)."""
    chat_id, user_id = turn.actor.chat_id, turn.actor.user_id
    found = await (purchases_of(turn.session, user_id) if chat_id is None else purchases_in_chat(turn.session, chat_id))
    rows = tuple(
        (tap(turn.label(f"purchase-{purchase.status}", title=purchase.title), "show_purchase", purchase.id),)
        for purchase in found
    )
    turn.replies.say(Message(turn.say("purchases-list", count=len(found)), rows), reply=True)


@router.callback_query(Tapped("show_purchase", "choose_purchase", ids=1))
async def show(query: CallbackQuery, tapped: Callback, state: FSMContext, turn: Turn) -> None:
    """Show the purchase that was tapped, or go on with what waited for the choice."""
    purchase_id = PurchaseId(tapped.ids[0])
    purchase = await visible_purchase(turn.session, actor=turn.actor, purchase_id=purchase_id)
    if tapped.action == "choose_purchase" and await go_on(turn, state, purchase):
        return
    is_private = turn.actor.chat_id is None
    card = await render_card(turn.session, purchase_id, page=turn.page, is_private=is_private)
    turn.replies.say_privately(card, start="purchases")
