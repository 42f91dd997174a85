"""The button of a task on the card: takes an open task; one's own opens the panel that completes it."""

from aiogram import Router
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery

from bot.callbacks import Tapped
from bot.handlers.complete_task import show_panel
from bot.turn import Turn
from core.ids import TaskId
from core.notifications.message import Callback
from core.purchases.models import TaskStatus
from core.purchases.queries import locked_task
from core.purchases.rules import may_finish
from core.purchases.take_task import take_task

router = Router(name=__name__)


@router.callback_query(Tapped("tap_task", ids=1))
async def handle(query: CallbackQuery, tapped: Callback, state: FSMContext, turn: Turn) -> None:
    """Take the task, or go on with it where the person has it already."""
    task_id = TaskId(tapped.ids[0])
    purchase, task = await locked_task(turn.session, actor=turn.actor, task_id=task_id)
    if task.status == TaskStatus.ASSIGNED and may_finish(purchase, task, turn.actor.user_id):
        await show_panel(turn, state, purchase, task)
        return
    await take_task(turn.session, actor=turn.actor, task_id=task_id, now=turn.now)
    turn.toast("task-taken", title=task.title)
