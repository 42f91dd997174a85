"""Who may do what by HTTP: every operation of the API against every role, in one table."""

from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from core.accounts.open_account import open_account
from core.clock import utc_now
from core.identity.leave_chat import leave_chat
from core.identity.personal_tokens import create_token
from core.ids import IntentId, new_id
from core.orders.place_order import place_order
from core.payments.claim_paid import claim_paid
from core.payments.confirm_received import confirm_received
from core.payments.models import Attempt
from core.payments.refund_attempt import refund_attempt
from core.payments.start_attempt import start_attempt
from core.purchases.add_task import add_task
from core.purchases.invite_person import invite_person
from core.purchases.join_purchase import enter
from core.purchases.leave_purchase import leave_purchase
from core.purchases.take_task import take_task
from core.reports.models import Report, ReportFormat, ReportStatus
from core.reports.request_report import request_report
from core.settlement.models import Intent
from tests.api.door import Door, Person
from tests.api.test_openapi import ENDLESS, OPERATIONS
from tests.builders import BANK, NO_LIMITS, NOW, OTHER_GROUP, WEEK, lock, purchase, spending
from tests.core.photos.test_give_photo import uploaded

ROLES = ("nobody", "stranger", "ex-participant", "onlooker", "participant", "payer", "payee", "organizer")
TOLD = {401: "U", 403: "F", 404: "N", 409: "C", 422: "W"}  # and -: it is done
LEND = {"title": "Соль", "cost_cents": 100}
MINE = "U-------"  # everybody has their own

# For each operation: what each role is told, in the order of ROLES and one after the other, and what they send.
TABLE: dict[str, tuple[str, Any]] = {
    "read_config": ("--------", None),
    "register": ("WWWWWWWW", {}),
    "sign_in": ("WWWWWWWW", {}),
    "read_me": (MINE, None),
    "change_settings": (MINE, {"language": "en"}),
    "set_password": ("UWWWWWWW", {}),
    "link_identity": ("UWWWWWWW", {}),
    "unlink_identity": ("UCCCCCCC", {"password": "correct horse"}),  # it is their last way in
    "export_me": (MINE, None),
    "erase_me": ("UFFFFFFF", {}),  # nobody shows that it is they
    "read_requisites": (MINE, None),
    "replace_requisites": (MINE, {"phone": None, "card": None, "text": None}),
    "list_sessions": (MINE, None),
    "end_session": ("UNNNN-NN", None),
    "list_tokens": (MINE, None),
    "create_token": (MINE, {"name": "script"}),
    "revoke_token": ("UNNNN-NN", None),
    "list_chats": (MINE, None),
    "change_chat": ("UNN-NNN-", {"language": "en"}),
    "list_purchases": (MINE, None),
    "open_purchase": ("UNN-NNN-", {"title": "Чай", "chat_id": "{chat_id}"}),
    "read_purchase": ("UNN-----", None),
    "join_purchase": ("UNN-----", None),
    "list_participants": ("UNN-----", None),
    "end_participation": ("UNNFFFF-", None),
    "read_history": ("UNN-----", None),
    "invite_person": ("UNNF----", {"user_id": "{outsider}"}),
    "list_invites_of_purchase": ("UNN-----", None),
    "list_invites": (MINE, None),
    "read_invite": ("UNNNNNN-", None),  # who made it
    "accept_invite": ("UNNNNNNN", None),
    "decline_invite": ("UNNNNNNN", None),
    "list_tasks": ("UNN-----", None),
    "add_task": ("UNNF----", {"title": "Соль"}),
    "spend": ("UNNF----", LEND),
    "read_task": ("UNN-----", None),
    "delete_task": ("UNNFFF-N", None),  # deleted by its author, it is gone for the organiser
    "assign_task": ("UNNF-CCC", None),  # the first who takes it has it
    "give_task_back": ("UNNFFF--", None),
    "finish_task": ("UNNFFF-C", {"cost_cents": 100}),
    "reopen_task": ("UNNFFF-C", None),
    "upload_photo": ("UWWWWWWW", None),  # nothing is no photo
    "read_receipt": ("UNNF----", None),
    "read_proof": ("UNNNN--N", None),
    "preview": ("UNN-----", None),
    "lock_distribution": ("UNNFFFF-", {"strategy": "accruals", "drop_unfinished": True}),
    "unlock": ("UNNFFFF-", None),
    "close_purchase": ("UNNFFFFC", None),  # debts are left
    "list_intents": (MINE, None),
    "list_intents_of_purchase": ("UNNF----", None),
    "read_intent": ("UNNNN--N", None),
    "write_off_intent": ("UNNNNN-N", None),
    "snooze_intent": ("UNNNN-NN", {"days": 1}),
    "list_payment_methods": (MINE, None),
    "pay": ("UNNNN-NN", {"intent_id": "{intent_id}", "rail": "manual"}),
    "read_attempt": ("UNNNN--N", None),
    "confirm_attempt": ("UNNNNN-N", None),
    "confirm_all": (MINE, None),
    "dispute_attempt": ("UNNNNN-N", None),
    "withdraw_attempt": ("UNNNN-NN", None),
    "cancel_attempt": ("UNNNN-NN", None),
    "list_refundable_payments": ("UNNF----", None),
    "refund": ("UNNNNN-C", {}),  # begun by the payee, the organiser's comes too late
    "list_refunds": (MINE, None),
    "answer_refund": ("UNNNNN-N", {"agrees": True}),
    "read_report": ("UNNN-NNN", None),  # the participant asked for it
    "read_file": ("UNNN-NNN", None),
    "request_report": ("UNNN----", {"format": "pdf"}),
    "request_statement": (MINE, {"format": "csv"}),
    "read_own_statement": (MINE, None),
    "open_account": (MINE, {"currency": "EUR"}),
    "list_accounts": (MINE, None),
    "deposit": (MINE, {"amount_cents": 100, "currency": "RUB"}),
    "read_balance": (MINE, None),
    "read_statement": (MINE, None),
    "withdraw": ("UCCCCCCC", {"amount_cents": 100, "currency": "RUB"}),  # nobody has said where to
    "list_withdrawals": (MINE, None),
    "place_order": (MINE, {"amount_cents": 100, "description": "Чай"}),
    "list_orders": (MINE, None),
    "read_order": ("UNNNN-NN", None),
    "sign_out": (MINE, None),
}
QUERIES = {"list_payment_methods": "?currency=RUB", "read_balance": "?currency=RUB", "read_statement": "?currency=RUB"}
# Of these the purchase in the address is the one that is locked, the task the one that is taken, and so on.
LOCKED = {"unlock", "close_purchase", "list_intents_of_purchase", "list_refundable_payments"}
TAKEN = {"give_task_back", "finish_task"}
DONE = {"delete_task", "reopen_task", "read_receipt"}
OF_PAYER = {"end_session", "revoke_token"}


@dataclass
class People:
    """Everybody, by role; an outsider is invited, a guest may go."""

    by_role: dict[str, Person]
    outsider: Person
    guest: Person


async def _people(door: Door) -> People:
    people = {
        role: await door.person(role, chat=OTHER_GROUP if role == "stranger" else None)
        for role in (*ROLES[1:], "outsider", "guest")
    }
    async with door.db.transaction() as session:
        organizer = await door.person("Анна")
        people["organizer"] = organizer
        assert organizer.actor.chat_id is not None
        onlooker, gone = await door.person("Зритель"), await door.person("Ушёл")
        people |= {"onlooker": onlooker, "ex-participant": gone}
        for each in people.values():
            await open_account(session, actor=each.actor, currency="RUB")
    async with door.db.transaction() as session:
        await leave_chat(session, chat_id=organizer.actor.chat_id, user_id=gone.actor.user_id)
    outsider, guest = people.pop("outsider"), people.pop("guest")
    return People(people, outsider, guest)


async def _active(session: AsyncSession, people: People) -> dict[str, Any]:
    """Return the ids of a purchase that is active, with what belongs to it."""
    of = {role: each.actor for role, each in people.by_role.items()}
    opened = await purchase(session, of["organizer"], of["participant"], of["payer"], of["payee"], of["ex-participant"])
    await leave_purchase(session, actor=of["ex-participant"], purchase_id=opened.id, now=NOW)
    done = await spending(session, of["payee"], opened, 400_00)
    done.receipt_id = await uploaded(session, of["payee"])
    await enter(session, opened, people.guest.actor, now=NOW)
    free = await add_task(session, actor=of["organizer"], purchase_id=opened.id, title="Угли", now=NOW)
    taken = await add_task(session, actor=of["organizer"], purchase_id=opened.id, title="Мясо", now=NOW)
    await take_task(session, actor=of["payee"], task_id=taken.id, now=NOW)
    invite = await invite_person(
        session, actor=of["organizer"], purchase_id=opened.id, invitee_id=people.outsider.actor.user_id, now=NOW
    )
    asked = await request_report(
        session, actor=of["participant"], purchase_id=opened.id, kind=ReportFormat.CSV, now=NOW
    )
    ready = {"status": ReportStatus.READY, "digest": "0", "content": b"a", "finished_at": NOW}
    await session.execute(update(Report).where(Report.id == asked.id).values(ready))
    return {
        "purchase_id": opened.id, "free": free.id, "taken": taken.id, "done": done.id, "invite_id": invite.id,
        "report_id": asked.id,
    }  # fmt: skip


async def _locked(session: AsyncSession, people: People) -> dict[str, Any]:
    """Return the ids of debts of the payer: one open, one claimed, one by a link, one paid, one to be given back."""
    of = {role: each.actor for role, each in people.by_role.items()}
    payer, payee, organizer = of["payer"], of["payee"], of["organizer"]

    async def owed() -> Intent:
        opened = await purchase(session, organizer, of["participant"], payer, payee)
        await spending(session, payee, opened, 400_00)
        return next(each for each in await lock(session, organizer, opened) if each.payer_id == payer.user_id)

    async def claimed() -> Attempt:
        intent_id = IntentId((await owed()).id)
        photo_id = await uploaded(session, payer)
        return await claim_paid(session, actor=payer, intent_id=intent_id, confirm_within=WEEK, proof=photo_id, now=NOW)

    async def paid() -> Attempt:
        return await confirm_received(session, actor=payee, attempt_id=(await claimed()).id, now=NOW)

    open_debt, by_link = await owed(), await owed()
    link = await start_attempt(
        session, actor=payer, intent_id=by_link.id, provider=BANK, limits=NO_LIMITS, service_fee_basis_points=0, now=NOW
    )
    asked = await refund_attempt(session, actor=organizer, attempt_id=(await paid()).id, now=NOW)
    order = await place_order(
        session, actor=payer, amount_minor=1_00, currency="RUB", description="Чай", limits=NO_LIMITS, now=NOW
    )
    return {
        "locked": open_debt.purchase_id, "intent_id": open_debt.id, "claim": (await claimed()).id, "link": link.id,
        "paid": (await paid()).id, "refund_id": asked.id, "order_id": order.id,
    }  # fmt: skip


async def _of_payer(door: Door, people: People) -> dict[str, Any]:
    """Return the ids of a session of the payer in another client, and of a token of theirs."""
    payer = people.by_role["payer"]
    async with door.db.transaction() as session:
        await door.signed_in(session, payer.actor)
        token, _ = await create_token(session, actor=payer.actor, name="x", expires_at=None, now=utc_now())
    elsewhere = (await payer.get("/sessions"))["items"]
    return {"session_id": elsewhere[0]["id"], "token_id": token.id}


async def _anew(door: Door, people: People, name: str) -> dict[str, Any]:
    """Return the ids of what an operation is about, made for it alone."""
    path, _, operation = OPERATIONS[name]
    ids: dict[str, Any] = {"user_id": people.guest.id, "outsider": people.outsider.id, "photo_id": new_id()}
    ids["chat_id"] = people.by_role["organizer"].actor.chat_id
    async with door.db.transaction() as session:
        if name in LOCKED | {"read_order", "read_proof"} or operation["tags"][0] in {"debts", "payments"}:
            ids |= await _locked(session, people)
        elif "{" in path:
            ids |= await _active(session, people)
    return ids | (await _of_payer(door, people) if name in OF_PAYER else {})


def _filled(value: Any, ids: dict[str, Any]) -> Any:
    return value.format(**ids) if isinstance(value, str) else value


def _address(name: str, ids: dict[str, Any]) -> str:
    path, _, _ = OPERATIONS[name]
    task = ids.get("taken" if name in TAKEN else "done" if name in DONE else "free")
    attempt = ids.get({"cancel_attempt": "link", "refund": "paid"}.get(name, "claim"))
    purchase_id = ids.get("locked" if name in LOCKED else "purchase_id")
    filled: str = path.format(**{**ids, "task_id": task, "attempt_id": attempt, "purchase_id": purchase_id})
    return filled.removeprefix("/v1") + QUERIES.get(name, "")


class TestTheTable:
    def test_has_a_line_for_every_operation(self) -> None:
        assert TABLE.keys() == OPERATIONS.keys() - {ENDLESS}


class TestEveryOperation:
    @pytest.mark.parametrize("area", sorted({operation["tags"][0] for _, _, operation in OPERATIONS.values()}))
    async def test_tells_each_role_what_is_theirs(self, door: Door, area: str) -> None:
        people = await _people(door)
        nobody = Person(people.outsider.actor, door.http, "nobody's")
        wrong = {}
        for name in (each for each in TABLE if OPERATIONS[each][2]["tags"][0] == area):
            wanted, body = TABLE[name]
            ids = await _anew(door, people, name)
            sent = None if body is None else {key: _filled(value, ids) for key, value in body.items()}
            # Where everybody is told the same, one of them speaks for all.
            asking = ROLES if len(set(wanted[1:])) > 1 or "N" in wanted else ("nobody", "payer")
            told = {}
            for role in asking:
                who = people.by_role.get(role, nobody)
                answer = await who.ask(OPERATIONS[name][1].upper(), _address(name, ids), sent)
                told[role] = "-" if answer.is_success else TOLD.get(answer.status_code, "?")
            if any(wanted[ROLES.index(role)] != heard for role, heard in told.items()):
                wrong[name] = (told, wanted)

        assert wrong == {}
