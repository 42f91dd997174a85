"""Who may do what: every use-case against every role, in one table."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.errors import DomainError, Forbidden, NotFound
from core.identity.actor import Actor
from core.ids import AttemptId, IntentId, OrderId, PurchaseId, RefundId
from core.orders.pay_from_wallet import pay_from_wallet
from core.orders.queries import orders_of, own_order
from core.payments.authorize_payment import authorize_payment
from core.payments.claim_paid import claim_paid
from core.payments.confirm_received import confirm_received
from core.payments.dispute_payment import dispute_payment
from core.payments.models import Attempt
from core.payments.queries import own_attempt, refundable_payment, refundable_payments
from core.payments.refund_attempt import answer_manual_refund, answer_refund_request, refund_attempt
from core.payments.start_attempt import give_up_attempt, start_attempt
from core.payments.withdraw_claim import withdraw_claim
from core.personal_data.erase_person import erase_person
from core.purchases.add_task import add_task
from core.purchases.complete_task import complete_task
from core.purchases.delete_task import delete_task
from core.purchases.give_back_task import give_back_task
from core.purchases.invite_person import invite_person
from core.purchases.join_purchase import join_purchase
from core.purchases.leave_purchase import leave_purchase
from core.purchases.models import Purchase, Task
from core.purchases.queries import history_of
from core.purchases.record_spending import record_spending
from core.purchases.remove_participant import remove_participant
from core.purchases.reopen_task import reopen_task
from core.purchases.take_task import take_task
from core.reminders.due import send_due
from core.reminders.models import Reminder
from core.reminders.plan import plan_after_lock
from core.reminders.snooze_reminder import Snooze, snooze_reminder
from core.reports.models import ReportFormat
from core.reports.request_report import request_report
from core.settlement.close_purchase import close_purchase
from core.settlement.explain_intent import explain_intent
from core.settlement.lock_distribution import lock_distribution
from core.settlement.models import Intent, Strategy
from core.settlement.preview_distribution import preview_distribution
from core.settlement.unlock_distribution import unlock_distribution
from core.settlement.write_off_intent import write_off_intent
from tests.builders import BANK, NO_LIMITS, NOW, OTHER_GROUP, WEEK, funded, lock, paid, person, purchase, spending
from tests.core.accounts.makers import order
from tests.core.payments.makers import link, pending, say

ROLES = ("stranger", "other purchase", "ex-participant", "chat member", "participant", "assignee", "organizer")


@dataclass
class Scene:
    """An active purchase with a taken, an open and a done task, and a person in each role."""

    people: dict[str, Actor]
    purchase: Purchase
    taken: Task
    open: Task
    done: Task
    guest: Actor


async def _scene(session: AsyncSession) -> Scene:
    organizer, assignee, participant = [await person(session, name) for name in ("Анна", "Борис", "Вера")]
    member, gone, guest = [await person(session, name) for name in ("Зритель", "Ушёл", "Гость")]
    stranger = await person(session, "Чужой", chat=OTHER_GROUP)
    neighbour = await person(session, "Сосед", chat=OTHER_GROUP)
    await purchase(session, neighbour, title="Чужая покупка")
    dacha = await purchase(session, organizer, assignee, participant, gone)
    await leave_purchase(session, actor=gone, purchase_id=dacha.id, now=NOW)
    taken = await add_task(session, actor=organizer, purchase_id=dacha.id, title="Мясо", estimate_minor=100, now=NOW)
    await take_task(session, actor=assignee, task_id=taken.id, now=NOW)
    free = await add_task(session, actor=organizer, purchase_id=dacha.id, title="Угли", estimate_minor=100, now=NOW)
    done = await spending(session, assignee, dacha, 300)
    await session.flush()
    people = {
        "stranger": stranger,
        "other purchase": neighbour,
        # Outside of the group's chat, where it sees nothing; inside it is a chat member.
        "ex-participant": Actor(gone.user_id, gone.name, gone.language, gone.time_zone),
        "chat member": member,
        "participant": participant,
        "assignee": assignee,
        "organizer": organizer,
    }
    return Scene(people, dacha, taken, free, done, guest)


Do = Callable[[AsyncSession, Scene, Actor], Awaitable[Any]]

# For each use-case: what each role is told, in the order of ROLES. N: not found, F: forbidden, -: it is done.
TABLE: dict[str, tuple[str, Do]] = {
    "see the history": ("NNN----", lambda s, c, a: history_of(s, actor=a, purchase_id=c.purchase.id, limit=5)),
    "ask for a report": (
        "NNNF---",
        lambda s, c, a: request_report(s, actor=a, purchase_id=c.purchase.id, kind=ReportFormat.PDF, now=NOW),
    ),
    "preview": ("NNN----", lambda s, c, a: preview_distribution(s, actor=a, purchase_id=c.purchase.id)),
    "join": ("NNN----", lambda s, c, a: join_purchase(s, actor=a, purchase_id=c.purchase.id, now=NOW)),
    "invite": (
        "NNNF---",
        lambda s, c, a: invite_person(s, actor=a, purchase_id=c.purchase.id, invitee_id=c.guest.user_id, now=NOW),
    ),
    "add a task": ("NNNF---", lambda s, c, a: add_task(s, actor=a, purchase_id=c.purchase.id, title="Соль", now=NOW)),
    "spend": (
        "NNNF---",
        lambda s, c, a: record_spending(s, actor=a, purchase_id=c.purchase.id, title="Лёд", cost_minor=5, now=NOW),
    ),
    "take a task": ("NNNF---", lambda s, c, a: take_task(s, actor=a, task_id=c.open.id, now=NOW)),
    "give a task back": ("NNNFF--", lambda s, c, a: give_back_task(s, actor=a, task_id=c.taken.id, now=NOW)),
    "complete a task": ("NNNFF--", lambda s, c, a: complete_task(s, actor=a, task_id=c.taken.id, now=NOW)),
    "reopen a task": ("NNNFF--", lambda s, c, a: reopen_task(s, actor=a, task_id=c.done.id, now=NOW)),
    "delete a task": ("NNNFF--", lambda s, c, a: delete_task(s, actor=a, task_id=c.done.id, now=NOW)),
    "remove somebody": (
        "NNNFFF-",
        lambda s, c, a: remove_participant(s, actor=a, purchase_id=c.purchase.id, user_id=c.guest.user_id, now=NOW),
    ),
    "lock": (
        "NNNFFF-",
        lambda s, c, a: lock_distribution(
            s,
            actor=a,
            purchase_id=c.purchase.id,
            strategy=Strategy.ACCRUALS,
            due_after=WEEK,
            drop_unfinished=True,
            now=NOW,
        ),
    ),
}


class TestAPurchase:
    @pytest.mark.parametrize("role", ROLES)
    @pytest.mark.parametrize("use_case", TABLE)
    async def test_lets_each_role_do_what_is_theirs(self, session: AsyncSession, use_case: str, role: str) -> None:
        scene = await _scene(session)
        told, do = TABLE[use_case]
        if use_case == "remove somebody":
            await join_purchase(session, actor=scene.guest, purchase_id=scene.purchase.id, now=NOW)

        assert await _told(do(session, scene, scene.people[role])) == told[ROLES.index(role)]


async def _told(doing: Awaitable[Any]) -> str:
    try:
        await doing
    except NotFound:
        return "N"
    except Forbidden:
        return "F"
    except DomainError as refusal:
        return type(refusal).__name__
    return "-"


DEBT_ROLES = ("stranger", "participant", "payer", "payee")
DebtDo = Callable[[AsyncSession, Intent, Attempt, Actor], Awaitable[Any]]
DEBT_TABLE: dict[str, tuple[str, DebtDo]] = {
    "explain": ("NN--", lambda s, i, _, a: explain_intent(s, actor=a, intent_id=i.id)),
    "pay": ("NN-N", lambda s, i, _, a: claim_paid(s, actor=a, intent_id=i.id, confirm_within=WEEK, now=NOW)),
    "confirm": ("NNN-", lambda s, _, t, a: confirm_received(s, actor=a, attempt_id=t.id, now=NOW)),
    "dispute": ("NNN-", lambda s, _, t, a: dispute_payment(s, actor=a, attempt_id=t.id, now=NOW)),
    "withdraw": ("NN-N", lambda s, _, t, a: withdraw_claim(s, actor=a, attempt_id=t.id, now=NOW)),
}


class TestADebt:
    @pytest.mark.parametrize("role", DEBT_ROLES)
    @pytest.mark.parametrize("use_case", DEBT_TABLE)
    async def test_is_the_business_of_its_two_people(self, session: AsyncSession, use_case: str, role: str) -> None:
        payee, payer, other = [await person(session, name) for name in ("Анна", "Борис", "Вера")]
        stranger = await person(session, "Чужой", chat=OTHER_GROUP)
        dacha = await purchase(session, payee, payer, other)
        await spending(session, payee, dacha, 300)
        intent = next(debt for debt in await lock(session, payee, dacha) if debt.payer_id == payer.user_id)
        attempt = await claim_paid(session, actor=payer, intent_id=intent.id, confirm_within=WEEK, now=NOW)
        people = {"stranger": stranger, "participant": other, "payer": payer, "payee": payee}
        told, do = DEBT_TABLE[use_case]

        assert await _told(do(session, intent, attempt, people[role])) == told[DEBT_ROLES.index(role)]

    @pytest.mark.parametrize(("role", "told"), list(zip(DEBT_ROLES, "NNN-", strict=True)))
    async def test_is_forgiven_by_the_payee_alone(self, session: AsyncSession, role: str, told: str) -> None:
        payee, payer, other = [await person(session, name) for name in ("Анна", "Борис", "Вера")]
        stranger = await person(session, "Чужой", chat=OTHER_GROUP)
        dacha = await purchase(session, payee, payer, other)
        await spending(session, payee, dacha, 300)
        intent = next(debt for debt in await lock(session, payee, dacha) if debt.payer_id == payer.user_id)
        people = {"stranger": stranger, "participant": other, "payer": payer, "payee": payee}

        assert await _told(write_off_intent(session, actor=people[role], intent_id=intent.id, now=NOW)) == told

    @pytest.mark.parametrize(("role", "told"), list(zip(DEBT_ROLES, "NN-N", strict=True)))
    async def test_is_reminded_of_later_for_its_payer_alone(self, session: AsyncSession, role: str, told: str) -> None:
        payee, payer, other = [await person(session, name) for name in ("Анна", "Борис", "Вера")]
        stranger = await person(session, "Чужой", chat=OTHER_GROUP)
        dacha = await purchase(session, payee, payer, other)
        await spending(session, payee, dacha, 300)
        await lock(session, payee, dacha)
        await plan_after_lock(session, purchase_id=dacha.id, lock_number=dacha.lock_number)
        await send_due(session, now=NOW + WEEK)
        of_payer = select(Reminder.event_id).where(Reminder.user_id == payer.user_id, Reminder.event_id.is_not(None))
        [reminder_id] = await session.scalars(of_payer)
        assert reminder_id is not None
        actor = {"stranger": stranger, "participant": other, "payer": payer, "payee": payee}[role]

        snoozing = snooze_reminder(session, actor=actor, reminder_id=reminder_id, snooze=Snooze.HOUR, now=NOW + WEEK)

        assert await _told(snoozing) == told


# What each role is told: N: not found, I: the invoice is not payable, -: it is done.
MONEY_ROLES = ("stranger", "ex-participant", "participant", "payer", "payee", "organizer")


@dataclass
class Payments:
    """What one owes another of the same people: a debt open, one by link, payments, and refunds that wait."""

    people: dict[str, Actor]
    purchase_id: PurchaseId
    open: IntentId
    link: AttemptId
    paid: AttemptId
    asked: RefundId
    outside: RefundId
    order: OrderId


async def _payments(session: AsyncSession) -> Payments:
    organizer, payee, payer = [await person(session, name) for name in ("Анна", "Борис", "Вера")]
    other, gone = await person(session, "Гость"), await person(session, "Ушёл")
    people = {
        "stranger": await person(session, "Чужой", chat=OTHER_GROUP),
        "ex-participant": Actor(gone.user_id, gone.name, gone.language, gone.time_zone),
        "participant": other,
        "payer": payer,
        "payee": payee,
        "organizer": organizer,
    }

    async def owed() -> Intent:
        dacha = await purchase(session, organizer, payee, payer, other, gone)
        await leave_purchase(session, actor=gone, purchase_id=dacha.id, now=NOW)
        await spending(session, payee, dacha, 400_00)
        return next(each for each in await lock(session, organizer, dacha) if each.payer_id == payer.user_id)

    async def settled() -> Attempt:
        attempt = await link(session, payer, await owed())
        await say(session, paid(attempt))
        return attempt

    with_request, by_hand = await settled(), await owed()
    asked = await refund_attempt(session, actor=organizer, attempt_id=with_request.id, now=NOW)
    claim = await claim_paid(session, actor=payer, intent_id=by_hand.id, confirm_within=WEEK, now=NOW)
    await confirm_received(session, actor=payee, attempt_id=claim.id, now=NOW)
    outside = await refund_attempt(session, actor=payee, attempt_id=claim.id, now=NOW)
    await funded(session, 500_00, actor=payer)
    placed = await order(session, payer, 1_00)
    pending_link = await link(session, payer, await owed())
    await say(session, pending(pending_link))
    paid_last = await owed()
    came = await link(session, payer, paid_last)
    await say(session, paid(came))
    return Payments(
        people,
        paid_last.purchase_id,
        open=(await owed()).id,
        link=pending_link.id,
        paid=came.id,
        asked=asked.id,
        outside=outside.id,
        order=placed.id,
    )


MoneyDo = Callable[[AsyncSession, Payments, Actor], Awaitable[Any]]
MONEY_TABLE: dict[str, tuple[str, MoneyDo]] = {
    "pay from the wallet": (
        "NNN-NN",
        lambda s, m, a: pay_from_wallet(
            s, actor=a, intent_id=m.open, limits=NO_LIMITS, service_fee_basis_points=0, now=NOW
        ),
    ),
    "pay by a link": (
        "NNN-NN",
        lambda s, m, a: start_attempt(
            s, actor=a, intent_id=m.open, provider=BANK, limits=NO_LIMITS, service_fee_basis_points=0, now=NOW
        ),
    ),
    "check a link out": (
        "III-II",
        lambda s, m, a: authorize_payment(
            s, actor=a, attempt_id=m.link, provider=BANK, amount_minor=100_00, currency="RUB", query_id="1", now=NOW
        ),
    ),
    "give a link up": ("NNN-NN", lambda s, m, a: give_up_attempt(s, actor=a, attempt_id=m.link, now=NOW)),
    "confirm a link": ("NNNNNN", lambda s, m, a: confirm_received(s, actor=a, attempt_id=m.link, now=NOW)),
    "dispute a link": ("NNNNNN", lambda s, m, a: dispute_payment(s, actor=a, attempt_id=m.link, now=NOW)),
    "withdraw a link": ("NNNNNN", lambda s, m, a: withdraw_claim(s, actor=a, attempt_id=m.link, now=NOW)),
    "give money back": ("NNNN--", lambda s, m, a: refund_attempt(s, actor=a, attempt_id=m.paid, now=NOW)),
    "see a refundable payment": (
        "NNNN--",
        lambda s, m, a: refundable_payment(s, actor=a, attempt_id=m.paid),
    ),
    "see what may be given back": (
        "NN----",
        lambda s, m, a: refundable_payments(s, actor=a, purchase_id=m.purchase_id),
    ),
    "agree to a refund": (
        "NNNN-N",
        lambda s, m, a: answer_refund_request(s, actor=a, refund_id=m.asked, agrees=True, now=NOW),
    ),
    "decline a refund": (
        "NNNN-N",
        lambda s, m, a: answer_refund_request(s, actor=a, refund_id=m.asked, agrees=False, now=NOW),
    ),
    "say that a refund came": (
        "NNN-NN",
        lambda s, m, a: answer_manual_refund(s, actor=a, refund_id=m.outside, received=True, now=NOW),
    ),
    "see an attempt": ("NNN-NN", lambda s, m, a: own_attempt(s, actor=a, attempt_id=m.link)),
    "see an order": ("NNN-NN", lambda s, m, a: own_order(s, actor=a, order_id=m.order)),
}


class TestMoney:
    @pytest.mark.parametrize("use_case", MONEY_TABLE)
    async def test_is_moved_by_whose_it_is(self, session: AsyncSession, use_case: str) -> None:
        scene = await _payments(session)
        told, do = MONEY_TABLE[use_case]
        heard = ""

        for role in MONEY_ROLES:
            trying = await session.begin_nested()
            heard += (await _told(do(session, scene, scene.people[role])))[0]
            await trying.rollback()

        assert heard == told

    async def test_that_came_is_listed_for_who_may_give_it_back_and_orders_for_who_placed_them(
        self, session: AsyncSession
    ) -> None:
        scene = await _payments(session)

        for role in ("participant", "payer", "payee", "organizer"):
            listed = await refundable_payments(session, actor=scene.people[role], purchase_id=scene.purchase_id)
            assert [each.attempt.id for each in listed] == ([scene.paid] if role in {"payee", "organizer"} else [])
        for role, actor in scene.people.items():
            assert bool(await orders_of(session, actor=actor, limit=9)) == (role == "payer")


class TestBeingForgotten:
    @pytest.mark.parametrize("role", ROLES)
    async def test_is_for_who_has_no_part_in_what_is_not_split(self, session: AsyncSession, role: str) -> None:
        scene = await _scene(session)

        told = await _told(erase_person(session, user_id=scene.people[role].user_id, now=NOW))

        takes_part = role in {"participant", "assignee", "organizer"}
        assert told == ("StillInTheWay" if takes_part else "-")


class TestALockedPurchase:
    @pytest.mark.parametrize(
        ("role", "told"), [("stranger", "N"), ("chat member", "F"), ("participant", "F"), ("organizer", "-")]
    )
    async def test_is_unlocked_and_closed_by_the_organizer_alone(
        self, session: AsyncSession, role: str, told: str
    ) -> None:
        scene = await _scene(session)
        [_, lock_it] = TABLE["lock"]
        await lock_it(session, scene, scene.people["organizer"])
        actor, purchase_id = scene.people[role], scene.purchase.id

        closing = await _told(close_purchase(session, actor=actor, purchase_id=purchase_id, now=NOW))
        unlocking = await _told(unlock_distribution(session, actor=actor, purchase_id=purchase_id, now=NOW))

        assert (closing, unlocking) == (("DebtsOpen" if told == "-" else told), told)
