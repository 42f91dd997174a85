"""`/settings`: what a person has chosen, and their requisites; a group's language and currency."""

from aiogram import Router
from aiogram.filters import Command
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery
from aiogram.types import Message as TelegramMessage

from bot.callbacks import Tapped
from bot.states import Answer, Asking
from bot.turn import Turn
from bot.views.settings import own_view
from core.identity.models import Chat, User
from core.identity.preferences import change_chat, choose_language
from core.identity.requisites import KINDS, remove_requisite, requisites_of, set_requisite
from core.notifications.message import Callback, Message, tap
from core.texts import LANGUAGES, say_plain

router = Router(name=__name__)
CURRENCIES = ("RUB", "EUR", "USD", "KZT", "BYN", "GEL", "AMD", "RSD", "TRY")
SET = {f"set_{kind}": kind for kind in KINDS}
FORGET = {f"forget_{kind}": kind for kind in KINDS}
SPEAK = {f"speak_{language}": language for language in LANGUAGES}
CHAT_SPEAKS = {f"chat_speaks_{language}": language for language in LANGUAGES}
CHAT_PAYS = {f"chat_pays_{currency}": currency for currency in CURRENCIES}


@router.message(Command("settings"))
async def handle(message: TelegramMessage, turn: Turn) -> None:
    """Show the settings of the person, or of the group."""
    turn.replies.say(await (_own_view(turn) if turn.actor.chat_id is None else _chat_view(turn)))


@router.callback_query(Tapped("settings"))
async def back(query: CallbackQuery, tapped: Callback, turn: Turn) -> None:
    """Show the settings of the person again."""
    turn.replies.show(await _own_view(turn))


@router.callback_query(Tapped(*SPEAK))
async def speak(query: CallbackQuery, tapped: Callback, turn: Turn) -> None:
    """Speak this language with the person from now on."""
    language = SPEAK[tapped.action]
    await choose_language(turn.session, actor=turn.actor, language=language)
    turn.replies.show(await _own_view(turn))


@router.callback_query(Tapped(*CHAT_SPEAKS))
async def chat_speaks(query: CallbackQuery, tapped: Callback, turn: Turn) -> None:
    """Speak this language in the group."""
    if turn.actor.chat_id is not None:
        language = CHAT_SPEAKS[tapped.action]
        await change_chat(turn.session, actor=turn.actor, chat_id=turn.actor.chat_id, language=language)
        turn.replies.show(await _chat_view(turn))


@router.callback_query(Tapped(*CHAT_PAYS))
async def chat_pays(query: CallbackQuery, tapped: Callback, turn: Turn) -> None:
    """Let new purchases of the group be in this currency."""
    if turn.actor.chat_id is not None:
        currency = CHAT_PAYS[tapped.action]
        await change_chat(turn.session, actor=turn.actor, chat_id=turn.actor.chat_id, currency=currency)
        turn.replies.show(await _chat_view(turn))


@router.callback_query(Tapped(*SET))
async def ask_requisite(query: CallbackQuery, tapped: Callback, state: FSMContext, turn: Turn) -> None:
    """Ask where the person wants to be paid."""
    kind = SET[tapped.action]
    await state.set_state(Asking.requisite)
    await state.update_data(kind=kind)
    turn.ask(f"ask-requisite-{kind}")


@router.message(Asking.requisite, Answer())
async def hear_requisite(message: TelegramMessage, state: FSMContext, turn: Turn) -> None:
    """Store the requisite that was asked for."""
    kind = (await state.get_data())["kind"]
    await set_requisite(turn.session, actor=turn.actor, kind=kind, value=message.text or "")
    await state.clear()
    turn.replies.say(await _own_view(turn))


@router.callback_query(Tapped(*FORGET))
async def forget_requisite(query: CallbackQuery, tapped: Callback, turn: Turn) -> None:
    """Forget a requisite."""
    await remove_requisite(turn.session, actor=turn.actor, kind=FORGET[tapped.action])
    turn.replies.show(await _own_view(turn))


async def _own_view(turn: Turn) -> Message:
    requisites = await requisites_of(turn.session, turn.actor.user_id)
    return own_view(await turn.session.get_one(User, turn.actor.user_id), requisites, turn.now)


async def _chat_view(turn: Turn) -> Message:
    chat = await turn.session.get_one(Chat, turn.actor.chat_id)
    text = turn.say("settings-chat", language=turn.label(f"language-{chat.language}"), currency=chat.currency)
    languages = tuple(tap(say_plain(code, f"language-{code}"), f"chat_speaks_{code}") for code in LANGUAGES)
    currencies = [tap(code, f"chat_pays_{code}") for code in CURRENCIES]
    rows = (languages, *(tuple(currencies[start : start + 3]) for start in range(0, len(currencies), 3)))
    return Message(text, rows)
