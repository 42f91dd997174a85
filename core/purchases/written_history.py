"""What happened to a purchase, in people's words."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from core.identity.people import names_of
from core.ids import PurchaseId, UserId
from core.money import Money, format_money
from core.purchases.models import HistoryRow
from core.purchases.names_in import names_in
from core.texts import say_plain

OURSELVES = "SyncBuy"  # who did what nobody did
_PEOPLE = {"user_id": "name", "invitee_id": "name", "payer_id": "payer", "payee_id": "payee"}


async def people_in_history(
    session: AsyncSession, rows: Iterable[HistoryRow], *, purchase_id: PurchaseId, language: str
) -> dict[UserId, str]:
    """Return the names of all whom the rows of a purchase's history speak of, as they are called in the purchase."""
    wanted = {UserId(UUID(row.payload[field])) for row in rows for field in _PEOPLE if row.payload.get(field)}
    wanted |= {row.actor_id for row in rows if row.actor_id is not None}
    inside = (await names_in(session, [purchase_id], language))[purchase_id]
    return inside | await names_of(session, wanted - inside.keys(), language)


def written_history(
    row: HistoryRow,
    people: Mapping[UserId, str],
    currency: str,
    language: str,
    *,
    say: Callable[..., str] = say_plain,
) -> str:
    """Return what happened as one sentence, without when; `people` are those of `people_in_history`.

    `say` is `core.texts.say` where the sentence becomes a part of a message in Telegram.
    """
    params: dict[str, Any] = {"title": "", "amount": "", "name": "", "payer": "", "payee": "", "strategy": ""}
    params |= {name: value for name, value in row.payload.items() if isinstance(value, str | int)}
    minor = row.payload.get("amount_minor", row.payload.get("cost_minor"))
    if minor is not None:
        params["amount"] = format_money(Money(minor, currency), language)
    for field, param in _PEOPLE.items():
        if row.payload.get(field):
            params[param] = people.get(UserId(UUID(row.payload[field])), "?")
    params["actor"] = OURSELVES if row.actor_id is None else people.get(row.actor_id, "?")
    key = "history-" + row.event_name.replace(".", "-").replace("_", "-")
    return say(language, key, **params)
