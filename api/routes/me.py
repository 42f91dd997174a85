"""`/v1/me`: settings, ways to sign in, and where the person wants to be paid."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from api.auth import SIGNED_IN, who_asks
from api.body import Route
from api.ground import Asked, Grounded
from api.idempotency import creates
from api.openapi import refusals
from api.proof import proven
from api.shapes.me import (
    CurrentPassword,
    Identity,
    Me,
    NewIdentity,
    NewPassword,
    Requisites,
    Settings,
    requisites_shape,
)
from api.transaction import new_router
from core.clock import utc_now
from core.identity import models
from core.identity.confirm_password import WrongCurrentPassword
from core.identity.link_telegram import (
    IdentityNotFound,
    IdentityTaken,
    LastWayIn,
    OtherTelegramLinked,
    link_telegram,
    unlink_telegram,
)
from core.identity.passwords import WrongLoginName, WrongPasswordLength
from core.identity.people import ways_in
from core.identity.preferences import QuietTooLong, UnknownLanguage, UnknownTimeZone, change_settings
from core.identity.register_with_password import NameTaken
from core.identity.requisites import Kind, NotACard, NotAPhone, WrongRequisite, replace_requisites, requisites_of
from core.identity.set_password import CodeNeeded, NameNeeded, set_password
from core.identity.telegram_proof import ProofRefused
from core.identity.whose_token import Caller, SignInFirst

router = new_router("me")
# Hashing a password takes its time, which no transaction is to last.
of_password = APIRouter(prefix="/v1", route_class=Route, dependencies=[SIGNED_IN], tags=["me"])


async def _caller(request: Request, ground: Grounded) -> Caller:
    return await who_asks(request, ground, now=utc_now())


@router.get("/me", operation_id="read_me", summary="Who I am")
async def read_me(call: Asked) -> Me:
    """Show the person with their settings, and how they sign in."""
    return await _me(call)


@router.patch(
    "/me",
    operation_id="change_settings",
    summary="Change my settings",
    responses=refusals(UnknownLanguage, UnknownTimeZone, QuietTooLong),
)
async def change(body: Settings, call: Asked) -> Me:
    """Change the settings that are given; the others stay."""
    await change_settings(call.session, actor=call.actor, **body.model_dump(exclude_none=True))
    return await _me(call)


@of_password.put(
    "/me/password",
    operation_id="set_password",
    summary="Choose a password, or another one",
    status_code=204,
    responses=refusals(
        NameNeeded, WrongLoginName, WrongPasswordLength, NameTaken, CodeNeeded, WrongCurrentPassword, SignInFirst
    ),
)
async def choose_password(body: NewPassword, caller: Annotated[Caller, Depends(_caller)], ground: Grounded) -> None:
    """Add a password as a way to sign in, or change it, which ends all other sessions, and tokens of scripts.

    The first takes a `code` that the bot gives for /link; a change takes that or the current password.
    """
    await set_password(
        ground.db,
        caller=caller,
        name=body.name,
        password=body.password,
        current_password=body.current_password,
        code=body.code,
        now=utc_now(),
    )


@router.post(
    "/me/identities",
    operation_id="link_identity",
    summary="Link my Telegram",
    status_code=201,
    responses=refusals(IdentityTaken, OtherTelegramLinked, ProofRefused, SignInFirst),
    **creates("/v1/me"),
)
async def link(body: NewIdentity, call: Asked) -> Identity:
    """Let the person sign in by their Telegram too, and be written to there; linking it twice is the same as once."""
    call.caller.own_session()
    proof = proven(body.proof, call.ground, now=call.now)
    return _identity(await link_telegram(call.session, actor=call.actor, proof=proof, now=call.now))


@of_password.post(
    "/me/identities/telegram/unlink",
    operation_id="unlink_identity",
    summary="Unlink my Telegram",
    status_code=204,
    responses=refusals(IdentityNotFound, LastWayIn, WrongCurrentPassword, SignInFirst),
)
async def unlink(body: CurrentPassword, caller: Annotated[Caller, Depends(_caller)], ground: Grounded) -> None:
    """Forget the person's Telegram, by their password, which is the way in that stays.

    It ends all other sessions, and tokens of scripts. In its chats the person is seen no more: what they do not take
    part in is not found.
    """
    await unlink_telegram(ground.db, caller=caller, password=body.password)


@router.get("/me/requisites", operation_id="read_requisites", summary="Where I want to be paid")
async def read_requisites(call: Asked) -> Requisites:
    """Show what payers see."""
    return await _requisites(call)


@router.put(
    "/me/requisites",
    operation_id="replace_requisites",
    summary="Say where I want to be paid",
    responses=refusals(NotAPhone, NotACard, WrongRequisite),
)
async def put_requisites(body: Requisites, call: Asked) -> Requisites:
    """Replace all of it; null removes."""
    wanted: dict[Kind, str | None] = {"phone": body.phone, "card": body.card, "text": body.text}
    await replace_requisites(call.session, actor=call.actor, wanted=wanted)
    return await _requisites(call)


async def _requisites(call: Asked) -> Requisites:
    return requisites_shape(await requisites_of(call.session, call.actor.user_id))


async def _me(call: Asked) -> Me:
    await call.session.flush()
    user = await call.session.get_one(models.User, call.actor.user_id)
    ways = await ways_in(call.session, user.id)
    return Me(
        id=user.id,
        name=user.name,
        language=user.language,
        time_zone=user.time_zone,
        quiet_from=user.quiet_from,
        quiet_until=user.quiet_until,
        remind=user.remind,
        remind_before_days=user.remind_before_days,
        remind_when_due=user.remind_when_due,
        remind_every_days=user.remind_every_days,
        has_password=ways.password is not None,
        login_name=ways.password and ways.password.name,
        identities=[] if ways.identity is None else [_identity(ways.identity)],
    )


def _identity(identity: models.Identity) -> Identity:
    return Identity(
        provider=models.Provider.TELEGRAM.value,
        username=identity.username,
        reach=identity.reach,
        created_at=identity.created_at,
    )
