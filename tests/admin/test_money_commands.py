"""The operators' command line: what it shows, what it changes, whom it asks first, and what it refuses."""

import asyncio
import csv
import io
import json
import os
import re
import stat
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
import pytest_asyncio
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from admin.commands.secrets import NAMES
from admin.showing import show
from core.accounts.hold import Wanted, hold_for_orders
from core.accounts.models import Withdrawal
from core.accounts.withdraw import request_withdrawal
from core.clock import utc_now
from core.db import Database
from core.identity import sessions
from core.identity.actor import Actor
from core.identity.tokens import NAME as JWT
from core.identity.tokens import issue_access_token, read_access_token
from core.ids import SessionId, UserId, new_id
from core.ledger.audit import audit
from core.ledger.balances import balance
from core.ledger.chart import Leg, bank, wallet
from core.ledger.models import Account, Journal, Transfer
from core.ledger.post import post
from core.money import Money
from core.notifications import seal
from core.orders.finish_order import finish_orders
from core.orders.models import Order
from core.orders.place_order import place_order
from core.payments.models import Attempt, NoticeRow, NoticeStatus, Refund
from core.payments.providers import SECRET_NAMES
from core.payments.refund_attempt import refund_by_operator
from core.payments.start_attempt import start_top_up
from core.payments.take_notice import claim_notice, take_notice
from core.payments.take_payment_state import take_payment_state
from core.secrets import Secrets
from sandbox.asking import new_client
from sandbox.bank.app import create_app
from sandbox.bank.client import Bank
from sandbox.bank.shops import STANDARD
from sandbox.serving import Serving
from tests.admin.manage import Manage
from tests.builders import BANK, NO_LIMITS, NOW, funded, paid, person
from tests.sandbox.shop import Till

ROOT = Path(__file__).parents[2]
CARD = "4111111111111111"


async def ordered(session: AsyncSession, actor: Actor, amount_minor: int = 300_00, *, is_held: bool = True) -> Order:
    """Return an order of the actor, whose money is held unless told otherwise."""
    order = await place_order(
        session, actor=actor, amount_minor=amount_minor, currency="RUB", description="Торт", limits=NO_LIMITS, now=NOW
    )
    if is_held:
        await hold_for_orders(session, [Wanted(order.id, order.user_id, order.amount_minor, order.currency)], now=NOW)
    return order


async def withdrawing(session: AsyncSession, actor: Actor, destination: str = "+79123456789") -> Withdrawal:
    return await request_withdrawal(
        session, actor=actor, amount_minor=200_00, currency="RUB", destination=destination, limits=NO_LIMITS, now=NOW
    )


async def topping_up(session: AsyncSession, actor: Actor, amount_minor: int = 500_00) -> Attempt:
    attempt = await start_top_up(
        session, actor=actor, amount_minor=amount_minor, currency="RUB", provider=BANK, limits=NO_LIMITS, now=utc_now()
    )
    await session.flush()
    return attempt


async def noticed(
    session: AsyncSession, body: object = None, *, status: NoticeStatus = NoticeStatus.PARKED, key: str = "n-1"
) -> NoticeRow:
    """Return a stored notice of the bank."""
    notice = NoticeRow(
        provider=BANK, dedup_key=key, event="payment.succeeded", key_id="env", raw=json.dumps(body).encode(),
        headers={}, query={}, peer="127.0.0.1", status=status, next_try_at=NOW, received_at=utc_now(),
    )  # fmt: skip
    session.add(notice)
    await session.flush()
    return notice


async def left(db: Database, actor: Actor) -> int:
    """Return what is in the actor's wallet, after a look at the whole book."""
    async with db.transaction() as session:
        assert await audit(session) == []
        return await balance(session, wallet(actor.user_id, "RUB"))


class TestAnEmptyHouse:
    @pytest.mark.parametrize(
        ("words", "name"),
        [
            ("accounts list", "accounts"),
            ("attempts list --stuck", "attempts"),
            ("ledger accounts", "accounts"),
            ("notices list", "notices"),
            ("orders list", "orders"),
            ("refunds list", "refunds"),
            ("reminders list", "reminders"),
            ("secrets list", "secrets"),
            ("withdrawals list", "withdrawals"),
        ],
    )
    async def test_is_shown_as_one(self, manage: Manage, words: str, name: str) -> None:
        assert (await manage.read(*words.split()))[name] == []
        assert f"{name}: 0" in (await manage.done(*words.split())).stdout

    @pytest.mark.parametrize(
        "words",
        [
            "accounts show", "accounts statement {} RUB", "withdrawals paid {} --yes",
            "withdrawals reject {} --reason no --yes", "orders show", "orders cancel {} --reason no --yes",
            "attempts show", "attempts ask {} --yes", "refunds show", "refunds create {} --yes", "refunds ask {} --yes",
        ],
    )  # fmt: skip
    async def test_refuses_ids_that_it_does_not_have(self, manage: Manage, words: str) -> None:
        words = words if "{}" in words else f"{words} {{}}"
        id_ = "0197a000-0000-7000-8000-000000000000"

        assert "nothing with the id" in await manage.refused(*words.format(id_).split())
        assert "is no id" in await manage.refused(*words.format("0197a00").split())

    @pytest.mark.parametrize(
        "words",
        [
            "orders list --status paid", "attempts list --rail card", "notices list --status lost",
            "refunds list --status new", "withdrawals list --status new", "ledger accounts --kind till",
            "ledger export --since yesterday", "ledger export --format xml", "orders list --limit 0",
            "notices replay", "notices replay 1 --all", "notices replay --all", "notices replay --all --status done",
            "secrets rotate nobody --yes", "reconcile nobody", "withdrawals paid", "orders cancel abcdefgh",
            "orders cancel abcdefgh --reason",
        ],
    )  # fmt: skip
    async def test_calls_wrong_usage_by_its_exit_code(self, manage: Manage, words: str) -> None:
        assert await manage.refused(*words.split(), code=2)

    async def test_refuses_notices_and_accounts_that_it_does_not_have(self, manage: Manage) -> None:
        assert await manage.refused("notices", "show", 7) == "There is no such notice."
        assert await manage.refused("notices", "replay", 7, "--yes") == "There is no such notice."
        assert "no account" in await manage.refused("ledger", "statement", "wallet:RUB:::::0")


class TestAccounts:
    async def test_are_listed_with_their_owners_the_fullest_first(self, manage: Manage, db: Database) -> None:
        async with db.transaction() as session:
            anna, boris = await person(session, "Анна"), await person(session, "Борис")
            for actor, minor in ((anna, 100_50), (boris, 200_00)):
                await funded(session, minor, actor=actor)
            await funded(session, 15_00, actor=anna, currency="EUR")

        found = (await manage.read("accounts", "list", "--currency", "rub"))["accounts"]
        own = (await manage.read("accounts", "list", "--user", anna.user_id))["accounts"]
        table = (await manage.done("accounts", "list")).stdout

        assert [(row["user"], row["balance_minor"], row["currency"]) for row in found] == [
            ("Борис", 200_00, "RUB"), ("Анна", 100_50, "RUB"),
        ]  # fmt: skip
        assert [(row["user_id"], row["currency"]) for row in own] == [
            (str(anna.user_id), "EUR"), (str(anna.user_id), "RUB"),
        ]  # fmt: skip
        assert "100.50 RUB" in table
        assert "15.00 EUR" in table
        assert str(boris.user_id) in table

    async def test_are_shown_with_what_is_held_and_withdrawn(self, manage: Manage, db: Database) -> None:
        async with db.transaction() as session:
            anna = await funded(session, 1000_00)
            await ordered(session, anna)
            await withdrawing(session, anna)

        found = await manage.read("accounts", "show", anna.user_id)
        table = (await manage.done("accounts", "show", anna.user_id)).stdout

        assert found["accounts"] == [{"balance_minor": 500_00, "currency": "RUB"}]
        assert [hold["amount_minor"] for hold in found["holds"]] == [300_00]
        assert [row["destination"] for row in found["withdrawals"]] == ["+79123456789"]
        assert "500.00 RUB" in table

    async def test_have_a_statement_with_a_running_balance(self, manage: Manage, db: Database) -> None:
        async with db.transaction() as session:
            anna = await funded(session, 500_00)
            await withdrawing(session, anna)
        words = ("accounts", "statement", anna.user_id, "RUB")

        lines = (await manage.read(*words))["statement"]
        older = (await manage.read(*words, "--before", lines[0]["version"], "--limit", 5))["statement"]

        assert [(line["kind"], line["change_minor"], line["balance_minor"]) for line in lines] == [
            ("withdrawal", -200_00, 300_00), ("top_up", 500_00, 500_00),
        ]  # fmt: skip
        assert older == lines[1:]
        assert "-200.00 RUB" in (await manage.done(*words)).stdout
        assert "XXX" in await manage.refused("accounts", "statement", anna.user_id, "XXX")

    async def test_are_found_by_the_beginning_of_an_id_if_only_one_begins_so(
        self, manage: Manage, db: Database
    ) -> None:
        async with db.transaction() as session:
            anna, boris = await person(session), await person(session)
        first, second = anna.user_id.hex, boris.user_id.hex
        assert first[:8] == second[:8], "they were made in one moment"
        shared = next(at for at in range(32) if first[at] != second[at])

        assert (await manage.read("accounts", "show", first[: shared + 1]))["user"]["id"] == str(anna.user_id)
        assert "Several" in await manage.refused("accounts", "show", first[:8])


class TestWithdrawals:
    async def test_are_listed_by_status(self, manage: Manage, db: Database) -> None:
        async with db.transaction() as session:
            request = await withdrawing(session, await funded(session, 500_00))

        [row] = (await manage.read("withdrawals", "list", "--status", "requested"))["withdrawals"]

        assert (row["id"], row["amount_minor"], row["user"]) == (str(request.id), 200_00, "Анна")
        assert "200.00 RUB" in (await manage.done("withdrawals", "list")).stdout
        assert (await manage.read("withdrawals", "list", "--status", "paid"))["withdrawals"] == []

    async def test_are_paid_in_the_name_of_an_operator_once(self, manage: Manage, db: Database) -> None:
        async with db.transaction() as session:
            anna = await funded(session, 500_00)
            request = await withdrawing(session, anna)
        words = ("withdrawals", "paid", request.id, "--operator", "olga", "--yes")

        for _ in range(2):
            found = (await manage.read(*words))["withdrawal"]
            assert (found["status"], found["operator"]) == ("paid", "olga")

        assert await left(db, anna) == 300_00
        async with db.transaction() as session:
            assert await balance(session, bank("RUB")) == -200_00
            journal = await session.scalar(select(Journal).where(Journal.kind == "payout"))
        assert journal is not None
        assert journal.meta == {"operator": "olga"}
        assert "settled already" in await manage.refused("withdrawals", "reject", request.id, "--reason", "x", "--yes")

    async def test_go_back_for_a_reason(self, manage: Manage, db: Database) -> None:
        async with db.transaction() as session:
            anna = await funded(session, 500_00)
            request = await withdrawing(session, anna)

        assert "--reason" in await manage.refused("withdrawals", "reject", request.id, "--reason", "  ", code=2)
        done = await manage.read("withdrawals", "reject", request.id, "--reason", "no such phone", "--yes")

        assert (done["withdrawal"]["status"], done["withdrawal"]["reason"]) == ("rejected", "no such phone")
        assert await left(db, anna) == 500_00

    @pytest.mark.parametrize("answer", ["n\n", "\n", ""])
    async def test_stay_as_they_are_when_the_operator_declines(self, manage: Manage, db: Database, answer: str) -> None:
        async with db.transaction() as session:
            anna = await funded(session, 500_00)
            request = await withdrawing(session, anna)

        said = await manage.refused("withdrawals", "paid", request.id, said=answer)

        assert "200.00 RUB was sent to '+79123456789'. Record that?" in said
        assert (await manage.read("withdrawals", "list"))["withdrawals"][0]["status"] == "requested"
        assert await left(db, anna) == 300_00

    async def test_are_paid_when_the_operator_agrees_and_only_json_stands_on_stdout(
        self, manage: Manage, db: Database
    ) -> None:
        async with db.transaction() as session:
            request = await withdrawing(session, await funded(session, 500_00))

        result = await manage.done("withdrawals", "paid", request.id, "--json", said="Y\n")

        assert json.loads(result.stdout)["withdrawal"]["status"] == "paid"

    async def test_do_not_steer_the_terminal(self, manage: Manage, db: Database) -> None:
        async with db.transaction() as session:
            await withdrawing(session, await funded(session, 500_00), destination="\x1b[2J[red]card")

        shown = (await manage.done("withdrawals", "list")).stdout

        assert "\x1b" not in shown
        assert "[red]card" in shown


class TestOrders:
    async def test_are_listed_by_status_person_and_age(self, manage: Manage, db: Database) -> None:
        async with db.transaction() as session:
            anna, boris = await funded(session, 500_00), await funded(session, 500_00)
            first, second = await ordered(session, anna), await ordered(session, boris)
            first.created_at, second.created_at = utc_now(), utc_now() - timedelta(hours=2)

        async def ids(*words: object) -> set[str]:
            return {row["id"] for row in (await manage.read("orders", "list", *words))["orders"]}

        assert await ids("--status", "new") == {str(first.id), str(second.id)}
        assert await ids("--status", "finished") == set()
        assert await ids("--user", anna.user_id) == {str(first.id)}
        assert await ids("--older-than", 60) == {str(second.id)}
        assert len(await ids("--limit", 1)) == 1
        assert "300.00 RUB" in (await manage.done("orders", "list")).stdout

    async def test_are_shown_with_their_hold_and_journals(self, manage: Manage, db: Database) -> None:
        async with db.transaction() as session:
            order = await ordered(session, await funded(session, 500_00))

        found = await manage.read("orders", "show", order.id)

        assert (found["hold"]["status"], found["attempt"]) == ("held", None)
        assert [(line["kind"], line["amount_minor"]) for line in found["journals"]] == [("hold", 300_00)]
        assert f"order:{order.id}:pay" in (await manage.done("orders", "show", order.id)).stdout

    async def test_are_cancelled_in_the_name_of_an_operator_and_the_money_is_back(
        self, manage: Manage, db: Database
    ) -> None:
        async with db.transaction() as session:
            anna = await funded(session, 500_00)
            order = await ordered(session, anna)
        words = ("orders", "cancel", order.id, "--reason", "twice", "--operator", "olga")

        await manage.refused(*words, said="n\n")
        assert await left(db, anna) == 200_00
        for _ in range(2):
            found = (await manage.read(*words, "--yes"))["order"]
            assert (found["status"], found["reason"]) == ("cancelled", "twice (operator: olga)")

        assert await left(db, anna) == 500_00

    async def test_that_are_finished_stay_so(self, manage: Manage, db: Database) -> None:
        async with db.transaction() as session:
            order = await ordered(session, await funded(session, 500_00))
            await finish_orders(session, [order.id], now=NOW)

        assert "finished" in await manage.refused("orders", "cancel", order.id, "--reason", "late", "--yes")


class TestAttempts:
    async def test_are_listed_by_status_provider_and_rail_or_when_they_are_stuck(
        self, manage: Manage, db: Database
    ) -> None:
        async with db.transaction() as session:
            anna = await funded(session, 100_00)
            fresh, old = await topping_up(session, anna), await topping_up(session, anna)
            old.created_at = utc_now() - timedelta(hours=2)

        async def count(*words: object) -> int:
            return len((await manage.read("attempts", "list", *words))["attempts"])

        assert (await count(), await count("--status", "succeeded"), await count("--rail", "wallet")) == (3, 1, 0)
        assert (await count("--provider", BANK), await count("--provider", "stripe")) == (3, 0)
        [stuck] = (await manage.read("attempts", "list", "--stuck"))["attempts"]
        assert stuck["id"] == str(old.id)
        assert str(fresh.id) in (await manage.done("attempts", "list")).stdout

    async def test_are_shown_with_refunds_journals_and_the_notices_that_speak_of_them(
        self, manage: Manage, db: Database
    ) -> None:
        async with db.transaction() as session:
            await funded(session, 500_00)
            attempt = (await session.scalars(select(Attempt))).one()
            by_payment = await noticed(session, {"object": {"id": attempt.provider_payment_id}}, key="1")
            by_attempt = await noticed(session, {"metadata": {"attempt_id": str(attempt.id)}}, key="2")
            await noticed(session, {"object": {"id": "another"}}, key="3")
        await manage.done("refunds", "create", attempt.id, "--amount", "20.00", "--yes")

        found = await manage.read("attempts", "show", attempt.id)

        assert found["attempt"]["provider_payment_id"] == attempt.provider_payment_id
        assert [notice["id"] for notice in found["notices"]] == [by_payment.id, by_attempt.id]
        assert [refund["amount_minor"] for refund in found["refunds"]] == [20_00]
        assert [line["kind"] for line in found["journals"]] == ["top_up", "refund_reserved"]
        assert "500.00 RUB" in (await manage.done("attempts", "show", attempt.id)).stdout

    async def test_are_asked_about_now_until_they_have_ended(self, manage: Manage, db: Database) -> None:
        async with db.transaction() as session:
            attempt = await topping_up(session, await person(session))
            attempt.next_call_at = utc_now() + timedelta(days=1)
        words = ("attempts", "ask", attempt.id, "--operator", "olga")

        await manage.refused(*words, said="n\n")
        assert (await _one(db, Attempt, attempt.id)).next_call_at > utc_now()
        await manage.done(*words, "--yes")
        assert (await _one(db, Attempt, attempt.id)).next_call_at <= utc_now()
        assert [one["operator"] for one in (await manage.read("actions", "list"))["actions"]] == ["olga"]

        async with db.transaction() as session:
            await funded(session, 1_00)
            ended = (await session.scalars(select(Attempt).where(Attempt.status == "succeeded"))).one()
        assert "nothing to ask" in await manage.refused("attempts", "ask", ended.id, "--yes")


class TestNotices:
    async def test_are_listed_by_status_and_provider(self, manage: Manage, db: Database) -> None:
        async with db.transaction() as session:
            parked = await noticed(session)
            await noticed(session, status=NoticeStatus.DONE, key="n-2")

        [row] = (await manage.read("notices", "list", "--status", "parked", "--provider", BANK))["notices"]

        assert row["id"] == parked.id
        assert (await manage.read("notices", "list", "--provider", "stripe"))["notices"] == []
        assert "payment.succeeded" in (await manage.done("notices", "list")).stdout

    @pytest.mark.parametrize("words", [(), ("--json",)])
    async def test_are_shown_without_the_numbers_of_cards(
        self, manage: Manage, db: Database, words: tuple[str, ...]
    ) -> None:
        body = {"card": CARD, "said": "4111 1111 1111 1111 it was", "number": int(CARD), "id": "2f9a7000" * 4, "n": 12}
        async with db.transaction() as session:
            notice = await noticed(session, body)

        shown = (await manage.done("notices", "show", notice.id, *words)).stdout

        assert CARD not in shown
        assert "4111 1111" not in shown
        assert shown.count("411111******1111") == 3
        assert "2f9a7000" * 4 in shown

    async def test_replayed_twice_act_once(self, manage: Manage, db: Database) -> None:
        async with db.transaction() as session:
            anna = await person(session)
            attempt = await topping_up(session, anna)
            notice = await noticed(session)

        for _ in range(2):
            await manage.done("notices", "replay", notice.id, notice.id, "--yes", "--operator", "olga")
            async with db.transaction() as session:
                due = await claim_notice(session, providers=[BANK], now=utc_now())
                assert due is not None
            async with db.transaction() as session:
                state = paid(attempt, payment_id="p-1")
                assert await take_notice(session, due, payment=state, now=utc_now()) == NoticeStatus.DONE

        assert await left(db, anna) == 500_00

    async def test_are_replayed_together_by_status(self, manage: Manage, db: Database) -> None:
        async with db.transaction() as session:
            parked = [(await noticed(session, key=f"n-{number}")).id for number in range(3)]
            await noticed(session, status=NoticeStatus.DONE, key="done")
        words = ("notices", "replay", "--all", "--status", "parked")

        assert "3 notices" in await manage.refused(*words, said="n\n")
        assert len((await manage.read("notices", "list", "--status", "parked"))["notices"]) == 3
        replayed = (await manage.read(*words, "--yes"))["notices"]

        assert [row["id"] for row in replayed] == parked
        assert len((await manage.read("notices", "list", "--status", "stored"))["notices"]) == 3


class TestRefunds:
    async def test_are_begun_for_a_part_in_the_name_of_an_operator(self, manage: Manage, db: Database) -> None:
        async with db.transaction() as session:
            anna = await funded(session, 500_00)
            attempt = (await session.scalars(select(Attempt))).one()
        words = ("refunds", "create", attempt.id, "--amount", "12.50", "--operator", "olga")

        assert "12.50 RUB" in await manage.refused(*words, said="n\n")
        assert await left(db, anna) == 500_00
        made = (await manage.read(*words, "--yes"))["refund"]
        [listed] = (await manage.read("refunds", "list", "--status", "pending"))["refunds"]
        shown = await manage.read("refunds", "show", made["id"])

        assert (made["amount_minor"], made["operator"], listed["id"]) == (12_50, "olga", made["id"])
        assert [line["amount_minor"] for line in shown["journals"]] == [12_50]
        assert await left(db, anna) == 487_50
        assert "12.50 RUB" in (await manage.done("refunds", "list")).stdout
        assert "under way" in await manage.refused(*words, "--yes")

    @pytest.mark.parametrize(
        ("amount", "sentence"),
        [("500.01", "not above 500.00 RUB"), ("12,50", "not written right"), ("0", "above zero")],
    )
    async def test_of_no_right_amount_are_refused(
        self, manage: Manage, db: Database, amount: str, sentence: str
    ) -> None:
        async with db.transaction() as session:
            await funded(session, 500_00)
            attempt = (await session.scalars(select(Attempt))).one()

        assert sentence in await manage.refused("refunds", "create", attempt.id, "--amount", amount, "--yes")

    async def test_are_asked_about_now_unless_that_might_give_back_twice(self, manage: Manage, db: Database) -> None:
        async with db.transaction() as session:
            await funded(session, 500_00)
            attempt = (await session.scalars(select(Attempt))).one()
        made = (await manage.read("refunds", "create", attempt.id, "--yes"))["refund"]
        async with db.transaction() as session:
            refund = (await session.scalars(select(Refund))).one()
            refund.next_call_at = utc_now() + timedelta(days=1)

        await manage.done("refunds", "ask", made["id"], "--yes")
        assert (await _one(db, Refund, refund.id)).next_call_at <= utc_now()

        async with db.transaction() as session:
            (await session.scalars(select(Refund))).one().asked_at = utc_now() - timedelta(days=2)
        assert "twice" in await manage.refused("refunds", "ask", made["id"], "--yes")


class TestTheLedger:
    async def test_lists_accounts_with_what_they_hold(self, manage: Manage, db: Database) -> None:
        async with db.transaction() as session:
            anna = await funded(session, 500_00)

        [row] = (await manage.read("ledger", "accounts", "--kind", "wallet"))["accounts"]

        assert (row["name"], row["balance_minor"]) == (str(wallet(anna.user_id, "RUB")), 500_00)
        assert "500.00 RUB" in (await manage.done("ledger", "accounts")).stdout

    async def test_has_a_statement_of_every_account(self, manage: Manage, db: Database) -> None:
        async with db.transaction() as session:
            anna = await funded(session, 500_00)
            await manage_payout(session, anna)

        [line] = (await manage.read("ledger", "statement", str(bank("RUB"))))["statement"]

        assert (line["change_minor"], line["balance_minor"], line["currency"]) == (-200_00, -200_00, "RUB")
        assert "-200.00 RUB" in (await manage.done("ledger", "statement", str(bank("RUB")), "--limit", 1)).stdout

    @pytest.mark.parametrize("form", ["csv", "json", "jsonl"])
    async def test_is_exported_so_that_the_sums_are_its_own(
        self, manage: Manage, db: Database, tmp_path: Path, form: str
    ) -> None:
        async with db.transaction() as session:
            anna = await funded(session, 500_00)
            await funded(session, 300_00, currency="EUR")
            await ordered(session, anna)
            await withdrawing(session, anna)
        file = tmp_path / f"book.{form}"

        printed = (await manage.done("ledger", "export", "--format", form)).stdout_bytes
        result = await manage.done("ledger", "export", "--format", form, "--output", file)

        assert (result.stdout, "4 transfers" in result.stderr) == ("", True)
        assert not file.with_name(f"{file.name}.part").exists()
        assert file.read_bytes() == printed
        debits, credits_ = Counter[str](), Counter[str]()
        for row in _parsed(printed.decode(), form):
            debits[row["debit"]] += int(row["amount_minor"])
            credits_[row["credit"]] += int(row["amount_minor"])
        async with db.transaction() as session:
            accounts = list(await session.scalars(select(Account)))
        assert {account.name: (account.debits, account.credits) for account in accounts} == {
            account.name: (debits[account.name], credits_[account.name]) for account in accounts
        }
        assert sum(debits.values()) == 500_00 + 300_00 + 300_00 + 200_00

    async def test_is_exported_for_a_span_of_time(self, manage: Manage, db: Database) -> None:
        async with db.transaction() as session:
            await funded(session, 500_00)  # on the first of June 2026

        async def count(*words: str) -> int:
            return len(
                json.loads((await manage.done("ledger", "export", "--format", "json", *words)).stdout)["transfers"]
            )

        assert await count("--since", "2026-06-01", "--until", "2026-06-02") == 1
        assert await count("--until", "2026-06-01T12:00:00Z") == 0
        assert await count("--since", "2026-06-01T15:00:01+03:00") == 0

    async def test_is_exported_in_cells_that_no_spreadsheet_runs(self, manage: Manage, db: Database) -> None:
        key = '=HYPERLINK("http://evil","a,b")'
        async with db.transaction() as session:
            anna = await funded(session, 500_00)
            leg = Leg(wallet(anna.user_id, "RUB"), bank("RUB"), 1_00)
            await post(session, key=key, kind="payout", legs=[leg], now=NOW)

        printed = (await manage.done("ledger", "export")).stdout_bytes.decode()
        *_, row = _parsed(printed, "csv")

        assert row["journal_key"] == f"'{key}"
        assert row["amount"] == "1.00"
        assert printed.count("\r\n") == printed.count("\n") == 3

    async def test_is_exported_a_part_at_a_time(self, db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
        from core.ledger import transfers

        monkeypatch.setattr(transfers, "AT_ONCE", 2)
        async with db.transaction() as session:
            anna = await person(session)
            for _ in range(5):
                await funded(session, 1_00, actor=anna)

        async with db.transaction() as session:
            found = [line.amount_minor async for line in transfers.all_transfers(session)]

        assert found == [1_00] * 5


async def manage_payout(session: AsyncSession, actor: Actor) -> None:
    """Let 200 of a wallet leave through the bank."""
    leg = Leg(wallet(actor.user_id, "RUB"), bank("RUB"), 200_00)
    await post(session, key="payout:of-a-test", kind="payout", legs=[leg], now=NOW)


def _parsed(text: str, form: str) -> list[dict[str, Any]]:
    match form:
        case "csv":
            return list(csv.DictReader(io.StringIO(text, newline="")))
        case "json":
            return list(json.loads(text)["transfers"])
        case _:
            return [json.loads(line) for line in text.splitlines()]


async def _one(db: Database, kind: type[Any], identity: object) -> Any:
    async with db.transaction() as session:
        return await session.get_one(kind, identity)


class TestReconciliation:
    @pytest_asyncio.fixture
    async def till(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[Bank, Till]]:
        serving = Serving(create_app(data_path=tmp_path / "bank"), "127.0.0.1", 0)
        await serving.start()
        monkeypatch.setenv("SANDBOX_BANK_PORT", serving.url.rpartition(":")[2])
        async with (
            Bank.connect(serving.url) as bank,
            new_client(base_url=serving.url, timeout=10) as http,
        ):
            yield bank, Till(http, STANDARD)
        await serving.stop()

    async def test_finds_a_payment_that_nobody_told_us_of_and_mends_it(
        self, manage: Manage, db: Database, till: tuple[Bank, Till]
    ) -> None:
        async with db.transaction() as session:
            anna = await person(session)
            attempt = await topping_up(session, anna)
        made = await till[1].create("500.00", metadata={"attempt_id": str(attempt.id)})
        await till[0].pay(made["id"])

        found = await manage.read("reconcile", "standard", code=1)

        assert found["differences"] == [
            {
                "provider": "standard", "payment_id": made["id"], "attempt_id": str(attempt.id),
                "provider_says": "succeeded", "we_said": "created", "done": "done",
            }
        ]  # fmt: skip
        assert await left(db, anna) == 500_00
        again = await manage.done("reconcile")
        assert "differences: 0" in again.stdout
        assert "yookassa, standard" in again.stderr

    async def test_says_who_does_not_answer(self, manage: Manage, till: tuple[Bank, Till]) -> None:
        await till[0].misbehave("fail_before", times=100)

        result = await manage("reconcile", "standard")

        assert (result.exit_code, "No exact answer: standard" in result.stderr) == (1, True)

    async def test_needs_a_provider_that_is_set_up_and_lists(self, manage: Manage) -> None:
        assert await manage.refused("reconcile", "stripe") == "stripe is not set up."
        assert await manage.refused("reconcile", "telegram") == "telegram does not list its payments."


class TestSecrets:
    async def test_follow_one_another_with_an_overlap_and_stay_unseen(self, manage: Manage, tmp_path: Path) -> None:
        secrets = Secrets(tmp_path / "secrets.json")
        old = secrets.newest(seal.NAME, utc_now())

        result = await manage.done("secrets", "rotate", seal.NAME, "--yes", "--operator", "olga")
        listed = (await manage.read("secrets", "list"))["secrets"]

        new = secrets.newest(seal.NAME, utc_now())
        assert new.value not in result.output
        assert old.value not in json.dumps(listed)
        assert [one["operator"] for one in (await manage.read("actions", "list"))["actions"]] == ["olga"]
        assert [(row["name"], row["kid"]) for row in listed] == [(seal.NAME, new.kid), (seal.NAME, old.kid)]
        assert "buttons" in (await manage.done("secrets", "list")).stdout
        assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600
        for hours, count in ((71, 2), (73, 1)):
            assert len(secrets.active(seal.NAME, utc_now() + timedelta(hours=hours))) == count

    async def test_of_sign_ins_follow_one_another_and_sign_nobody_out(self, manage: Manage, secrets: Secrets) -> None:
        user_id, session_id = UserId(new_id()), SessionId(new_id())
        tokens = []
        for _ in range(2):
            tokens.append(issue_access_token(user_id=user_id, session_id=session_id, secrets=secrets, now=utc_now()))
            await manage.done("secrets", "rotate", "jwt", "--yes")

        assert len({jwt.get_unverified_header(token)["kid"] for token in tokens}) == 2
        for token in tokens:
            assert read_access_token(token, secrets=secrets, now=utc_now()).user_id == user_id

    async def test_are_shown_once_when_it_is_asked_for(self, manage: Manage, tmp_path: Path) -> None:
        words = ("secrets", "rotate", "standard_webhook_secret", "--overlap-hours", 0, "--yes", "--show")

        value = (await manage.read(*words))["secret"]["value"]

        secrets = Secrets(tmp_path / "secrets.json")
        assert [one.value for one in secrets.active("standard_webhook_secret", utc_now())] == [value]
        assert value.startswith("whsec_")

    async def test_of_a_provider_are_read_from_stdin(self, manage: Manage, tmp_path: Path) -> None:
        words = ("secrets", "rotate", "stripe_webhook_secret")

        assert "provider chooses" in await manage.refused(*words, "--yes")
        assert "--yes" in await manage.refused(*words, "--value-from-stdin", code=2, said="whsec_1\n")
        assert "no value" in await manage.refused(*words, "--value-from-stdin", "--yes", code=2, said="\n")
        result = await manage.done(*words, "--value-from-stdin", "--yes", said="whsec_from_stripe\n")

        assert "from_stripe" not in result.output
        newest = Secrets(tmp_path / "secrets.json").newest("stripe_webhook_secret", utc_now())
        assert newest.value == "whsec_from_stripe"

    async def test_that_could_verify_nothing_are_refused(self, manage: Manage, tmp_path: Path) -> None:
        words = ("secrets", "rotate", "standard_webhook_secret", "--value-from-stdin", "--yes")

        assert "cannot be" in await manage.refused(*words, said="whsec_not base64\n")
        assert not (tmp_path / "secrets.json").exists()

    async def test_stay_as_they_are_when_the_operator_declines(self, manage: Manage, tmp_path: Path) -> None:
        await manage.refused("secrets", "rotate", seal.NAME, said="n\n")

        assert not (tmp_path / "secrets.json").exists()

    async def test_that_are_damaged_are_told_without_a_word_of_them(self, manage: Manage, tmp_path: Path) -> None:
        (tmp_path / "secrets.json").write_text('{"buttons": "hidden"')

        said = await manage.refused("secrets", "list")

        assert "is no file of secrets" in said
        assert "hidden" not in said

    def test_are_all_named_in_the_help(self) -> None:
        assert set(re.findall(r"\w+", NAMES)) - {"or"} == {*SECRET_NAMES, seal.NAME, JWT, sessions.KEY}


class TestTheProcess:
    async def test_prints_one_document_and_needs_no_telegram_and_no_web_server(self, database_url: str) -> None:
        program = (
            "import sys\nfrom admin.__main__ import app\n"
            "app(sys.argv[1:], standalone_mode=False)\n"
            "sys.exit(','.join({'aiogram', 'fastapi', 'uvicorn'} & sys.modules.keys()) or 0)"
        )
        environment = {"DATABASE_URL": database_url, "PATH": os.defpath}

        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", program, "orders", "list", "--json",
            cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        out, err = await process.communicate()

        assert (process.returncode, err) == (0, b"")
        assert json.loads(out) == {"orders": []}

    def test_keeps_ids_and_amounts_whole_on_a_narrow_terminal(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("COLUMNS", "80")
        monkeypatch.setenv("FORCE_COLOR", "1")  # by which the table takes this for a terminal
        id_ = "0197a000-0000-7000-8000-000000000000"
        amount = {"amount_minor": 123456789, "currency": "JPY"}

        show({"things": [{"id": id_, **amount, "said": "word " * 20, "more": "word " * 20}]}, as_json=False)

        shown = capsys.readouterr().out
        assert id_ in shown
        assert "123456789 JPY" in shown

    async def test_keeps_no_transfer_of_what_it_refused(self, manage: Manage, db: Database) -> None:
        async with db.transaction() as session:
            await funded(session, 500_00)
            attempt = (await session.scalars(select(Attempt))).one()

        await manage.refused("refunds", "create", attempt.id, "--amount", "600", "--yes")

        async with db.transaction() as session:
            assert len((await session.scalars(select(Transfer))).all()) == 1


class TestSuspense:
    async def test_goes_once_to_the_wallet_of_whose_it_is(self, manage: Manage, db: Database) -> None:
        async with db.transaction() as session:
            anna, boris = await person(session), await person(session)
            attempt = await topping_up(session, anna)
            state = replace(paid(attempt, payment_id="odd"), amount=Money(77_00, "RUB"))
            await take_payment_state(session, provider=BANK, state=state, now=NOW)
        [money] = (await manage.read("suspense", "list"))["suspense"]
        assert (money["amount_minor"], money["placed"]) == (77_00, False)

        words = ("suspense", "place", money["key"], anna.user_id, "--operator", "olga")
        await manage.refused(*words, said="n\n")
        for _ in range(2):
            await manage.done(*words, "--yes")
        told = await manage.refused("suspense", "place", money["key"], boris.user_id, "--yes")

        assert "another wallet" in told
        async with db.transaction() as session:
            assert await balance(session, wallet(anna.user_id, "RUB")) == 77_00
            assert await balance(session, wallet(boris.user_id, "RUB")) == 0
            assert await audit(session) == []
        assert (await manage.read("suspense", "list"))["suspense"][0]["placed"] is True


class TestAStuckRefund:
    @pytest.mark.parametrize(
        ("outcome", "status", "left"), [("given-back", "succeeded", 0), ("not-given-back", "canceled", 500_00)]
    )
    async def test_ends_as_an_operator_saw_it_at_the_provider(
        self, manage: Manage, db: Database, outcome: str, status: str, left: int
    ) -> None:
        async with db.transaction() as session:
            anna = await funded(session, 500_00)
            [attempt_id] = await session.scalars(select(Attempt.id))
            refund = await refund_by_operator(session, operator="olga", attempt_id=attempt_id, now=NOW)

        await manage.done("refunds", "settle", refund.id, outcome, "--yes", "--operator", "olga")

        async with db.transaction() as session:
            assert (await session.get_one(Refund, refund.id)).status == status
            assert await balance(session, wallet(anna.user_id, "RUB")) == left
            assert await audit(session) == []
        await manage.refused("refunds", "settle", refund.id, outcome, "--yes")


class TestActions:
    async def test_of_operators_are_written_down_in_the_transaction_that_does_them(
        self, manage: Manage, db: Database
    ) -> None:
        async with db.transaction() as session:
            anna = await funded(session, 500_00)
            withdrawal = await withdrawing(session, anna)

        await manage.done("withdrawals", "paid", withdrawal.id, "--yes", "--operator", "olga")
        refused = await manage(
            "withdrawals", "reject", withdrawal.id, "--reason", "late", "--yes", "--operator", "igor"
        )

        assert refused.exit_code == 1
        listed = json.loads((await manage.done("actions", "list", "--json")).stdout)["actions"]
        done = [(one["operator"], one["action"], one["subject"]) for one in listed]
        assert done == [("olga", "withdrawals paid", str(withdrawal.id))]
