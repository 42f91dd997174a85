"""Accounts: what I have, how it came to that, money in and money out."""

from typing import Annotated

from fastapi import Query

from api.ground import Asked
from api.idempotency import creates
from api.openapi import refusals
from api.shapes.debts import AttemptShape
from api.shapes.money import (
    Account,
    Accounts,
    Balance,
    Deposit,
    NewAccount,
    NewWithdrawal,
    StatementLine,
    WithdrawalShape,
    withdrawal_shape,
)
from api.shapes.page import LIMIT, Cursor, Limit, Log, Offset, Page, log_of
from api.shapes.shape import Currency
from api.show import show_attempt
from api.transaction import new_router
from core.accounts.limits import AboveDailyLimit, AboveOperationLimit
from core.accounts.open_account import AccountExists
from core.accounts.open_account import open_account as open_new
from core.accounts.queries import withdrawals_of
from core.accounts.statement import NoAccount, statement, wallet_of, wallets_of
from core.accounts.withdraw import WrongAmount
from core.accounts.withdraw_to_requisite import NoSuchRequisite, withdraw_to_requisite
from core.ledger.movements import Line
from core.ledger.post import NotEnoughMoney
from core.money import UnknownCurrency
from core.payments.choose_provider import NoProvider, check_any_provider, check_provider
from core.payments.start_attempt import TooManyTopUps, start_top_up

router = new_router("accounts")
InCurrency = Annotated[Currency, Query()]
_OF_AMOUNTS = (WrongAmount, UnknownCurrency, AboveOperationLimit, AboveDailyLimit)


@router.post(
    "/accounts",
    summary="Open an account",
    status_code=201,
    responses=refusals(UnknownCurrency, AccountExists),
    **creates("/v1/accounts/balance?currency={currency}"),
)
async def open_account(call: Asked, wanted: NewAccount) -> Account:
    """Open my account in a currency: there is one for each."""
    await open_new(call.session, actor=call.actor, currency=wanted.currency)
    return Account(currency=wanted.currency, balance_cents=0)


@router.get("/accounts", summary="My accounts")
async def list_accounts(call: Asked) -> Accounts:
    """Return what I have in each currency."""
    found = await wallets_of(call.session, call.actor.user_id)
    return Accounts(items=[Account(currency=money.currency, balance_cents=money.minor) for money in found])


@router.post(
    "/accounts/deposit",
    summary="Put money into my account",
    status_code=202,
    responses=refusals(NoProvider, TooManyTopUps, *_OF_AMOUNTS),
    **creates("/v1/attempts/{id}"),
)
async def deposit(call: Asked, wanted: Deposit) -> AttemptShape:
    """Top up through a provider; the account is credited when the provider says that it was paid."""
    providers = call.ground.providers
    provider = wanted.provider or check_any_provider(providers, wanted.currency)[0]
    check_provider(providers, provider, wanted.currency)
    attempt = await start_top_up(
        call.session,
        actor=call.actor,
        amount_minor=wanted.amount_cents,
        currency=wanted.currency,
        provider=provider,
        limits=call.ground.limits,
        now=call.now,
    )
    return await show_attempt(call, attempt.id)


@router.get("/accounts/balance", summary="What I have", responses=refusals(NoAccount))
async def read_balance(call: Asked, currency: InCurrency) -> Balance:
    """Return what I can spend in a currency, and what is held beside it."""
    found = await wallet_of(call.session, call.actor.user_id, currency)
    return Balance(currency=currency, balance_cents=found.balance.minor, held_cents=found.held_minor)


@router.get("/accounts/statement", summary="How it came to that", responses=refusals(NoAccount))
async def read_statement(
    call: Asked, currency: InCurrency, limit: Limit = LIMIT, cursor: Cursor = None
) -> Log[StatementLine]:
    """Return the movements of my account in a currency, the newest first."""
    await wallet_of(call.session, call.actor.user_id, currency)
    lines = await statement(call.session, user_id=call.actor.user_id, currency=currency, limit=limit + 1, before=cursor)
    return log_of([(line.version, _line(line, currency)) for line in lines], limit)


@router.post(
    "/accounts/withdrawals",
    summary="Send money outside",
    status_code=202,
    responses=refusals(NoSuchRequisite, NotEnoughMoney, *_OF_AMOUNTS),
    **creates("/v1/accounts/withdrawals"),
)
async def withdraw(call: Asked, wanted: NewWithdrawal) -> WithdrawalShape:
    """Take money out of my account; an operator sends it to a requisite of mine."""
    requested = await withdraw_to_requisite(
        call.session,
        actor=call.actor,
        amount_minor=wanted.amount_cents,
        currency=wanted.currency,
        kind=wanted.to,
        limits=call.ground.limits,
        now=call.now,
    )
    return withdrawal_shape(requested)


@router.get("/accounts/withdrawals", summary="My withdrawals")
async def list_withdrawals(call: Asked, limit: Limit = LIMIT, offset: Offset = 0) -> Page[WithdrawalShape]:
    """Return my requests to send money outside, the newest first."""
    found, total = await withdrawals_of(call.session, call.actor.user_id, limit=limit, offset=offset)
    return Page(items=[withdrawal_shape(each) for each in found], limit=limit, offset=offset, total=total)


def _line(line: Line, currency: str) -> StatementLine:
    return StatementLine(
        id=line.version,
        at=line.at,
        kind=line.kind,
        amount_cents=line.change_minor,
        balance_cents=line.balance_minor,
        currency=currency,
    )
