"""`/report` and its button: a purchase, or what concerns the person, as a file that comes when it is ready."""

from aiogram import Router
from aiogram.filters import Command, CommandObject
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery
from aiogram.types import Message as TelegramMessage

from bot.callbacks import Tapped
from bot.choose_purchase import about_a_purchase, with_purchase
from bot.turn import Turn
from bot.views.report import ASK, STATE, beginning, choice_view, format_view, statement_view
from core.ids import PurchaseId
from core.notifications.message import Callback
from core.purchases.models import Purchase, PurchaseStatus
from core.purchases.queries import purchases_of, visible_purchase
from core.reports.models import ReportFormat
from core.reports.request_report import request_report, request_statement
from core.reports.rules import STATEMENT_FORMATS, check_format

router = Router(name=__name__)


@router.message(Command("report"))
async def handle(message: TelegramMessage, command: CommandObject, state: FSMContext, turn: Turn) -> None:
    """Ask for the report of the purchase that is meant, or ask which one, or as what."""
    words = command.args or ""
    if words:
        check_format(words)
    elif turn.actor.chat_id is None:
        await _offer(turn)
        return
    await with_purchase(turn, state, message, "request_report", words)


@router.callback_query(Tapped("ask_report", ids=1))
async def ask(query: CallbackQuery, tapped: Callback, state: FSMContext, turn: Turn) -> None:
    """Ask as what the card's purchase is wanted."""
    purchase = await visible_purchase(turn.session, actor=turn.actor, purchase_id=PurchaseId(tapped.ids[0]))
    await run(turn, state, purchase, "")


@about_a_purchase("request_report", *PurchaseStatus)
async def run(turn: Turn, state: FSMContext, purchase: Purchase, words: str) -> None:
    """Ask for the report, or as what."""
    if words:
        await _request(turn, purchase.id, check_format(words))
    else:
        turn.replies.say_privately(format_view(purchase, turn.actor.language), start="purchases")


@router.callback_query(Tapped(*(ASK + kind for kind in ReportFormat), ids=1))
async def request(query: CallbackQuery, tapped: Callback, turn: Turn) -> None:
    """Ask for the report as the button says."""
    await _request(turn, PurchaseId(tapped.ids[0]), ReportFormat(tapped.action.removeprefix(ASK)))


@router.callback_query(Tapped("ask_statement"))
async def ask_statement(query: CallbackQuery, tapped: Callback, turn: Turn) -> None:
    """Ask as what, and of which time, the person wants their statement."""
    view = statement_view(turn.now, turn.actor.time_zone, turn.actor.language)
    turn.replies.say_privately(view, start="purchases")


@router.callback_query(Tapped(*(STATE + kind for kind in STATEMENT_FORMATS)))
async def state_own(query: CallbackQuery, tapped: Callback, turn: Turn) -> None:
    """Ask for the person's statement; it comes in private."""
    since = beginning(tapped.version or 0, turn.now, turn.actor.time_zone)
    kind = ReportFormat(tapped.action.removeprefix(STATE))
    await request_statement(turn.session, actor=turn.actor, kind=kind, since=since, now=turn.now)
    turn.toast("report-asked")


async def _offer(turn: Turn) -> None:
    purchases = await purchases_of(turn.session, turn.actor.user_id)
    turn.replies.say(choice_view(purchases, turn.actor.language))


async def _request(turn: Turn, purchase_id: PurchaseId, kind: ReportFormat) -> None:
    await request_report(turn.session, actor=turn.actor, purchase_id=purchase_id, kind=kind, now=turn.now)
    if turn.replies.query is not None:
        turn.toast("report-asked")
    elif turn.replies.in_group:
        turn.replies.react("👌")
