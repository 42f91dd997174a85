"""`/withdraw 500` and its button: ask an operator to send money of the wallet outside."""

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
from core.accounts.statement import wallets_of
from core.accounts.withdraw import request_withdrawal
from core.identity.requisites import KINDS, requisites_of
from core.ledger.balances import balance
from core.ledger.chart import wallet
from core.ledger.post import NotEnoughMoney
from core.money import Money, format_money
from core.notifications.message import Callback, Message, pay
from core.settlement.lock_distribution import ChangedMeanwhile

router = Router(name=__name__)
TO = {f"withdraw_{kind}": kind for kind in KINDS}
WANTED = "withdrawal"
LABEL_LENGTH_MAX = 40


@router.message(Command("withdraw"))
async def handle(message: TelegramMessage, command: CommandObject, state: FSMContext, turn: Turn) -> None:
    """Ask where to, or first how much; in a group the wallet is shown in private."""
    if turn.replies.in_group:
        await show_wallet(turn)  # whose buttons lead to the private chat, where the answer is heard
        return
    if not command.args:
        await _ask(turn, state)
        return
    await _ask_where(turn, state, command.args)


@router.callback_query(Tapped("withdraw"))
async def ask(query: CallbackQuery, tapped: Callback, state: FSMContext, turn: Turn) -> None:
    """Ask how much; what is private is never asked in a group."""
    if turn.replies.in_group:
        turn.replies.open_private_chat("wallet")
        return
    await _ask(turn, state)


@router.message(Asking.withdrawal, F.text, Answer())
async def hear(message: TelegramMessage, state: FSMContext, turn: Turn) -> None:
    """Ask where to send the amount."""
    await _ask_where(turn, state, message.text or "")


@router.callback_query(Tapped(*TO, moves_money=True))
async def choose(query: CallbackQuery, tapped: Callback, state: FSMContext, turn: Turn) -> None:
    """Request the withdrawal to the chosen requisite of the person.

    :raises ChangedMeanwhile: if another amount was said since the question, or the requisite is gone.
    """
    await turn.press(tapped)
    wanted = (await state.get_data()).get(WANTED)
    requisites = await requisites_of(turn.session, turn.actor.user_id)
    kind = TO[tapped.action]
    if wanted is None or wanted["number"] != tapped.version or kind not in requisites:
        raise ChangedMeanwhile
    withdrawal = await request_withdrawal(
        turn.session,
        actor=turn.actor,
        amount_minor=wanted["minor"],
        currency=wanted["currency"],
        destination=requisites[kind],
        limits=turn.limits,
        now=turn.now,
    )
    await state.clear()
    amount = format_money(Money(withdrawal.amount_minor, withdrawal.currency), turn.actor.language)
    turn.replies.show(Message(turn.say("withdrawal-requested", amount=amount)))


async def _ask(turn: Turn, state: FSMContext) -> None:
    await state.set_state(Asking.withdrawal)
    turn.replies.say(Message(await _question(turn)), ask=True)


async def _question(turn: Turn) -> str:
    wallets = await wallets_of(turn.session, turn.actor.user_id)
    has = " + ".join(format_money(money, turn.actor.language) for money in wallets)
    nothing = format_money(Money(0, turn.settings.default_currency), turn.actor.language)
    return turn.say("ask-withdrawal", balances=has or nothing)


async def _ask_where(turn: Turn, state: FSMContext, words: str) -> None:
    amount = parse_amount_in_any_currency(words, turn.settings.default_currency)
    if await balance(turn.session, wallet(turn.actor.user_id, amount.currency)) < amount.minor:
        raise NotEnoughMoney
    await state.clear()
    requisites = await requisites_of(turn.session, turn.actor.user_id)
    if not requisites:
        turn.reply("withdrawal-needs-requisites")
        return
    number = int(turn.now.timestamp()) % 1_000_000
    await state.update_data({WANTED: {"minor": amount.minor, "currency": amount.currency, "number": number}})
    rows = tuple(
        (
            pay(
                turn.label("button-withdraw-to", kind=kind, value=value[:LABEL_LENGTH_MAX]),
                f"withdraw_{kind}",
                version=number,
            ),
        )
        for kind, value in requisites.items()
    )
    turn.replies.say(Message(turn.say("withdrawal-where", amount=format_money(amount, turn.actor.language)), rows))
