"""`/lock` and its button: a preview of both strategies, then the organiser's decision."""

from aiogram import Router
from aiogram.filters import Command
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery
from aiogram.types import Message as TelegramMessage

from bot.callbacks import Tapped
from bot.choose_purchase import about_a_purchase, with_purchase
from bot.turn import Turn
from bot.views.distribution import preview_view
from core.identity.people import names_of
from core.ids import PurchaseId, shorten
from core.notifications.message import Callback, Message
from core.purchases.models import Purchase, PurchaseStatus
from core.purchases.queries import locked_own_purchase
from core.purchases.rules import check_active
from core.settlement.lock_distribution import lock_distribution
from core.settlement.models import Strategy
from core.settlement.preview_distribution import preview_distribution

router = Router(name=__name__)
PREVIEW = "preview_"
CHOICES = {f"lock_{strategy}{drop}": (strategy, bool(drop)) for strategy in Strategy for drop in ("", "_drop")}


@router.message(Command("lock"))
async def handle(message: TelegramMessage, state: FSMContext, turn: Turn) -> None:
    """Show the preview of the purchase that is meant."""
    await with_purchase(turn, state, message, "preview", "")


@router.callback_query(Tapped("preview", ids=1))
async def preview(query: CallbackQuery, tapped: Callback, state: FSMContext, turn: Turn) -> None:
    """Show the preview of the card's purchase."""
    purchase = await locked_own_purchase(turn.session, actor=turn.actor, purchase_id=PurchaseId(tapped.ids[0]))
    await run(turn, state, purchase, "")


@about_a_purchase("preview", PurchaseStatus.ACTIVE)
async def run(turn: Turn, state: FSMContext, purchase: Purchase, words: str) -> None:
    """Show who would pay whom, to this person only; the organiser gets the buttons that lock."""
    check_active(purchase)
    distribution = await preview_distribution(turn.session, actor=turn.actor, purchase_id=purchase.id)
    people = await names_of(turn.session, distribution.nets, turn.actor.language)
    is_organizer = purchase.owner_id == turn.actor.user_id
    view = preview_view(distribution, people, turn.actor.language, may_lock=is_organizer and bool(distribution.done))
    turn.replies.say_privately(view, start=PREVIEW + shorten(purchase.id))


@router.callback_query(Tapped(*CHOICES, ids=1))
async def lock(query: CallbackQuery, tapped: Callback, turn: Turn) -> None:
    """Lock the distribution that the person saw, by the strategy they chose."""
    strategy, drop = CHOICES[tapped.action]
    intents = await lock_distribution(
        turn.session,
        actor=turn.actor,
        purchase_id=PurchaseId(tapped.ids[0]),
        strategy=strategy,
        due_after=turn.due_after,
        drop_unfinished=drop,
        seen_version=tapped.version,
        now=turn.now,
    )
    turn.replies.show(Message(turn.say("locked", count=len(intents))))
