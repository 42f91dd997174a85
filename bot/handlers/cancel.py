"""`/cancel`: leave a dialog."""

from aiogram import Router
from aiogram.filters import Command
from aiogram.fsm.context import FSMContext
from aiogram.types import Message as TelegramMessage

from bot.turn import Turn

router = Router(name=__name__)


@router.message(Command("cancel"))
async def handle(message: TelegramMessage, state: FSMContext, turn: Turn) -> None:
    """Forget what the bot was waiting for."""
    waiting = await state.get_state() is not None
    await state.clear()
    turn.reply("canceled" if waiting else "nothing-to-cancel")
