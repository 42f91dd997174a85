"""The Leave button: a person stops taking part."""

from aiogram import Router
from aiogram.types import CallbackQuery

from bot.callbacks import Tapped
from bot.turn import Turn
from core.ids import PurchaseId
from core.notifications.message import Callback
from core.purchases.leave_purchase import leave_purchase

router = Router(name=__name__)


@router.callback_query(Tapped("leave_purchase", ids=1))
async def handle(query: CallbackQuery, tapped: Callback, turn: Turn) -> None:
    """End the person's part in the purchase."""
    await leave_purchase(turn.session, actor=turn.actor, purchase_id=PurchaseId(tapped.ids[0]), now=turn.now)
    turn.toast("left")
