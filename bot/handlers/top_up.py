"""`/topup 500` and its button: put money into the wallet through a provider."""

from aiogram import F, Router
from aiogram.filters import Command, CommandObject
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery
from aiogram.types import Message as TelegramMessage

from bot.callbacks import Tapped
from bot.handlers.wallet import show_wallet
from bot.parsing import parse_amount_in_any_currency
from bot.states import Answer, Asking
from bot.turn import Turn
from bot.views.debts import PROVIDER_LETTERS
from core.money import Money, format_money
from core.notifications.message import Callback, Message, pay
from core.payments.provider import PROVIDERS
from core.payments.start_attempt import start_top_up
from core.settlement.lock_distribution import ChangedMeanwhile

router = Router(name=__name__)
ACTION = "top_up_"  # the provider's first letters follow
BY = {f"{ACTION}{name[:PROVIDER_LETTERS]}": name for name in PROVIDERS}
WANTED = "top_up"


@router.message(Command("topup"))
async def handle(message: TelegramMessage, command: CommandObject, state: FSMContext, turn: Turn) -> None:
    """Top up by the amount, or ask for it; in a group the wallet is shown in private."""
    if turn.replies.in_group:
        await show_wallet(turn)  # whose buttons lead to the private chat, where the answer is heard
        return
    if not command.args:
        await _ask(turn, state)
        return
    await _top_up(turn, state, command.args)


@router.callback_query(Tapped("top_up"))
async def ask(query: CallbackQuery, tapped: Callback, state: FSMContext, turn: Turn) -> None:
    """Ask for the amount; what is private is never asked in a group."""
    if turn.replies.in_group:
        turn.replies.open_private_chat("wallet")
        return
    await _ask(turn, state)


@router.message(Asking.top_up, F.text, Answer())
async def hear(message: TelegramMessage, state: FSMContext, turn: Turn) -> None:
    """Top up by the amount that was asked for."""
    await _top_up(turn, state, message.text or "")


@router.callback_query(Tapped(*BY, moves_money=True))
async def choose(query: CallbackQuery, tapped: Callback, state: FSMContext, turn: Turn) -> None:
    """Top up through the chosen provider by the amount that was said last.

    :raises ChangedMeanwhile: if another amount was said since the question.
    """
    await turn.press(tapped)
    wanted = (await state.get_data()).get(WANTED)
    if wanted is None or wanted["number"] != tapped.version:
        raise ChangedMeanwhile
    turn.replies.show(await _start(turn, Money(wanted["minor"], wanted["currency"]), BY[tapped.action]))


async def _ask(turn: Turn, state: FSMContext) -> None:
    await state.set_state(Asking.top_up)
    turn.ask("ask-top-up")


async def _top_up(turn: Turn, state: FSMContext, words: str) -> None:
    amount = parse_amount_in_any_currency(words, turn.settings.default_currency)
    providers = turn.check_any_provider(amount.currency)
    await state.clear()
    if len(providers) == 1:
        turn.replies.say(await _start(turn, amount, providers[0]))
        return
    # The amount stands with us and the button only says which question it answers: an older one is refused.
    number = int(turn.now.timestamp()) % 1_000_000
    await state.update_data({WANTED: {"minor": amount.minor, "currency": amount.currency, "number": number}})
    rows = tuple(
        (pay(turn.label(f"provider-{name}"), f"{ACTION}{name[:PROVIDER_LETTERS]}", version=number),)
        for name in providers
    )
    turn.replies.say(Message(turn.say("choose-provider", amount=format_money(amount, turn.actor.language)), rows))


async def _start(turn: Turn, amount: Money, provider: str) -> Message:
    await start_top_up(
        turn.session,
        actor=turn.actor,
        amount_minor=amount.minor,
        currency=amount.currency,
        provider=provider,
        limits=turn.limits,
        now=turn.now,
    )
    return Message(turn.say("paying-by-link", amount=format_money(amount, turn.actor.language)))
