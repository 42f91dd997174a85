"""Invites: offered to others, and answered."""

from collections.abc import Sequence
from uuid import UUID

from api.ground import Asked, Call
from api.idempotency import creates
from api.openapi import refusals
from api.shapes.page import LIMIT, Limit, Offset, Page
from api.shapes.purchases import InviteById, InviteByName, InviteShape, PurchaseShape
from api.show import Onlooker, show_purchase
from api.transaction import new_router
from core.identity.find_person import NameOfTwo, NotAUsername, find_named
from core.identity.models import User
from core.identity.people import PersonNotFound, names_of, person_of
from core.ids import InviteId, PurchaseId, UserId
from core.purchases.answer_invite import InviteAnswered, InviteNotFound, answer_invite
from core.purchases.invite_person import AlreadyTakesPart
from core.purchases.invite_person import invite_person as invite
from core.purchases.models import Invite, Purchase
from core.purchases.own_invite import own_invite
from core.purchases.queries import invites_of, invites_to, visible_purchase
from core.purchases.rules import NotActive, NotParticipant, PurchaseNotFound

router = new_router("invites")


@router.post(
    "/purchases/{purchase_id}/invites",
    summary="Invite somebody",
    status_code=201,
    responses=refusals(
        *(PurchaseNotFound, PersonNotFound, NotParticipant, NotActive, AlreadyTakesPart, NameOfTwo, NotAUsername)
    ),
    **creates("/v1/invites/{id}"),
)
async def invite_person(
    call: Asked, purchase_id: UUID, actor: Onlooker, whom: InviteByName | InviteById
) -> InviteShape:
    """Offer somebody to take part; an offer that is not answered yet stays the one."""
    purchase = await visible_purchase(call.session, actor=actor, purchase_id=PurchaseId(purchase_id))
    invitee = await _invitee(call, whom)
    offered = await invite(call.session, actor=actor, purchase_id=purchase.id, invitee_id=invitee.id, now=call.now)
    [shape] = await _show(call, [(offered, purchase)])
    return shape


@router.get(
    "/purchases/{purchase_id}/invites", summary="Who is invited to a purchase", responses=refusals(PurchaseNotFound)
)
async def list_invites_of_purchase(
    call: Asked, purchase_id: UUID, actor: Onlooker, limit: Limit = LIMIT, offset: Offset = 0
) -> Page[InviteShape]:
    """Return the invites to a purchase that nobody has answered yet, the newest first."""
    found, total = await invites_of(
        call.session, actor=actor, purchase_id=PurchaseId(purchase_id), limit=limit, offset=offset
    )
    return Page(items=await _show(call, found), limit=limit, offset=offset, total=total)


@router.get("/invites", summary="Invites that wait for my answer")
async def list_invites(call: Asked, limit: Limit = LIMIT, offset: Offset = 0) -> Page[InviteShape]:
    """Return the invites to me that I have not answered, the newest first."""
    found, total = await invites_to(call.session, actor=call.actor, limit=limit, offset=offset)
    return Page(items=await _show(call, found), limit=limit, offset=offset, total=total)


@router.get("/invites/{invite_id}", summary="One invite", responses=refusals(InviteNotFound))
async def read_invite(call: Asked, invite_id: UUID) -> InviteShape:
    """Return an invite that I got or made, with what was answered."""
    [shape] = await _show(call, [await own_invite(call.session, actor=call.actor, invite_id=InviteId(invite_id))])
    return shape


@router.post(
    "/invites/{invite_id}/accept",
    summary="Accept an invite",
    responses=refusals(InviteNotFound, InviteAnswered, NotActive),
)
async def accept_invite(call: Asked, invite_id: UUID) -> PurchaseShape:
    """Take part in the purchase; twice is the same as once."""
    purchase = await answer_invite(
        call.session, actor=call.actor, invite_id=InviteId(invite_id), accept=True, now=call.now
    )
    return await show_purchase(call, call.actor, purchase.id)


@router.post(
    "/invites/{invite_id}/decline",
    summary="Decline an invite",
    status_code=204,
    responses=refusals(InviteNotFound, InviteAnswered, NotActive),
)
async def decline_invite(call: Asked, invite_id: UUID) -> None:
    """Do not take part; twice is the same as once."""
    await answer_invite(call.session, actor=call.actor, invite_id=InviteId(invite_id), accept=False, now=call.now)


async def _invitee(call: Call, whom: InviteByName | InviteById) -> User:
    if isinstance(whom, InviteById):
        return await person_of(call.session, UserId(whom.user_id))
    return await find_named(
        call.session,
        name=whom.username,
        language=call.actor.language,
        time_zone=call.actor.time_zone,
        now=call.now,
    )


async def _show(call: Call, found: Sequence[tuple[Invite, Purchase]]) -> list[InviteShape]:
    people = [user for offered, _ in found for user in (offered.inviter_id, offered.invitee_id)]
    named = await names_of(call.session, people, call.actor.language)
    return [
        InviteShape(
            id=offered.id,
            purchase_id=purchase.id,
            purchase_title=purchase.title,
            inviter_id=offered.inviter_id,
            inviter_name=named[offered.inviter_id],
            invitee_id=offered.invitee_id,
            invitee_name=named[offered.invitee_id],
            status=offered.status,
            created_at=offered.created_at,
        )
        for offered, purchase in found
    ]
