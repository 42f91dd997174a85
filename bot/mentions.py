"""Whom a message mentions."""

from collections.abc import Sequence

from aiogram.types import Message as TelegramMessage

from bot.turn import Turn
from core.identity.actor import TelegramPerson
from core.identity.find_person import find_person
from core.identity.meet import meet_person
from core.identity.models import User
from core.ids import PurchaseId, UserId
from core.purchases.queries import participants_of
from core.purchases.remove_participant import ParticipantNotFound


async def mentioned_people(turn: Turn, message: TelegramMessage, usernames: Sequence[str]) -> list[User]:
    """Return the people behind the @names and the linked names of a message; unknown names become placeholders.

    :raises NotAUsername: if an @name cannot be one.
    """
    people = [
        await find_person(
            turn.session,
            username=username,
            language=turn.actor.language,
            time_zone=turn.actor.time_zone,
            now=turn.now,
        )
        for username in usernames
    ]
    for entity in message.entities or []:
        if entity.type == "text_mention" and entity.user is not None and not entity.user.is_bot:
            linked = entity.user
            person = TelegramPerson(
                linked.id, linked.first_name, linked.last_name, linked.username, linked.language_code
            )
            user, _ = await meet_person(
                turn.session, person=person, default_time_zone=turn.settings.default_time_zone, now=turn.now
            )
            people.append(user)
    return people


async def mentioned_participants(
    turn: Turn, message: TelegramMessage, usernames: Sequence[str], purchase_id: PurchaseId
) -> list[UserId]:
    """Return the mentioned people, all of whom take part.

    :raises ParticipantNotFound: if one of them does not.
    """
    participants = {user.id for user in await participants_of(turn.session, purchase_id)}
    mentioned = [user.id for user in await mentioned_people(turn, message, usernames)]
    if not set(mentioned) <= participants:
        raise ParticipantNotFound
    return list(dict.fromkeys(mentioned))
