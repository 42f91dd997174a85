"""Whatever is killed between any two steps of an order, a payment or a refund, no total changes once it goes on."""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest_asyncio
from pydantic import SecretStr
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from core.clock import utc_now
from core.db import Database
from core.idempotency.run_once import Answer, run_once
from core.identity.actor import Actor
from core.ids import EventId
from core.ledger.audit import audit
from core.ledger.balances import balance, provider_totals
from core.ledger.chart import wallet
from core.orders.models import Order
from core.orders.place_order import place_order
from core.outbox.drain import drain
from core.outbox.envelope import Envelope
from core.payments.models import Attempt, AttemptStatus
from core.payments.provider import PaymentRequest, PaymentState, RefundRequest, RefundState
from core.payments.provider_calls import claim_call
from core.payments.providers.asking import new_client
from core.payments.providers.standard import Standard
from core.payments.refund_attempt import NothingToRefund, RefundUnderWay, refund_attempt
from core.payments.start_attempt import start_attempt
from core.payments.take_refund_state import claim_refund_call
from core.secrets import Secrets
from core.settlement.models import Intent
from sandbox.bank.app import create_app
from sandbox.bank.client import Bank
from sandbox.bank.shops import STANDARD
from sandbox.serving import Serving
from tests.builders import LIMITS, debt, funded
from workers.effects.payments import ask_for_refund, ask_provider
from workers.handle import handle
from workers.subscriptions import SUBSCRIPTIONS


class Killed(BaseException):
    """The process is gone: nothing that would tidy up runs but what the database and the network do by themselves."""


@dataclass
class Fate:
    """Counts the steps of a flow and kills at one of them; `at` is None for a life without accidents."""

    at: int | None = None
    steps: int = 0

    def step(self) -> None:
        """Come to the next place at which a process may die."""
        self.steps += 1
        if self.steps == self.at:
            raise Killed


@dataclass
class Mortal:
    """A database whose process may die right before and right after each commit."""

    db: Database
    fate: Fate = field(default_factory=Fate)

    @contextlib.asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        async with self.db.transaction() as session:
            yield session
            await session.flush()
            self.fate.step()
        self.fate.step()

    def ring(self) -> None:
        """Wake nobody: the test does each step itself."""


class MortalProvider(Standard):
    """A provider whose caller may die right before the call, or before it reads the answer."""

    fate: Fate = Fate()

    async def create(self, request: PaymentRequest) -> PaymentState:
        self.fate.step()
        state = await super().create(request)
        self.fate.step()
        return state

    async def fetch(self, payment_id: str) -> PaymentState:
        self.fate.step()
        state = await super().fetch(payment_id)
        self.fate.step()
        return state

    async def refund(self, request: RefundRequest) -> RefundState:
        self.fate.step()
        state = await super().refund(request)
        self.fate.step()
        return state


@pytest_asyncio.fixture
async def bank() -> AsyncIterator[Bank]:
    """Run a bank of this test's own."""
    serving = Serving(create_app(clock=lambda: utc_now().timestamp()), "127.0.0.1", 0)
    await serving.start()
    async with Bank.connect(serving.url) as bank:
        bank.url = serving.url  # type: ignore[attr-defined]
        yield bank
    await serving.stop()
    clock.shift(timedelta(0))


@pytest_asyncio.fixture
async def provider(bank: Bank, tmp_path: Path) -> AsyncIterator[MortalProvider]:
    """Ask that bank."""
    async with new_client() as http:
        yield MortalProvider(
            http,
            url=f"{bank.url}/v3/",  # type: ignore[attr-defined]
            shop_id=STANDARD.shop_id,
            secret_key=SecretStr(STANDARD.secret_key),
            secrets=Secrets(tmp_path / "secrets.json"),
            currencies=frozenset({"RUB"}),
        )


async def _survive(fate: Fate, flow: Callable[[], Awaitable[None]]) -> bool:
    """Run a flow; if it is killed on the way, run it again as the next process and the same impatient person would."""
    try:
        await flow()
    except Killed:
        _let_time_pass()
        fate.at = None
        await flow()
        return True
    return False


def _let_time_pass() -> None:
    """Let the leases of the dead end, and what is pending be asked about again."""
    gone = utc_now() + timedelta(minutes=6)
    clock.shift(timedelta(0))
    clock.shift(gone - utc_now())


async def _audit(db: Database) -> None:
    async with db.transaction() as session:
        assert await audit(session) == []


async def _carry_events(db: Mortal) -> None:
    """Relay what is in the outbox to all who listen, until nothing is left."""

    async def publish(envelopes: Sequence[Envelope]) -> dict[EventId, str]:
        for envelope in envelopes:
            for subscription in SUBSCRIPTIONS:
                if envelope.event_name in {event.name for event in subscription.events}:
                    await handle(db, subscription, envelope)  # type: ignore[arg-type]
        return {}

    while await drain(db, publish):  # type: ignore[arg-type]
        pass


async def _order(db: Mortal, actor: Actor) -> None:
    async def place(session: AsyncSession) -> Answer:
        order = await place_order(
            session,
            actor=actor,
            amount_minor=300_00,
            currency="RUB",
            description="Торт",
            limits=LIMITS,
            now=utc_now(),
        )
        return Answer(201, str(order.id).encode())

    async with db.transaction() as session:
        await run_once(
            session,
            scope=f"{actor.user_id} POST /orders",
            key="one-order-of-cake",
            request={"amount": 300_00},
            now=utc_now(),
            effect=lambda: place(session),
        )
    await _carry_events(db)


async def _pay_by_link(db: Mortal, provider: MortalProvider, bank: Bank, actor: Actor, intent: Intent) -> None:
    async with db.transaction() as session:
        fresh = await session.get_one(Intent, intent.id)
        if fresh.left_minor:
            await start_attempt(
                session,
                actor=actor,
                intent_id=intent.id,
                provider=provider.name,
                limits=LIMITS,
                service_fee_basis_points=100,
                now=utc_now(),
            )
    for _ in range(4):
        async with db.transaction() as session:
            call = await claim_call(session, providers=[provider.name], return_url="https://t.me/x", now=utc_now())
        if call is not None:
            await ask_provider(db, provider, call)  # type: ignore[arg-type]
        for payment in await bank.payments():
            if payment["status"] == "pending":
                await bank.pay(payment["id"])
        _let_time_pass()


async def _refund(db: Mortal, provider: MortalProvider, payee: Actor, intent: Intent) -> None:
    paid = (Attempt.intent_id == intent.id) & (Attempt.status == AttemptStatus.SUCCEEDED)
    async with db.transaction() as session:
        attempt = (await session.scalars(select(Attempt).where(paid))).one()
        with contextlib.suppress(NothingToRefund, RefundUnderWay):
            await refund_attempt(session, actor=payee, attempt_id=attempt.id, now=utc_now())
    for _ in range(3):
        async with db.transaction() as session:
            call = await claim_refund_call(session, providers=[provider.name], now=utc_now())
        if call is not None:
            await ask_for_refund(db, provider, call)  # type: ignore[arg-type]
        _let_time_pass()


async def _ends_well_wherever_it_dies(
    new_life: Callable[[], Awaitable[tuple[Fate, Callable[[], Awaitable[None]], Callable[[], Awaitable[None]]]]],
) -> int:
    """Play a flow once without an accident, then once for each of its steps, and return how many those are."""
    fate, flow, check = await new_life()
    assert not await _survive(fate, flow)
    await check()
    steps = fate.steps
    for at in range(1, steps + 1):
        fate, flow, check = await new_life()
        fate.at = at
        assert await _survive(fate, flow), at
        await check()
    return steps


class TestAnOrder:
    async def test_is_placed_and_paid_once_wherever_its_process_dies(self, db: Database) -> None:
        async def new_life() -> tuple[Fate, Callable[[], Awaitable[None]], Callable[[], Awaitable[None]]]:
            mortal = Mortal(db)
            async with db.transaction() as session:
                anna = await funded(session, 500_00)
            await _carry_events(mortal)
            mortal.fate = Fate()

            async def check() -> None:
                await _audit(db)
                async with db.transaction() as session:
                    orders = list(await session.scalars(select(Order).where(Order.user_id == anna.user_id)))
                    assert [order.status for order in orders] == ["finished"]
                    assert await balance(session, wallet(anna.user_id, "RUB")) == 200_00

            return mortal.fate, lambda: _order(mortal, anna), check

        assert await _ends_well_wherever_it_dies(new_life) >= 12


class TestAPaymentByLink:
    async def test_and_its_refund_move_money_once_wherever_the_process_dies(
        self, db: Database, bank: Bank, provider: MortalProvider
    ) -> None:
        async def new_life() -> tuple[Fate, Callable[[], Awaitable[None]], Callable[[], Awaitable[None]]]:
            mortal = Mortal(db)
            provider.fate = mortal.fate
            await bank.reset()
            clock.shift(timedelta(0))
            async with db.transaction() as session:
                before = await provider_totals(session, provider.name)
                boris, anna, intent = await debt(session, 300_00)

            async def flow() -> None:
                await _pay_by_link(mortal, provider, bank, boris, intent)
                await _refund(mortal, provider, anna, intent)

            async def check() -> None:
                await _audit(db)
                theirs = (await bank.book("standard"))["RUB"]
                assert (theirs["paid"], theirs["refunded"], theirs["count"]) == (300_00, 300_00, 1)
                async with db.transaction() as session:
                    after = (await provider_totals(session, provider.name))["RUB"]
                    assert after.paid - (before["RUB"].paid if before else 0) == 300_00
                    assert after.refunded - (before["RUB"].refunded if before else 0) == 300_00
                    assert await balance(session, wallet(anna.user_id, "RUB")) == 0
                    settled = await session.get_one(Intent, intent.id)
                    assert (settled.status, settled.refunded_minor) == ("refunded", 300_00)

            return mortal.fate, flow, check

        assert await _ends_well_wherever_it_dies(new_life) >= 20
