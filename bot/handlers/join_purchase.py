"""The Join button: a person takes part."""

from aiogram import Router
from aiogram.types import CallbackQuery

from bot.callbacks import Tapped
from bot.turn import Turn
from core.ids import PurchaseId
from core.notifications.message import Callback
from core.purchases.join_purchase import join_purchase

router = Router(name=__name__)


@router.callback_query(Tapped("join_purchase", ids=1))
async def handle(query: CallbackQuery, tapped: Callback, turn: Turn) -> None:
    """Let the person take part in the purchase of their chat."""
    joined = await join_purchase(turn.session, actor=turn.actor, purchase_id=PurchaseId(tapped.ids[0]), now=turn.now)
    turn.toast("joined" if joined else "joined-already")
