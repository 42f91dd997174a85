"""The buttons of an invite: accept or decline."""

from aiogram import Router
from aiogram.types import CallbackQuery

from bot.callbacks import Tapped
from bot.turn import Turn
from core.ids import InviteId
from core.notifications.message import Callback, Message, tap
from core.purchases.answer_invite import answer_invite, open_invite
from core.texts import say_plain

router = Router(name=__name__)


async def show_invite(turn: Turn, invite_id: InviteId) -> None:
    """Show the person an invite of theirs with its two buttons."""
    invite, purchase = await open_invite(turn.session, actor=turn.actor, invite_id=invite_id)
    rows = (
        (
            tap(say_plain(turn.actor.language, "button-accept"), "accept", invite.id, style="success"),
            tap(say_plain(turn.actor.language, "button-decline"), "decline", invite.id),
        ),
    )
    turn.replies.say(Message(turn.say("invite-view", purchase=purchase.title), rows))


@router.callback_query(Tapped("accept", "decline", ids=1))
async def handle(query: CallbackQuery, tapped: Callback, turn: Turn) -> None:
    """Take the person's answer."""
    accept = tapped.action == "accept"
    purchase = await answer_invite(
        turn.session, actor=turn.actor, invite_id=InviteId(tapped.ids[0]), accept=accept, now=turn.now
    )
    key = "invite-accepted" if accept else "invite-declined"
    turn.replies.show(Message(turn.say(key, purchase=purchase.title)))
