"""What every request stands on, and one request: who asks, when, in which transaction."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncSession

from api.refused_tokens import RefusedTokens
from api.telegram_files import TelegramFiles
from core.accounts.limits import Limits
from core.config import ApiSettings, MoneySettings, ProductSettings
from core.db import Database
from core.identity.actor import Actor
from core.identity.whose_token import Caller, whose_token
from core.payments.provider import Provider
from core.secrets import Secrets
from core.web.peers import Peers


@dataclass(frozen=True, slots=True)
class Ground:
    """What all requests share; it belongs to whoever made the application."""

    db: Database
    secrets: Secrets
    providers: Mapping[str, Provider] = field(default_factory=dict)
    settings: ApiSettings = field(default_factory=ApiSettings)
    product: ProductSettings = field(default_factory=ProductSettings)
    money: MoneySettings = field(default_factory=MoneySettings)
    peers: Peers = field(default_factory=lambda: Peers(""))
    refused_tokens: RefusedTokens = field(default_factory=RefusedTokens)
    bot_token: SecretStr | None = None  # with it Telegram signs who somebody is
    telegram_files: TelegramFiles | None = None  # what was sent in the chat

    @property
    def bot_id(self) -> int | None:
        """Return the id of the bot: its token begins with it."""
        token = "" if self.bot_token is None else self.bot_token.get_secret_value()
        identity = token.partition(":")[0]
        return int(identity) if identity.isdecimal() else None

    @property
    def limits(self) -> Limits:
        """Return how much a person may set in motion."""
        return Limits(operation=self.money.payment_max, day=self.money.payments_a_day_max)

    async def whose_token(self, token: str, now: datetime) -> Caller | None:
        """Return whose a bearer token is at a moment, or None if it is nobody's (any more)."""
        return await whose_token(self.db, token=token, secrets=self.secrets, now=now)


@dataclass(frozen=True, slots=True)
class Call:
    """One request of a person who is signed in."""

    session: AsyncSession
    caller: Caller
    now: datetime
    ground: Ground

    @property
    def actor(self) -> Actor:
        """Return who asks."""
        return self.caller.actor


def ground_of(request: Request) -> Ground:
    """Return what the application of a request stands on."""
    ground: Ground = request.app.state.ground
    return ground


def _call_of(request: Request) -> Call:
    call: Call = request.state.call
    return call


Grounded = Annotated[Ground, Depends(ground_of)]
Asked = Annotated[Call, Depends(_call_of)]  # of a route in transaction.py
