"""The button "My data": a file with everything that is known of the person, and the way to be forgotten."""

from aiogram import F, Router
from aiogram.types import CallbackQuery

from bot.callbacks import Tapped
from bot.turn import Turn
from core.identity.people import PersonNotFound
from core.notifications.message import Callback, Message, tap
from core.personal_data.erase_person import check_nothing_is_open, erase_person
from core.personal_data.export_person import export_person

router = Router(name=__name__)
router.callback_query.filter(F.message.chat.type == "private")  # none of this is for a group to see


@router.callback_query(Tapped("my_data"))
async def handle(query: CallbackQuery, tapped: Callback, turn: Turn) -> None:
    """Say what can be done."""
    rows = (
        (tap(turn.label("button-export-me"), "export_me"),),
        (tap(turn.label("button-erase-me"), "erase_me", style="danger"),),
    )
    turn.replies.show(Message(turn.say("my-data"), rows))


@router.callback_query(Tapped("export_me"))
async def export(query: CallbackQuery, tapped: Callback, turn: Turn) -> None:
    """Send the file."""
    document = await export_person(turn.session, user_id=turn.actor.user_id, now=turn.now)
    turn.replies.send_file(document, name=f"syncbuy-{turn.now:%Y-%m-%d}.json", caption=turn.say("export-caption"))


@router.callback_query(Tapped("erase_me"))
async def ask(query: CallbackQuery, tapped: Callback, turn: Turn) -> None:
    """Ask whether they mean it, once nothing stands in the way.

    :raises StillInTheWay: if money or shares are open.
    """
    await check_nothing_is_open(turn.session, turn.actor.user_id)
    # The person is named, so that the button means nobody once they are gone, though somebody came back in their place.
    yes = tap(turn.label("button-erase-yes"), "erase_me_now", turn.actor.user_id, style="danger")
    no = tap(turn.label("button-erase-no"), "my_data")
    turn.replies.show(Message(turn.say("erase-ask"), ((yes,), (no,))))


@router.callback_query(Tapped("erase_me_now", ids=1))
async def erase(query: CallbackQuery, tapped: Callback, turn: Turn) -> None:
    """Forget the person.

    :raises PersonNotFound: if the button was for somebody else.
    :raises StillInTheWay: if money or shares are open since the question.
    """
    if tapped.ids != (turn.actor.user_id,):
        raise PersonNotFound
    await erase_person(turn.session, user_id=turn.actor.user_id, now=turn.now)
    turn.replies.show(Message(turn.say("erased")))
