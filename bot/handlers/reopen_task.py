"""The Undo button of an echo: the task is not done after all."""

from aiogram import Router
from aiogram.types import CallbackQuery

from bot.callbacks import Tapped
from bot.turn import Turn
from core.ids import TaskId
from core.notifications.message import Callback, Message, tap
from core.purchases.reopen_task import reopen_task

router = Router(name=__name__)


@router.callback_query(Tapped("reopen_task", ids=1))
async def handle(query: CallbackQuery, tapped: Callback, turn: Turn) -> None:
    """Take the done task back to whoever did it."""
    task = await reopen_task(turn.session, actor=turn.actor, task_id=TaskId(tapped.ids[0]), now=turn.now)
    delete = tap(turn.label("button-delete"), "delete_task", task.id)
    turn.replies.show(Message(turn.say("task-reopened", title=task.title), ((delete,),)))
