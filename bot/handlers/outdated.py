"""What nothing else understood: old buttons, unknown commands, stray words in private. Must be the last router."""

from aiogram import F, Router
from aiogram.types import CallbackQuery
from aiogram.types import Message as TelegramMessage

from bot.turn import Turn

router = Router(name=__name__)


@router.callback_query()
async def unknown_button(query: CallbackQuery, turn: Turn) -> None:
    """Say that the button is of no use any more."""
    turn.toast("button-outdated", alert=True)


@router.message(F.chat.type == "private")
async def stray(message: TelegramMessage, turn: Turn) -> None:
    """Point to the help."""
    turn.reply("not-understood")
