"""The Give back button: a taken task becomes open again."""

from aiogram import Router
from aiogram.types import CallbackQuery

from bot.callbacks import Tapped
from bot.turn import Turn
from core.ids import TaskId
from core.notifications.message import Callback, Message
from core.purchases.give_back_task import give_back_task

router = Router(name=__name__)


@router.callback_query(Tapped("give_back_task", ids=1))
async def handle(query: CallbackQuery, tapped: Callback, turn: Turn) -> None:
    """Open the task again."""
    task = await give_back_task(turn.session, actor=turn.actor, task_id=TaskId(tapped.ids[0]), now=turn.now)
    turn.replies.show(Message(turn.say("task-given-back", title=task.title)))
