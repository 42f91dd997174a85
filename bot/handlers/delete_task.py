"""The Delete button of a task: it is called off."""

from aiogram import Router
from aiogram.types import CallbackQuery

from bot.callbacks import Tapped
from bot.turn import Turn
from core.ids import TaskId
from core.notifications.message import Callback, Message
from core.purchases.delete_task import delete_task

router = Router(name=__name__)


@router.callback_query(Tapped("delete_task", ids=1))
async def handle(query: CallbackQuery, tapped: Callback, turn: Turn) -> None:
    """Make the task void."""
    await delete_task(turn.session, actor=turn.actor, task_id=TaskId(tapped.ids[0]), now=turn.now)
    turn.replies.show(Message(turn.say("task-deleted")))
