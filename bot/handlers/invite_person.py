"""`/invite @name...`: a participant offers people to take part."""

from aiogram import Router
from aiogram.filters import Command, CommandObject
from aiogram.fsm.context import FSMContext
from aiogram.types import Message as TelegramMessage

from bot.choose_purchase import about_a_purchase, with_purchase
from bot.mentions import mentioned_people
from bot.turn import Turn
from core.ids import shorten
from core.notifications.message import Button, Message
from core.purchases.invite_person import AlreadyTakesPart, invite_person
from core.purchases.models import Purchase, PurchaseStatus

router = Router(name=__name__)
INVITE = "invite_"


@router.message(Command("invite"))
async def handle(message: TelegramMessage, command: CommandObject, state: FSMContext, turn: Turn) -> None:
    """Invite the people whom the command names."""
    await with_purchase(turn, state, message, "invite_person", command.args or "")


@about_a_purchase("invite_person", PurchaseStatus.ACTIVE)
async def run(turn: Turn, state: FSMContext, purchase: Purchase, words: str) -> None:
    """Invite the mentioned people to the purchase, and give the link by which they can answer in private."""
    usernames = [word for word in words.split() if word.startswith("@")]
    people = await mentioned_people(turn, turn.replies.message, usernames)
    if not people:
        turn.reply("how-to-invite")
        return
    lines, rows = [], []
    for person in people:
        try:
            invite = await invite_person(
                turn.session, actor=turn.actor, purchase_id=purchase.id, invitee_id=person.id, now=turn.now
            )
        except AlreadyTakesPart:
            lines.append(turn.say("invited-takes-part", name=person.name))
            continue
        lines.append(turn.say("invited", name=person.name, purchase=purchase.title))
        link = turn.replies.deep_link(INVITE + shorten(invite.id))
        rows.append((Button(turn.label("button-answer-invite", name=person.name), url=link),))
    turn.replies.say(Message("\n".join(lines), tuple(rows)), reply=True)
