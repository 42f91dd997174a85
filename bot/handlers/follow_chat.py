"""Service news: people come and go, a group becomes a supergroup, a person blocks the bot."""

from aiogram import F, Router
from aiogram.types import ChatMemberUpdated
from aiogram.types import Message as TelegramMessage

from bot.turn import Turn
from core.identity.actor import TelegramPerson
from core.identity.leave_chat import leave_chat
from core.identity.meet import meet_person, see_member
from core.identity.migrate_chat import migrate_chat
from core.identity.models import Reach
from core.identity.reachability import mark_reach
from core.notifications.message import Message

router = Router(name=__name__)


@router.message(F.migrate_to_chat_id)
async def upgraded(message: TelegramMessage, turn: Turn) -> None:
    """Follow the group to its new id (told in the old chat)."""
    assert message.migrate_to_chat_id is not None
    await migrate_chat(turn.session, old_telegram_id=message.chat.id, new_telegram_id=message.migrate_to_chat_id)


@router.message(F.migrate_from_chat_id)
async def upgraded_from(message: TelegramMessage, turn: Turn) -> None:
    """Follow the group from its old id (told in the new chat)."""
    assert message.migrate_from_chat_id is not None
    await migrate_chat(turn.session, old_telegram_id=message.migrate_from_chat_id, new_telegram_id=message.chat.id)


@router.message(F.new_chat_members)
async def came(message: TelegramMessage, turn: Turn) -> None:
    """Meet the people who came; where the bot itself came, say hello."""
    bot_came = False
    for member in message.new_chat_members or []:
        if member.is_bot:
            bot_came = bot_came or member.username == turn.replies.bot_username
            continue
        person = TelegramPerson(member.id, member.first_name, member.last_name, member.username, member.language_code)
        user, _ = await meet_person(
            turn.session, person=person, default_time_zone=turn.settings.default_time_zone, now=turn.now
        )
        if turn.actor.chat_id is not None:
            await see_member(turn.session, chat_id=turn.actor.chat_id, user=user, now=turn.now)
    if bot_came:
        turn.replies.say(Message(turn.say("hello-group")))


@router.message(F.left_chat_member)
async def went(message: TelegramMessage, turn: Turn) -> None:
    """Remember that a person left the group."""
    left = message.left_chat_member
    if left is None or left.is_bot or turn.actor.chat_id is None:
        return
    person = TelegramPerson(left.id, left.first_name, left.last_name, left.username, left.language_code)
    user, _ = await meet_person(
        turn.session, person=person, default_time_zone=turn.settings.default_time_zone, now=turn.now
    )
    await leave_chat(turn.session, chat_id=turn.actor.chat_id, user_id=user.id)


@router.my_chat_member(F.chat.type == "private")
async def reach_changed(event: ChatMemberUpdated, turn: Turn) -> None:
    """Remember whether the bot may still write to the person."""
    reach = Reach.BLOCKED if event.new_chat_member.status == "kicked" else Reach.REACHABLE
    await turn.session.flush()
    await mark_reach(turn.session, user_id=turn.actor.user_id, reach=reach)
