"""Who may do what: every use-case against every role, in one table."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from core.errors import DomainError, Forbidden, NotFound
from core.identity.actor import Actor
from core.payments.claim_paid import claim_paid
from core.payments.confirm_received import confirm_received
from core.payments.dispute_payment import dispute_payment
from core.payments.models import Attempt
from core.payments.withdraw_claim import withdraw_claim
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
from core.settlement.close_purchase import close_purchase
from core.settlement.explain_intent import explain_intent
from core.settlement.lock_distribution import lock_distribution
from core.settlement.models import Intent, Strategy
from core.settlement.preview_distribution import preview_distribution
from core.settlement.unlock_distribution import unlock_distribution
from core.settlement.write_off_intent import write_off_intent
from tests.builders import NOW, OTHER_GROUP, WEEK, lock, person, purchase, spending

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
