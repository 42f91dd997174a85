"""`/v1/me`: settings, ways to sign in, and where the person wants to be paid."""

from fastapi import APIRouter, Response

from api.auth import SIGNED_IN, Asking
from api.body import Route
from api.ground import Asked, Grounded
from api.idempotency import JSON
from api.openapi import refusals
from api.proof import proven
from api.shapes.me import (
    Confirmation,
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
from core.identity.confirm_person import CodeNeeded
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
from core.identity.set_password import NameNeeded, set_password
from core.identity.telegram_proof import ProofRefused
from core.identity.whose_token import SignInFirst
from core.personal_data.erase_me import erase_me
from core.personal_data.erase_person import StillInTheWay
from core.personal_data.export_person import FORMAT, export_person

router = new_router("me")
_MY_DATA = {
    "type": "object",
    "description": "Named parts, of which each is a list of rows.",
    "required": ["format", "exported_at", "person_id", "records"],
    "properties": {
        "format": {"const": FORMAT},
        "exported_at": {"type": "string", "format": "date-time", "examples": ["2026-06-01T12:00:00+00:00"]},
        "person_id": {"type": "string", "format": "uuid"},
        "records": {"type": "object", "description": "By the names of tables.", "examples": [{}]},
    },
}
# Hashing a password takes its time, which no transaction is to last.
of_password = APIRouter(prefix="/v1", route_class=Route, dependencies=[SIGNED_IN], tags=["me"])


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
async def choose_password(body: NewPassword, caller: Asking, ground: Grounded) -> None:
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


@of_password.put(
    "/me/identities/telegram",
    operation_id="link_identity",
    summary="Link my Telegram",
    responses=refusals(IdentityTaken, OtherTelegramLinked, ProofRefused, WrongCurrentPassword, SignInFirst),
)
async def link(body: NewIdentity, caller: Asking, ground: Grounded) -> Identity:
    """Let the person sign in by their Telegram too, and be written to there; linking it twice is the same as once."""
    now = utc_now()
    caller.own_session()
    proof = proven(body.proof, ground, now=now)
    return _identity(await link_telegram(ground.db, caller=caller, proof=proof, password=body.password, now=now))


@of_password.post(
    "/me/identities/telegram/unlink",
    operation_id="unlink_identity",
    summary="Unlink my Telegram",
    status_code=204,
    responses=refusals(IdentityNotFound, LastWayIn, WrongCurrentPassword, SignInFirst),
)
async def unlink(body: CurrentPassword, caller: Asking, ground: Grounded) -> None:
    """Forget the person's Telegram, by their password, which is the way in that stays.

    It ends all other sessions, and tokens of scripts. In its chats the person is seen no more: what they do not take
    part in is not found.
    """
    await unlink_telegram(ground.db, caller=caller, password=body.password)


@router.get(
    "/me/data",
    operation_id="export_me",
    summary="All that is known of me",
    response_class=Response,
    responses={200: {"description": "The document.", "content": {JSON: {"schema": _MY_DATA}}}, **refusals(SignInFirst)},
)
async def export_me(call: Asked) -> Response:
    """Return every row that speaks of the person, in one document for machines; amounts are in minor units."""
    call.caller.own_session()
    document = await export_person(call.session, user_id=call.actor.user_id, now=call.now)
    return Response(document, media_type=JSON)


@of_password.post(
    "/me/erase",
    operation_id="erase_me",
    summary="Forget me",
    status_code=204,
    responses=refusals(CodeNeeded, WrongCurrentPassword, SignInFirst, StillInTheWay),
)
async def erase(body: Confirmation, caller: Asking, ground: Grounded) -> None:
    """Forget who the person is, for good; amounts in other people's books stay, under no name.

    It takes their password, or a `code` that the bot gives for /link. Nothing of theirs may be open: `details` say what
    is. From then on every token of theirs is refused, so that whoever lost the answer is told 401.
    """
    await erase_me(ground.db, caller=caller, password=body.password, code=body.code, now=utc_now())


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
