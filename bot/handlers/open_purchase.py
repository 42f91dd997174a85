"""`/new`: a person starts a purchase."""

from aiogram import Router
from aiogram.filters import Command, CommandObject
from aiogram.fsm.context import FSMContext
from aiogram.types import Message as TelegramMessage

from bot.parsing import split_title_and_due
from bot.states import Answer, Asking
from bot.turn import Turn
from core.notifications.card import render_card
from core.purchases.open_purchase import open_purchase

router = Router(name=__name__)


@router.message(Command("new", "buy"))
async def handle(message: TelegramMessage, command: CommandObject, state: FSMContext, turn: Turn) -> None:
    """Open the purchase that the command names, or ask for its title."""
    if command.args:
        await _open(turn, message, command.args)
        return
    await state.set_state(Asking.purchase_title)
    turn.ask("ask-purchase-title")


@router.message(Asking.purchase_title, Answer())
async def hear_title(message: TelegramMessage, state: FSMContext, turn: Turn) -> None:
    """Open the purchase whose title was asked for."""
    await _open(turn, message, message.text or "")
    await state.clear()


async def _open(turn: Turn, message: TelegramMessage, words: str) -> None:
    title, due_at = split_title_and_due(words, now=turn.now, time_zone=turn.actor.time_zone)
    purchase = await open_purchase(
        turn.session,
        actor=turn.actor,
        title=title,
        default_currency=turn.settings.default_currency,
        chat_id=turn.actor.chat_id,
        thread_id=message.message_thread_id if message.is_topic_message else None,
        due_at=due_at,
        now=turn.now,
    )
    if turn.actor.chat_id is None:  # a group gets its card by the effect that keeps it up to date
        turn.replies.say(await render_card(turn.session, purchase.id, page=turn.page, is_private=True))
