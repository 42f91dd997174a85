"""`/help`: what the bot can do."""

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import Message as TelegramMessage

from bot.turn import Turn

router = Router(name=__name__)


@router.message(Command("help"))
async def handle(message: TelegramMessage, turn: Turn) -> None:
    """Say what can be done here."""
    turn.reply("help-group" if turn.replies.in_group else "help")
