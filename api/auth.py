"""Who asks: the person whose bearer token a request carries, and never anybody that a body or a header names."""

from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import HTTPBearer

from api.errors import NotSignedIn
from api.ground import Ground, Grounded
from api.limits import limit_person, site_of
from core.clock import utc_now
from core.identity.personal_tokens import PREFIX
from core.identity.whose_token import Caller

# It only describes: who is signed in is found out before the parameters of a request are looked at.
SIGNED_IN = Security(
    HTTPBearer(
        scheme_name="bearer",
        bearerFormat="JWT, or a personal token (sb_pat_...)",
        description="An access token of /v1/auth/token, or a personal token.",
        auto_error=False,
    )
)


async def who_asks(request: Request, ground: Ground, *, now: datetime) -> Caller:
    """Return the person of a request, whose budget it counts against.

    :raises NotSignedIn: if there is no token, or it is nobody's any more.
    :raises TooOften: if the person asks more often than anybody may, or their address showed too many wrong tokens.
    """
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    caller = await _whose(token.strip(), request, ground, now) if scheme.lower() == "bearer" and token.strip() else None
    if caller is None:
        raise NotSignedIn
    request.state.language = caller.actor.language
    await limit_person(ground.db, caller.actor.user_id, per_minute=ground.settings.api_requests_per_minute)
    return caller


async def _caller(request: Request, ground: Grounded) -> Caller:
    return await who_asks(request, ground, now=utc_now())


Asking = Annotated[Caller, Depends(_caller)]  # of a route that is no transaction as a whole


async def _whose(token: str, request: Request, ground: Ground, now: datetime) -> Caller | None:
    if not token.startswith(PREFIX):
        return await ground.whose_token(token, now)  # its signature is looked at before the database is asked
    site = site_of(request, ground.peers)
    ground.refused_tokens.check(site)
    caller = await ground.whose_token(token, now)
    if caller is None:
        ground.refused_tokens.count(site)
    return caller
