"""In which time zone a person lives: by a button, or as the name of a city."""

from zoneinfo import available_timezones

from aiogram import Router
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery
from aiogram.types import Message as TelegramMessage

from bot.callbacks import Tapped
from bot.states import Answer, Asking
from bot.turn import Turn
from bot.views.settings import ZONES, time_zone_view
from core.identity.models import User
from core.identity.preferences import choose_time_zone
from core.notifications.message import Callback, Message

router = Router(name=__name__)


@router.callback_query(Tapped("choose_zone"))
async def show(query: CallbackQuery, tapped: Callback, turn: Turn) -> None:
    """Show what is chosen."""
    turn.replies.show(await _view(turn))


@router.callback_query(Tapped("zone"))
async def handle(query: CallbackQuery, tapped: Callback, turn: Turn) -> None:
    """Choose, and show what is chosen now."""
    number = tapped.version or 0
    if number < len(ZONES):
        await choose_time_zone(turn.session, actor=turn.actor, time_zone=ZONES[number])
    turn.replies.show(await _view(turn))


@router.callback_query(Tapped("ask_zone"))
async def ask(query: CallbackQuery, tapped: Callback, state: FSMContext, turn: Turn) -> None:
    """Ask for another zone."""
    await state.set_state(Asking.time_zone)
    turn.ask("ask-time-zone")


@router.message(Asking.time_zone, Answer())
async def hear(message: TelegramMessage, state: FSMContext, turn: Turn) -> None:
    """Choose the zone that was written, and show it."""
    await choose_time_zone(turn.session, actor=turn.actor, time_zone=_zone(message.text or ""))
    await state.clear()
    turn.replies.say(await _view(turn))


def _zone(written: str) -> str:
    """Return the zone of this name, or of the city of this name; what is none is left as it is."""
    wanted = "_".join(written.split()).lower()
    by_name = {zone.lower(): zone for zone in available_timezones()}
    by_city = {zone.rpartition("/")[2].lower(): zone for zone in sorted(available_timezones())}
    return by_name.get(wanted) or by_city.get(wanted) or written.strip()


async def _view(turn: Turn) -> Message:
    return time_zone_view(await turn.session.get_one(User, turn.actor.user_id), turn.now)
