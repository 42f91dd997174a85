"""Purchases and who takes part in them."""

from collections.abc import Mapping
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query

from api.ground import Asked
from api.idempotency import creates
from api.openapi import refusals
from api.shapes.page import LIMIT, Cursor, Limit, Log, Offset, Page, log_of
from api.shapes.purchases import HistoryEntry, NewPurchase, Participants, PurchaseShape, PurchaseSummary
from api.show import Onlooker, participants_of, show_purchase
from api.transaction import new_router
from core.identity.chats import ChatNotFound
from core.ids import ChatId, PurchaseId, UserId
from core.money import UnknownCurrency
from core.purchases.join_purchase import join_purchase as join
from core.purchases.leave_purchase import HasDoneTasks, OrganizerStays, leave_purchase
from core.purchases.models import HistoryRow
from core.purchases.open_purchase import open_purchase as open_new
from core.purchases.overview import Summary, overview, summaries
from core.purchases.queries import history_of, visible_purchase
from core.purchases.remove_participant import ParticipantNotFound, remove_participant
from core.purchases.rules import (
    DueInThePast,
    DueTooFar,
    NotActive,
    NotParticipant,
    NotTheOrganizer,
    PurchaseNotFound,
    WrongTitle,
    may_join,
)
from core.purchases.written_history import people_in_history, written_history

router = new_router("purchases")
Which = Annotated[Literal["open", "closed"] | None, Query(description="All of them if it is missing.")]
Joined = Annotated[bool, Query(description="false: those of my chats that I have not joined.")]


@router.get("/purchases", summary="My purchases")
async def list_purchases(
    call: Asked, status: Which = None, joined: Joined = True, limit: Limit = LIMIT, offset: Offset = 0
) -> Page[PurchaseSummary]:
    """Return the purchases that I take part in, or those of my chats that I do not, the newest first."""
    is_closed = None if status is None else status == "closed"
    found, total = await summaries(
        call.session, actor=call.actor, joined=joined, is_closed=is_closed, limit=limit, offset=offset
    )
    items = [_summary(each, joined=joined) for each in found]
    return Page(items=items, limit=limit, offset=offset, total=total)


@router.post(
    "/purchases",
    summary="Open a purchase",
    status_code=201,
    responses=refusals(ChatNotFound, WrongTitle, UnknownCurrency, DueInThePast, DueTooFar),
    **creates("/v1/purchases/{id}"),
)
async def open_purchase(call: Asked, wanted: NewPurchase) -> PurchaseShape:
    """Open a purchase of which I am the organiser and the first participant, and post its card where it has a chat."""
    purchase = await open_new(
        call.session,
        actor=call.actor,
        title=wanted.title,
        currency=wanted.currency,
        default_currency=call.ground.product.default_currency,
        chat_id=None if wanted.chat_id is None else ChatId(wanted.chat_id),
        due_at=wanted.due_at,
        now=call.now,
    )
    return await show_purchase(call, call.actor, purchase.id)


@router.get("/purchases/{purchase_id}", summary="One purchase", responses=refusals(PurchaseNotFound))
async def read_purchase(call: Asked, purchase_id: UUID, actor: Onlooker) -> PurchaseShape:
    """Return a purchase that I take part in, or that goes on in a chat of mine."""
    return await show_purchase(call, actor, PurchaseId(purchase_id))


@router.post(
    "/purchases/{purchase_id}/join",
    summary="Take part in a purchase of a chat of mine",
    responses=refusals(PurchaseNotFound, NotActive),
)
async def join_purchase(call: Asked, purchase_id: UUID, actor: Onlooker) -> PurchaseShape:
    """Take part; twice is the same as once."""
    await join(call.session, actor=actor, purchase_id=PurchaseId(purchase_id), now=call.now)
    return await show_purchase(call, actor, PurchaseId(purchase_id))


@router.get("/purchases/{purchase_id}/participants", summary="Who takes part", responses=refusals(PurchaseNotFound))
async def list_participants(call: Asked, purchase_id: UUID, actor: Onlooker) -> Participants:
    """Return who takes part, in the order of joining."""
    found = await overview(call.session, actor=actor, purchase_id=PurchaseId(purchase_id))
    return Participants(items=participants_of(found, actor.language))


@router.delete(
    "/purchases/{purchase_id}/participants/{user_id}",
    summary="Leave, or take somebody off",
    status_code=204,
    responses=refusals(
        *(PurchaseNotFound, ParticipantNotFound, NotParticipant, NotTheOrganizer),
        *(NotActive, OrganizerStays, HasDoneTasks),
    ),
)
async def end_participation(call: Asked, purchase_id: UUID, user_id: UUID, actor: Onlooker) -> None:
    """Leave a purchase, or as its organiser take somebody off it; what they had taken becomes open again."""
    if user_id == actor.user_id:
        await leave_purchase(call.session, actor=actor, purchase_id=PurchaseId(purchase_id), now=call.now)
        return
    await remove_participant(
        call.session, actor=actor, purchase_id=PurchaseId(purchase_id), user_id=UserId(user_id), now=call.now
    )


@router.get("/purchases/{purchase_id}/history", summary="What happened", responses=refusals(PurchaseNotFound))
async def read_history(
    call: Asked, purchase_id: UUID, actor: Onlooker, limit: Limit = LIMIT, cursor: Cursor = None
) -> Log[HistoryEntry]:
    """Return what happened to a purchase and who did it, the newest first."""
    rows = await history_of(
        call.session, actor=actor, purchase_id=PurchaseId(purchase_id), limit=limit + 1, before=cursor
    )
    purchase = await visible_purchase(call.session, actor=actor, purchase_id=PurchaseId(purchase_id))
    people = await people_in_history(call.session, rows, purchase_id=purchase.id, language=actor.language)
    return log_of([(row.id, _entry(row, people, purchase.currency, actor.language)) for row in rows], limit)


def _summary(found: Summary, *, joined: bool) -> PurchaseSummary:
    purchase = found.purchase
    return PurchaseSummary(
        id=purchase.id,
        title=purchase.title,
        status=purchase.status,
        currency=purchase.currency,
        owner_id=purchase.owner_id,
        chat_id=purchase.chat_id,
        chat_title=found.chat_title,
        due_at=purchase.due_at,
        created_at=purchase.created_at,
        locked_at=purchase.locked_at,
        closed_at=purchase.closed_at,
        participants=found.participants,
        total_cents=found.total_minor,
        my_net_cents=found.net_minor,
        may_join=may_join(purchase, takes_part=joined),
    )


def _entry(row: HistoryRow, people: Mapping[UserId, str], currency: str, language: str) -> HistoryEntry:
    return HistoryEntry(
        id=row.id,
        event=row.event_name,
        text=written_history(row, people, currency, language),
        actor_id=row.actor_id,
        actor_name=None if row.actor_id is None else people.get(row.actor_id),
        at=row.at,
        data={name.replace("_minor", "_cents"): value for name, value in row.payload.items()},
    )
