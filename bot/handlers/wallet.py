"""`/wallet` and its buttons: what a person has, and how it came to that."""

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery
from aiogram.types import Message as TelegramMessage

from bot.callbacks import Tapped
from bot.turn import Turn
from bot.views.wallet import PAGE, STATEMENT, statement_view, wallet_view
from core.accounts.statement import statement, wallets_of
from core.money import EXPONENTS
from core.notifications.message import Callback

router = Router(name=__name__)
START = "wallet"
LINES_SHOWN = 3
STATEMENTS = {f"{STATEMENT}{currency}": currency for currency in EXPONENTS}


@router.message(Command("wallet"))
async def handle(message: TelegramMessage, turn: Turn) -> None:
    """Show the person's wallets."""
    await show_wallet(turn)


@router.callback_query(Tapped("wallet"))
async def tapped_wallet(query: CallbackQuery, tapped: Callback, turn: Turn) -> None:
    """Show the person's wallets."""
    await show_wallet(turn)


@router.callback_query(Tapped(*STATEMENTS))
async def page(query: CallbackQuery, tapped: Callback, turn: Turn) -> None:
    """Show a page of one wallet's statement; the button's version is where it begins."""
    currency, user_id = STATEMENTS[tapped.action], turn.actor.user_id
    before = tapped.version or None
    lines = await statement(turn.session, user_id=user_id, currency=currency, limit=PAGE + 1, before=before)
    view = statement_view(lines, currency, turn.actor.language, turn.actor.time_zone)
    turn.replies.say_privately(view, start=START)


async def show_wallet(turn: Turn) -> None:
    """Show what the person has in each currency, with the newest movements."""
    user_id = turn.actor.user_id
    wallets = await wallets_of(turn.session, user_id)
    lines = [
        (money, await statement(turn.session, user_id=user_id, currency=money.currency, limit=LINES_SHOWN))
        for money in wallets
    ]
    can_top_up = any(
        turn.providers_for(currency) for currency in {turn.settings.default_currency, *(m.currency for m in wallets)}
    )
    view = wallet_view(lines, turn.actor.language, turn.actor.time_zone, can_top_up=can_top_up)
    turn.replies.say_privately(view, start=START)
