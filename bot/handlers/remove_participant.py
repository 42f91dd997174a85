"""`/remove @name`: the organiser takes somebody off a purchase."""

from aiogram import Router
from aiogram.filters import Command, CommandObject
from aiogram.fsm.context import FSMContext
from aiogram.types import Message as TelegramMessage

from bot.choose_purchase import about_a_purchase, with_purchase
from bot.mentions import mentioned_participants
from bot.turn import Turn
from core.purchases.models import Purchase, PurchaseStatus
from core.purchases.remove_participant import remove_participant

router = Router(name=__name__)


@router.message(Command("remove"))
async def handle(message: TelegramMessage, command: CommandObject, state: FSMContext, turn: Turn) -> None:
    """Take off the people whom the command names."""
    await with_purchase(turn, state, message, "remove_participant", command.args or "")


@about_a_purchase("remove_participant", PurchaseStatus.ACTIVE)
async def run(turn: Turn, state: FSMContext, purchase: Purchase, words: str) -> None:
    """End the part of the mentioned people in the purchase."""
    usernames = [word for word in words.split() if word.startswith("@")]
    people = await mentioned_participants(turn, turn.replies.message, usernames, purchase.id)
    if not people:
        turn.reply("how-to-remove")
        return
    for user_id in people:
        await remove_participant(turn.session, actor=turn.actor, purchase_id=purchase.id, user_id=user_id, now=turn.now)
    turn.reply("removed", count=len(people))
