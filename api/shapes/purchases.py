"""Purchases, who takes part, invites and history."""

from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from api.shapes.debts import IntentShape
from api.shapes.shape import Cents, Currency, Moment, Shape
from api.shapes.tasks import ANNA, TaskShape, Title
from core.identity.passwords import NAME_LENGTH_MAX
from core.settlement.models import Strategy

Status = Literal["active", "locked", "closed"]


class NewPurchase(Shape):
    """What a group is going to buy."""

    title: Title = Field(examples=["Barbecue"])
    chat_id: UUID | None = Field(default=None, description="One of my chats, where its card is to appear.")
    currency: Currency | None = Field(
        default=None, description="If it is missing that of the chat, or without a chat that of this installation."
    )
    due_at: Moment | None = None


class PurchaseSummary(Shape):
    """A purchase in a list."""

    id: UUID
    title: Title
    status: Status
    currency: Currency
    owner_id: UUID = Field(description="The organiser.", examples=[ANNA])
    chat_id: UUID | None = Field(description="The group that it was opened in.")
    chat_title: str | None = Field(examples=["Friends"])
    due_at: Moment | None
    created_at: Moment
    locked_at: Moment | None
    closed_at: Moment | None
    participants: int = Field(description="How many take part.", examples=[3])
    total_cents: Cents
    my_net_cents: int = Field(description="What I paid less what I bear.", examples=[-41_667])
    may_join: bool = Field(description="Whether it makes sense to offer me to join.", examples=[False])


class ParticipantShape(Shape):
    """A person who takes part, with what they paid and bear of all done tasks."""

    user_id: UUID = Field(examples=[ANNA])
    name: str = Field(examples=["Anna"])
    weight: int = Field(examples=[1])
    joined_at: Moment
    is_organizer: bool = Field(examples=[True])
    paid_cents: Cents
    share_cents: Cents


class Participants(Shape):
    """Who takes part, in the order of joining."""

    items: list[ParticipantShape]


class May(Shape):
    """What it makes sense to offer whoever asks; whether they may is decided when they do it."""

    join: bool = Field(examples=[False])
    leave: bool = Field(examples=[False])
    change: bool = Field(examples=[True])
    lock: bool = Field(examples=[True])
    unlock: bool = Field(examples=[False])
    close: bool = Field(examples=[False])
    report: bool = Field(examples=[True])


class PurchaseShape(Shape):
    """A purchase with all that belongs to it."""

    id: UUID
    title: Title
    status: Status
    currency: Currency
    owner_id: UUID = Field(description="The organiser.", examples=[ANNA])
    chat_id: UUID | None = Field(description="The group that it was opened in.")
    chat_title: str | None = Field(examples=["Friends"])
    strategy: Strategy | None = Field(description="How shares became debts, once it is locked.", examples=["minimal"])
    due_at: Moment | None
    version: int = Field(description="Grows with every change.", examples=[7])
    created_at: Moment
    locked_at: Moment | None
    closed_at: Moment | None
    total_cents: Cents
    my_net_cents: int = Field(description="What I paid less what I bear.", examples=[-41_667])
    participants: list[ParticipantShape]
    tasks: list[TaskShape]
    intents: list[IntentShape] = Field(description="The debts, once it is locked, for those who take part.")
    may: May


class InviteByName(Shape):
    """Whom to invite, by a name: with "@" it is that of Telegram, and whoever we never met is invited all the same."""

    username: str = Field(
        min_length=1,
        max_length=NAME_LENGTH_MAX,
        description='With "@" a username in Telegram; without, the name that somebody signs in by, or a username.',
        examples=["@boris"],
    )


class InviteById(Shape):
    """Whom to invite, by the id."""

    user_id: UUID


class InviteShape(Shape):
    """An offer to take part."""

    id: UUID
    purchase_id: UUID
    purchase_title: Title
    inviter_id: UUID = Field(examples=[ANNA])
    inviter_name: str = Field(examples=["Anna"])
    invitee_id: UUID
    invitee_name: str = Field(examples=["@boris"])
    status: Literal["pending", "accepted", "declined"] = Field(examples=["pending"])
    created_at: Moment


class HistoryEntry(Shape):
    """Something that happened to a purchase."""

    id: int = Field(examples=[4711])
    event: str = Field(description="Its name; the fields of `data` are those of the event.", examples=["task.taken"])
    text: str = Field(description="What happened, in the person's language.", examples=['Anna took "Charcoal"'])
    actor_id: UUID | None = Field(description="Who did it; null is SyncBuy itself.", examples=[ANNA])
    actor_name: str | None = Field(examples=["Anna"])
    at: Moment
    data: dict[str, Any] = Field(examples=[{"title": "Charcoal"}])


class TransferShape(Shape):
    """Who would pay whom how much."""

    payer_id: UUID
    payee_id: UUID
    amount_cents: Cents


class NetShape(Shape):
    """What a person paid less what they bear."""

    user_id: UUID
    net_cents: int = Field(examples=[-41_667])


class DistributionShape(Shape):
    """What locking a purchase now would do, by both strategies."""

    total_cents: Cents
    version: int = Field(description="Of the purchase; for the lock, which is refused if it is old.", examples=[7])
    unfinished: list[UUID] = Field(description="Tasks that are not done.")
    nets: list[NetShape]
    accruals: list[TransferShape]
    minimal: list[TransferShape]


class LockDistribution(Shape):
    """How to turn shares into debts."""

    strategy: Strategy = Field(examples=["accruals"])
    drop_unfinished: bool = Field(default=False, strict=True, description="Call off the tasks that are not done.")
    version: int | None = Field(
        default=None, strict=True, ge=1, lt=2**63, description="What was seen; refused if it has changed since.",
        examples=[7],
    )  # fmt: skip
