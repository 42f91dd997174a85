"""What the bot may be waiting to hear from a person."""

from aiogram import Bot
from aiogram.filters import Filter
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import Message


class Asking(StatesGroup):
    """The bot has asked for a text (or a photo), and this is what it will be about."""

    purchase_title = State()
    task = State()
    spending = State()
    cost = State()
    part = State()
    paid_proof = State()
    requisite = State()
    quiet_hours = State()
    time_zone = State()
    top_up = State()
    withdrawal = State()
    refund_part = State()


class Answer(Filter):
    """Let a message through that answers what the bot asked: any in private, in a group only a reply to the bot."""

    async def __call__(self, message: Message, bot: Bot) -> bool:
        """Return whether the message is meant for the bot; people of a group also talk to each other."""
        if (message.text or "").startswith("/") or message.successful_payment is not None:
            return False  # a command leaves the question where it is, and Telegram's word of a payment answers nothing
        if message.chat.type == "private":
            return True
        replied = message.reply_to_message
        return replied is not None and replied.from_user is not None and replied.from_user.id == bot.id
