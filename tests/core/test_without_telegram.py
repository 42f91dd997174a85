"""Whoever signs in by a password alone takes part as everybody does, and nothing waits for a chat that is not there."""

import json
from datetime import time

import pytest_asyncio
from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from core.db import Database
from core.identity.actor import Actor
from core.identity.models import Chat, User
from core.identity.personal_tokens import create_token
from core.identity.reachability import address_of
from core.identity.set_password import set_password
from core.identity.sign_in_with_code import issue_sign_in_code
from core.identity.whose_token import Caller
from core.ids import EventId, PurchaseId, SessionId, new_id
from core.notifications.deliver import claim_due, record_unreachable
from core.notifications.models import Delivery, Notification
from core.outbox.event import REGISTRY
from core.outbox.models import OutboxRow
from core.payments.claim_paid import claim_paid
from core.payments.confirm_received import confirm_received
from core.personal_data.erase_person import erase_person
from core.personal_data.export_person import export_person
from core.purchases.answer_invite import answer_invite
from core.purchases.invite_person import invite_person
from core.purchases.models import Purchase
from core.reports.purchase_report import purchase_report
from core.secrets import Secrets
from tests.builders import GROUP, NOW, WEEK, lock, purchase, spending
from tests.core.identity.signing_in import PASSWORD, actor_of, registered
from tests.core.personal_data.test_erasing import everything
from workers.reactions import notify


@pytest_asyncio.fixture
async def people(db: Database, secrets: Secrets) -> tuple[Actor, Actor]:
    """Return two people without Telegram who may be told anything at any hour."""
    found = [actor_of(await registered(db, secrets, name)) for name in ("Ярослава", "Бронислав")]
    async with db.transaction() as session:
        await session.execute(update(User).values(quiet_from=time(0), quiet_until=time(0)))
    return found[0], found[1]


async def bought(session: AsyncSession, anna: Actor, boris: Actor) -> PurchaseId:
    """Let Boris, who is invited to a purchase of a group, owe Anna and pay."""
    dacha = await purchase(session, anna)
    chat = Chat(
        telegram_id=GROUP.telegram_id, kind="group", title="Дача", language="ru", currency="RUB", created_at=NOW
    )
    session.add(chat)
    await session.flush()
    dacha.chat_id = chat.id
    invite = await invite_person(session, actor=anna, purchase_id=dacha.id, invitee_id=boris.user_id, now=NOW)
    await answer_invite(session, actor=boris, invite_id=invite.id, accept=True, now=NOW)
    await spending(session, anna, dacha, 1000)
    [intent] = await lock(session, anna, dacha)
    claim = await claim_paid(session, actor=boris, intent_id=intent.id, confirm_within=WEEK, now=NOW)
    await confirm_received(session, actor=anna, attempt_id=claim.id, now=NOW)
    await session.flush()
    return dacha.id


async def tell(session: AsyncSession) -> None:
    """Queue what people are told of all that has happened."""
    for row in list(await session.scalars(select(OutboxRow).order_by(OutboxRow.id))):
        event = REGISTRY[row.event_name].model_validate(row.payload)
        await notify.react(session, event, EventId(row.event_id))


class TestWhoHasNoTelegram:
    async def test_buys_and_pays_and_stands_in_the_report(self, db: Database, people: tuple[Actor, Actor]) -> None:
        anna, boris = people
        async with db.transaction() as session:
            purchase_id = await bought(session, anna, boris)

            report = await purchase_report(
                session, purchase_id=purchase_id, reader_id=boris.user_id, language="ru", now=NOW
            )

        assert sorted(report.names.values()) == ["Бронислав", "Ярослава"]
        assert [debt.paid_minor for debt in report.debts] == [500]

    async def test_is_waited_for_by_no_message_and_asked_in_no_group(
        self, db: Database, people: tuple[Actor, Actor]
    ) -> None:
        async with db.transaction() as session:
            await bought(session, *people)
            await tell(session)
        async with db.transaction() as session:
            while (outgoing := await claim_due(session, bot_username="bot")) is not None:
                assert outgoing.telegram_chat_id is None
                address = await address_of(session, outgoing.user_id or people[0].user_id)
                await record_unreachable(session, outgoing, reach=address.reach)  # type: ignore[arg-type]
                await session.flush()

            told = list(await session.scalars(select(Notification)))
        assert len(told) > 3
        assert {(each.status, each.chat_id) for each in told} == {(Delivery.FAILED, None)}

    async def test_has_a_name_and_no_chat(self, db: Database, secrets: Secrets) -> None:
        anna = actor_of(await registered(db, secrets, "Anna"))

        async with db.transaction() as session:
            address = await address_of(session, anna.user_id)

        assert (address.name, address.telegram_id, address.reach) == ("Anna", None, "not_started")

    async def test_gets_what_is_known_of_them_without_what_opens_their_doors(
        self, db: Database, people: tuple[Actor, Actor]
    ) -> None:
        anna, boris = people
        async with db.transaction() as session:
            await bought(session, anna, boris)
            _, written = await create_token(session, actor=anna, name="backup", expires_at=None, now=NOW)
            code = await issue_sign_in_code(session, actor=anna, now=NOW)
            await session.flush()

            document = json.loads(await export_person(session, user_id=anna.user_id, now=NOW))

        records = document["records"]
        assert records["identity.passwords"][0]["name"] == "Ярослава"
        assert records["identity.sessions"][0]["client"] == "Firefox"
        assert records["identity.personal_tokens"][0]["name"] == "backup"
        assert len(records["identity.sign_in_codes"]) == 1
        assert "argon2" not in json.dumps(document)
        for secret in (written, code):
            assert secret not in json.dumps(document)

    async def test_is_forgotten_with_all_that_they_signed_in_by(
        self, db: Database, people: tuple[Actor, Actor]
    ) -> None:
        anna, boris = people
        here = Caller(boris, session_id=SessionId(new_id()))
        await set_password(
            db, caller=here, name="bronya77", password="battery staple", current_password=PASSWORD, code=None, now=NOW
        )
        async with db.transaction() as session:
            purchase_id = await bought(session, anna, boris)
            (await session.get_one(Purchase, purchase_id)).title = "Подарок для bronya77"
            await create_token(session, actor=boris, name="boris laptop", expires_at=None, now=NOW)
            await issue_sign_in_code(session, actor=boris, now=NOW)
            await session.flush()
            await erase_person(session, user_id=boris.user_id, now=NOW)
            await session.execute(text("DELETE FROM messaging.outbox"))

            rows = (await everything(session)).lower().splitlines()

        telling = ("бронислав", "bronya77", "laptop")
        assert [row for row in rows for word in telling if word in row] == []
        kept = [row.partition(":")[0] for row in rows if "identity." in row and str(boris.user_id) in row]
        assert kept == ["identity.users"]
