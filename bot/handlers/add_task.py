"""`/task title [amount]` and its button: a participant adds a thing to buy."""

from aiogram import Router
from aiogram.filters import Command, CommandObject
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery
from aiogram.types import Message as TelegramMessage

from bot.callbacks import Tapped
from bot.choose_purchase import about_a_purchase, with_purchase
from bot.parsing import split_title_and_amount
from bot.states import Answer, Asking
from bot.turn import Turn
from core.ids import PurchaseId
from core.money import Money, format_money
from core.notifications.message import Callback
from core.purchases.add_task import add_task
from core.purchases.models import Purchase, PurchaseStatus
from core.purchases.queries import locked_own_purchase, visible_purchase
from core.purchases.rules import check_active

router = Router(name=__name__)


@router.message(Command("task"))
async def handle(message: TelegramMessage, command: CommandObject, state: FSMContext, turn: Turn) -> None:
    """Add the task that the command names, or ask for it."""
    await with_purchase(turn, state, message, "add_task", command.args or "")


@router.callback_query(Tapped("add_task", ids=1))
async def ask(query: CallbackQuery, tapped: Callback, state: FSMContext, turn: Turn) -> None:
    """Ask what to buy."""
    purchase = await locked_own_purchase(turn.session, actor=turn.actor, purchase_id=PurchaseId(tapped.ids[0]))
    check_active(purchase)
    await run(turn, state, purchase, "")


@router.message(Asking.task, Answer())
async def hear(message: TelegramMessage, state: FSMContext, turn: Turn) -> None:
    """Add the task that was asked for."""
    purchase_id = PurchaseId((await state.get_data())["purchase_id"])
    purchase = await visible_purchase(turn.session, actor=turn.actor, purchase_id=purchase_id)
    await run(turn, state, purchase, message.text or "")


@about_a_purchase("add_task", PurchaseStatus.ACTIVE)
async def run(turn: Turn, state: FSMContext, purchase: Purchase, words: str) -> None:
    """Add a task to the purchase, or ask for it where there are no words yet."""
    if not words.strip():
        await state.set_state(Asking.task)
        await state.update_data(purchase_id=str(purchase.id))
        turn.ask("ask-task", name=turn.actor.name, purchase=purchase.title)
        return
    title, amount = split_title_and_amount(words, purchase.currency)
    task = await add_task(
        turn.session,
        actor=turn.actor,
        purchase_id=purchase.id,
        title=title,
        estimate_minor=None if amount is None else amount.minor,
        now=turn.now,
    )
    await state.clear()
    if turn.replies.in_group:
        turn.replies.react("✍")  # the card shows what was understood; a group may be written to only so often
    elif task.estimate_minor is None:
        turn.reply("task-added", number=task.number, title=task.title)
    else:
        estimate = format_money(Money(task.estimate_minor, purchase.currency), turn.actor.language)
        turn.reply("task-added-for", number=task.number, title=task.title, amount=estimate)
