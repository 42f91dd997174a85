"""`/link`: a code by which the person signs in outside of the chat, as themselves."""

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery
from aiogram.types import Message as TelegramMessage

from bot.callbacks import Tapped
from bot.turn import Turn
from bot.views.sign_in_code import code_view
from core.identity.sign_in_with_code import issue_sign_in_code
from core.notifications.message import Callback

router = Router(name=__name__)
START = "link"


@router.message(Command("link"))
async def handle(message: TelegramMessage, turn: Turn) -> None:
    """Show a new code, to the person alone."""
    await show_code(turn)


@router.callback_query(Tapped("sign_in_code"))
async def tapped_code(query: CallbackQuery, tapped: Callback, turn: Turn) -> None:
    """Show a new code."""
    await show_code(turn)


async def show_code(turn: Turn) -> None:
    """Show a new code to the person alone; the one before it counts no more."""
    code = await issue_sign_in_code(turn.session, actor=turn.actor, now=turn.now)
    turn.replies.say_privately(code_view(code, turn.actor.language), start=START)
