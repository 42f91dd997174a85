"""Where a person wants to be paid outside of SyncBuy."""

import re
from collections.abc import Mapping
from typing import Literal, get_args

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from core.errors import Invalid
from core.identity.actor import Actor
from core.identity.clean import clean
from core.identity.models import Requisite
from core.ids import UserId

Kind = Literal["phone", "card", "text"]
KINDS: tuple[Kind, ...] = get_args(Kind)
TEXT_LENGTH_MAX = 200
PHONE_DIGITS = range(10, 16)  # E.164 allows 15; shorter than 10 is nobody's mobile phone
CARD_DIGITS = range(13, 20)  # ISO/IEC 7812


class NotAPhone(Invalid):
    """A phone number has 10 to 15 digits."""


class NotACard(Invalid):
    """The digits are not a card number (length or check digit)."""


class WrongRequisite(Invalid):
    """The text is empty or too long."""


async def set_requisite(session: AsyncSession, *, actor: Actor, kind: Kind, value: str) -> str:
    """Store or replace one of the actor's requisites and return it as it is kept.

    :raises NotAPhone, NotACard, WrongRequisite: if the value cannot be one.
    """
    kept = _checked(kind, value)
    row = insert(Requisite).values(user_id=actor.user_id, kind=kind, value=kept)
    await session.execute(row.on_conflict_do_update(index_elements=["user_id", "kind"], set_={"value": kept}))
    return kept


async def remove_requisite(session: AsyncSession, *, actor: Actor, kind: Kind) -> None:
    """Forget one of the actor's requisites; forgetting it twice is the same as once."""
    own = (Requisite.user_id == actor.user_id) & (Requisite.kind == kind)
    await session.execute(delete(Requisite).where(own))


async def replace_requisites(session: AsyncSession, *, actor: Actor, wanted: Mapping[Kind, str | None]) -> None:
    """Store or forget (None) the actor's requisites of these kinds.

    :raises NotAPhone, NotACard, WrongRequisite: if a value cannot be one.
    """
    for kind, value in wanted.items():
        if value is None:
            await remove_requisite(session, actor=actor, kind=kind)
        else:
            await set_requisite(session, actor=actor, kind=kind, value=value)


async def requisites_of(session: AsyncSession, user_id: UserId) -> dict[Kind, str]:
    """Return a person's requisites, in the order in which they are shown."""
    rows = await session.scalars(select(Requisite).where(Requisite.user_id == user_id))
    values = {row.kind: row.value for row in rows}
    return {kind: values[kind] for kind in KINDS if kind in values}


def _checked(kind: Kind, value: str) -> str:
    digits = re.sub(r"[\s()\-.]", "", value)
    if kind == "phone":
        if not re.fullmatch(r"\+?[0-9]+", digits) or len(digits.lstrip("+")) not in PHONE_DIGITS:
            raise NotAPhone
        return digits
    if kind == "card":
        if not re.fullmatch(r"[0-9]+", digits) or len(digits) not in CARD_DIGITS or not _passes_luhn(digits):
            raise NotACard
        return " ".join(digits[start : start + 4] for start in range(0, len(digits), 4))
    text = clean(value)
    if not 1 <= len(text) <= TEXT_LENGTH_MAX:
        raise WrongRequisite(length_max=TEXT_LENGTH_MAX)
    return text


def _passes_luhn(digits: str) -> bool:
    """Return whether the check digit fits (ISO/IEC 7812-1 annex B)."""
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(doubled) + sum(int(digit) for digit in digits[-1::-2])) % 10 == 0
