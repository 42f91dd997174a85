"""When a person wants to be left alone: by a button, or in their own words."""

from datetime import time

from aiogram import Router
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery
from aiogram.types import Message as TelegramMessage

from bot.callbacks import Tapped
from bot.parsing.hours import HOURS, parse_hours
from bot.states import Answer, Asking
from bot.turn import Turn
from bot.views.settings import QUIET_RADIX, quiet_view
from core.identity.models import User
from core.identity.preferences import choose_quiet_hours
from core.notifications.message import Callback, Message

router = Router(name=__name__)


@router.callback_query(Tapped("choose_quiet"))
async def show(query: CallbackQuery, tapped: Callback, turn: Turn) -> None:
    """Show what is chosen."""
    turn.replies.show(await _view(turn))


@router.callback_query(Tapped("quiet"))
async def handle(query: CallbackQuery, tapped: Callback, turn: Turn) -> None:
    """Choose, and show what is chosen now."""
    start, end = divmod(tapped.version or 0, QUIET_RADIX)
    await choose_quiet_hours(turn.session, actor=turn.actor, start=time(start % HOURS), end=time(end % HOURS))
    turn.replies.show(await _view(turn))


@router.callback_query(Tapped("ask_quiet"))
async def ask(query: CallbackQuery, tapped: Callback, state: FSMContext, turn: Turn) -> None:
    """Ask for other hours."""
    await state.set_state(Asking.quiet_hours)
    turn.ask("ask-quiet-hours")


@router.message(Asking.quiet_hours, Answer())
async def hear(message: TelegramMessage, state: FSMContext, turn: Turn) -> None:
    """Choose the hours that were written, and show them."""
    start, end = parse_hours(message.text or "")
    await choose_quiet_hours(turn.session, actor=turn.actor, start=start, end=end)
    await state.clear()
    turn.replies.say(await _view(turn))


async def _view(turn: Turn) -> Message:
    return quiet_view(await turn.session.get_one(User, turn.actor.user_id))
