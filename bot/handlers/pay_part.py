"""The A part button: how much, then by which rail."""

from uuid import UUID

from aiogram import F, Router
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery
from aiogram.types import Message as TelegramMessage

from bot.callbacks import Tapped
from bot.handlers.claim_paid import claim
from bot.handlers.pay_by_link import start
from bot.handlers.pay_from_wallet import pay_from
from bot.handlers.pay_intent import DEBT
from bot.parsing import parse_amount
from bot.sent_photo import sent_photo
from bot.states import Answer, Asking
from bot.turn import Turn
from bot.views.debts import PART_VIA, PROVIDER_LETTERS, part_view
from core.identity.people import names_of
from core.ids import IntentId, shorten
from core.ledger.balances import balance
from core.ledger.chart import wallet
from core.money import Money, format_money
from core.notifications.message import Callback
from core.payments.open_attempt import WrongPaidAmount
from core.payments.provider import PROVIDERS
from core.settlement.lock_distribution import ChangedMeanwhile
from core.settlement.models import Intent
from core.settlement.queries import own_intent

router = Router(name=__name__)
BY = {f"{PART_VIA}{name[:PROVIDER_LETTERS]}": name for name in PROVIDERS}
PART = "part"


@router.callback_query(Tapped("pay_part", ids=1))
async def ask(query: CallbackQuery, tapped: Callback, state: FSMContext, turn: Turn) -> None:
    """Ask how much; what is private is never asked in a group."""
    intent = await own_intent(turn.session, actor=turn.actor, intent_id=IntentId(tapped.ids[0]))
    if turn.replies.in_group:
        turn.replies.open_private_chat(DEBT + shorten(intent.id))
        return
    await state.set_state(Asking.part)
    await state.update_data(intent_id=str(intent.id), version=tapped.version)
    turn.ask("ask-part", left=_written(turn, intent.left_minor, intent.currency))


@router.message(Asking.part, F.photo, Answer())
async def hear_photo(message: TelegramMessage, state: FSMContext, turn: Turn) -> None:
    """Claim that the amount in the caption was paid outside, with the photo as the proof."""
    intent, version = await _asked_about(turn, state)
    amount = parse_amount(message.caption or "", intent.currency)
    view = await claim(turn, intent.id, version=version, amount_minor=amount.minor, proof=sent_photo(message))
    await state.clear()
    turn.replies.say(view)


@router.message(Asking.part, F.text, Answer())
async def hear(message: TelegramMessage, state: FSMContext, turn: Turn) -> None:
    """Show the ways to pay the amount.

    :raises WrongPaidAmount: if it is more than what is left.
    """
    intent, version = await _asked_about(turn, state)
    amount = parse_amount(message.text or "", intent.currency)
    if amount.minor > intent.left_minor:
        raise WrongPaidAmount(left_minor=intent.left_minor, currency=intent.currency)
    await state.clear()
    # The amount stands with us, and a button only says which question it answers: an older one is refused.
    number = int(turn.now.timestamp()) % 1_000_000
    await state.update_data({PART: {"minor": amount.minor, "version": version, "number": number}})
    people = await names_of(turn.session, [intent.payee_id], turn.actor.language)
    has = await balance(turn.session, wallet(turn.actor.user_id, intent.currency))
    providers = turn.providers_for(intent.currency)
    view = part_view(intent, amount, people[intent.payee_id], has, providers, number, turn.actor.language)
    turn.replies.say(view)


@router.callback_query(Tapped("part_wallet", *BY, ids=1, moves_money=True))
async def pay(query: CallbackQuery, tapped: Callback, state: FSMContext, turn: Turn) -> None:
    """Pay the part from the wallet, or ask a provider for a link for it."""
    await turn.press(tapped)
    intent_id, (minor, version) = IntentId(tapped.ids[0]), await _said(state, tapped)
    if tapped.action == "part_wallet":
        turn.replies.show(await pay_from(turn, intent_id, version, minor))
    else:
        turn.replies.show(await start(turn, intent_id, BY[tapped.action], version, minor))


@router.callback_query(Tapped("part_paid", ids=1))
async def paid(query: CallbackQuery, tapped: Callback, state: FSMContext, turn: Turn) -> None:
    """Claim that the part was paid outside."""
    minor, version = await _said(state, tapped)
    turn.replies.show(await claim(turn, IntentId(tapped.ids[0]), version=version, amount_minor=minor))


async def _asked_about(turn: Turn, state: FSMContext) -> tuple[Intent, int | None]:
    said = await state.get_data()
    intent = await own_intent(turn.session, actor=turn.actor, intent_id=IntentId(UUID(said["intent_id"])))
    return intent, said["version"]


async def _said(state: FSMContext, tapped: Callback) -> tuple[int, int | None]:
    """Return the amount that the button's question named, and the version of the debt that the person saw.

    :raises ChangedMeanwhile: if another amount was said since.
    """
    part = (await state.get_data()).get(PART)
    if part is None or part["number"] != tapped.version:
        raise ChangedMeanwhile
    return part["minor"], part["version"]


def _written(turn: Turn, minor: int, currency: str) -> str:
    return format_money(Money(minor, currency), turn.actor.language)
