"""Find out which purchase a command means: the card it replies to, the only one there is, or the one people tap."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from aiogram.fsm.context import FSMContext
from aiogram.types import Message as TelegramMessage
from sqlalchemy import select

from bot.turn import Turn
from core.errors import NotFound
from core.notifications.message import Message, tap
from core.notifications.models import Card
from core.purchases.models import Purchase, PurchaseStatus
from core.purchases.queries import purchases_in_chat, purchases_of

PENDING = "pending"
Action = Callable[[Turn, FSMContext, Purchase, str], Awaitable[None]]


class NoPurchaseHere(NotFound):
    """There is no purchase going on that this could be about."""


@dataclass(frozen=True, slots=True)
class _Entry:
    action: Action
    statuses: Sequence[PurchaseStatus]


_ACTIONS: dict[str, _Entry] = {}


def about_a_purchase(name: str, *statuses: PurchaseStatus) -> Callable[[Action], Action]:
    """Enter an action that needs a purchase in one of these states, so that it can go on after the choice."""

    def enter(action: Action) -> Action:
        _ACTIONS[name] = _Entry(action, statuses or (PurchaseStatus.ACTIVE, PurchaseStatus.LOCKED))
        return action

    return enter


async def with_purchase(turn: Turn, state: FSMContext, message: TelegramMessage, name: str, words: str) -> None:
    """Carry out the action called `name` for the purchase that is meant; `words` is the rest of the command.

    :raises NoPurchaseHere: if there is none that it could be.
    """
    entry = _ACTIONS[name]
    replied = await _purchase_of_card(turn, message)
    if replied is not None:
        await entry.action(turn, state, replied, words)
        return
    chat_id, user_id = turn.actor.chat_id, turn.actor.user_id
    here = await (purchases_of(turn.session, user_id) if chat_id is None else purchases_in_chat(turn.session, chat_id))
    fitting = [purchase for purchase in here if purchase.status in entry.statuses]
    if not fitting:
        raise NoPurchaseHere
    if len(fitting) == 1:
        await entry.action(turn, state, fitting[0], words)
        return
    await state.update_data({PENDING: {"name": name, "words": words}})
    rows = tuple((tap(purchase.title, "choose_purchase", purchase.id),) for purchase in fitting)
    turn.replies.say(Message(turn.say("which-purchase"), rows), reply=True)


async def go_on(turn: Turn, state: FSMContext, purchase: Purchase) -> bool:
    """Carry out what was waiting for the choice of a purchase; return False if nothing was."""
    pending = (await state.get_data()).get(PENDING)
    if pending is None:
        return False
    await state.update_data({PENDING: None})
    await _ACTIONS[pending["name"]].action(turn, state, purchase, pending["words"])
    return True


async def _purchase_of_card(turn: Turn, message: TelegramMessage) -> Purchase | None:
    replied = message.reply_to_message
    if replied is None or turn.actor.chat_id is None:
        return None
    of_card = (Purchase.chat_id == turn.actor.chat_id) & (Card.message_id == replied.message_id)
    return await turn.session.scalar(select(Purchase).join(Card, Card.purchase_id == Purchase.id).where(of_card))
