"""`/spent amount title [@who...]` and its button: a participant says what they have paid already."""

from aiogram import Router
from aiogram.filters import Command, CommandObject
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery
from aiogram.types import Message as TelegramMessage
from sqlalchemy import select

from bot.callbacks import Tapped
from bot.choose_purchase import about_a_purchase, with_purchase
from bot.mentions import mentioned_participants
from bot.parsing import parse_spent
from bot.sent_photo import sent_photo
from bot.states import Answer, Asking
from bot.turn import Turn
from core.ids import PurchaseId
from core.money import Money, format_money
from core.notifications.message import Callback, Message, tap
from core.purchases.models import Purchase, PurchaseStatus, Task, TaskPayer, TaskShare
from core.purchases.queries import locked_own_purchase, participants_of, visible_purchase
from core.purchases.record_spending import record_spending
from core.purchases.rules import check_active
from core.purchases.shares import Equal

router = Router(name=__name__)


@router.message(Command("spent"))
async def handle(message: TelegramMessage, command: CommandObject, state: FSMContext, turn: Turn) -> None:
    """Record the spending that the command names, or ask for it."""
    await with_purchase(turn, state, message, "record_spending", command.args or "")


@router.callback_query(Tapped("record_spending", ids=1))
async def ask(query: CallbackQuery, tapped: Callback, state: FSMContext, turn: Turn) -> None:
    """Ask how much was paid, and for what."""
    purchase = await locked_own_purchase(turn.session, actor=turn.actor, purchase_id=PurchaseId(tapped.ids[0]))
    check_active(purchase)
    await run(turn, state, purchase, "")


@router.message(Asking.spending, Answer())
async def hear(message: TelegramMessage, state: FSMContext, turn: Turn) -> None:
    """Record the spending that was asked for; a photo with it is the receipt."""
    purchase_id = PurchaseId((await state.get_data())["purchase_id"])
    purchase = await visible_purchase(turn.session, actor=turn.actor, purchase_id=purchase_id)
    await run(turn, state, purchase, message.text or message.caption or "")


@about_a_purchase("record_spending", PurchaseStatus.ACTIVE)
async def run(turn: Turn, state: FSMContext, purchase: Purchase, words: str) -> None:
    """Record a spending of the purchase, or ask for it where there are no words yet."""
    if not words.strip():
        await state.set_state(Asking.spending)
        await state.update_data(purchase_id=str(purchase.id))
        turn.ask("ask-spending", name=turn.actor.name, purchase=purchase.title)
        return
    spent = parse_spent(words, purchase.currency)
    message = turn.replies.message
    sharers = await mentioned_participants(turn, message, spent.mentions, purchase.id)
    task = await record_spending(
        turn.session,
        actor=turn.actor,
        purchase_id=purchase.id,
        title=spent.title,
        cost_minor=spent.amount.minor,
        split=Equal(tuple(sharers)) if sharers else None,
        receipt=sent_photo(message) if isinstance(message, TelegramMessage) else None,
        now=turn.now,
    )
    await state.clear()
    await echo(turn, purchase, task)


async def echo(turn: Turn, purchase: Purchase, task: Task) -> None:
    """Say what was understood, with buttons to change it or to take it back."""
    await turn.session.flush()
    people = {person.id: person.name for person in await participants_of(turn.session, purchase.id)}
    paid = list(await turn.session.scalars(select(TaskPayer).where(TaskPayer.task_id == task.id)))
    shares = list(await turn.session.scalars(select(TaskShare).where(TaskShare.task_id == task.id)))
    language = turn.actor.language

    def money(minor: int) -> str:
        return format_money(Money(minor, purchase.currency), language)

    payers = ", ".join(people[row.user_id] + (f" ({money(row.paid_minor)})" if len(paid) > 1 else "") for row in paid)
    smallest = min(share.share_minor for share in shares)
    text = turn.say(
        "spending-echo",
        title=task.title,
        amount=money(task.cost_minor or 0),
        payers=payers,
        count=len(shares),
        everybody="yes" if len(shares) == len(people) else "no",
        sharers=", ".join(people[share.user_id] for share in shares),
        share=money(smallest),
        exact="yes" if all(share.share_minor == smallest for share in shares) else "no",
    )
    buttons = (
        tap(turn.label("button-change"), "expense", task.id),
        tap(turn.label("button-undo"), "reopen_task", task.id),
        tap(turn.label("button-delete"), "delete_task", task.id),
    )
    turn.replies.say(Message(text, (buttons,)), reply=True)
