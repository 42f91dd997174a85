"""The receipt buttons: the photo that shows what a task cost."""

from aiogram import Router
from aiogram.types import CallbackQuery

from bot.callbacks import Tapped
from bot.handlers.list_debts import START
from bot.turn import Turn
from core.ids import PurchaseId, TaskId
from core.money import Money, format_money
from core.notifications.message import Callback, Message
from core.photos.give_photo import PhotoNotFound
from core.photos.read_photo import read_photo
from core.purchases.queries import own_purchase, visible_task

router = Router(name=__name__)


@router.callback_query(Tapped("receipt", ids=2))
async def handle(query: CallbackQuery, tapped: Callback, turn: Turn) -> None:
    """Send the photo to the private chat.

    :raises PhotoNotFound: if there is none any more.
    """
    if turn.replies.in_group:
        turn.replies.open_private_chat(START)
        return
    purchase_id, task_id = PurchaseId(tapped.ids[0]), TaskId(tapped.ids[1])
    purchase = await own_purchase(turn.session, actor=turn.actor, purchase_id=purchase_id)
    task = await visible_task(turn.session, actor=turn.actor, purchase_id=purchase_id, task_id=task_id)
    photo = await read_photo(turn.session, task.receipt_id)
    if photo is None:
        raise PhotoNotFound
    cost = format_money(Money(task.cost_minor or 0, purchase.currency), turn.actor.language)
    turn.replies.say(Message(turn.say("receipt", title=task.title, cost=cost), photo=photo))
