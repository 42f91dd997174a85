"""`/v1/sessions` and `/v1/tokens`: where a person is signed in, and the scripts that act for them."""

from uuid import UUID

from fastapi import Response

from api.ground import Asked
from api.idempotency import LOCATION
from api.openapi import refusals
from api.shapes.me import CreatedPersonalToken, NewPersonalToken, PersonalToken, Session
from api.shapes.page import LIMIT, Limit, Offset, Page
from api.transaction import new_router
from core.identity import models
from core.identity.personal_tokens import (
    TokenExpiresInThePast,
    TokenNotFound,
    TooManyTokens,
    WrongTokenName,
    create_token,
    revoke_token,
    tokens_of,
)
from core.identity.sessions import SessionNotFound, end_session, sessions_of
from core.identity.whose_token import SignInFirst
from core.ids import SessionId, TokenId

router = new_router("sessions")
TOKENS = "/v1/tokens"


@router.get("/sessions", operation_id="list_sessions", summary="Where I am signed in", responses=refusals(SignInFirst))
async def list_sessions(call: Asked, limit: Limit = LIMIT, offset: Offset = 0) -> Page[Session]:
    """List the clients that are signed in, the newest first."""
    current = call.caller.own_session()
    found, total = await sessions_of(call.session, user_id=call.actor.user_id, limit=limit, offset=offset, now=call.now)
    items = [
        Session(
            id=row.id,
            client=row.client,
            created_at=row.created_at,
            last_used_at=row.refreshed_at,
            expires_at=row.expires_at,
            is_current=row.id == current,
        )
        for row in found
    ]
    return Page(items=items, limit=limit, offset=offset, total=total)


@router.delete(
    "/sessions/{session_id}",
    operation_id="end_session",
    summary="Sign one client out",
    status_code=204,
    responses=refusals(SessionNotFound, SignInFirst),
)
async def end(session_id: UUID, call: Asked) -> None:
    """End a session: its tokens count no more from the next request on."""
    call.caller.own_session()
    await end_session(call.session, actor=call.actor, session_id=SessionId(session_id))


@router.get("/tokens", operation_id="list_tokens", summary="My personal tokens")
async def list_tokens(call: Asked, limit: Limit = LIMIT, offset: Offset = 0) -> Page[PersonalToken]:
    """List the tokens of the person's scripts, the newest first."""
    found = await tokens_of(call.session, call.actor.user_id)
    items = [PersonalToken(**_fields(token)) for token in found[offset : offset + limit]]
    return Page(items=items, limit=limit, offset=offset, total=len(found))


@router.post(
    "/tokens",
    operation_id="create_token",
    summary="Make a personal token",
    status_code=201,
    responses=refusals(WrongTokenName, TokenExpiresInThePast, TooManyTokens, SignInFirst),
    openapi_extra={LOCATION: TOKENS},
)
async def create(body: NewPersonalToken, call: Asked, response: Response) -> CreatedPersonalToken:
    """Make a token by which a script acts for the person; its text is shown this once.

    It takes no Idempotence-Key, because an answer that is kept would keep the token; where it is lost, revoke it.
    """
    response.headers["Location"] = TOKENS
    call.caller.own_session()
    token, text = await create_token(
        call.session, actor=call.actor, name=body.name, expires_at=body.expires_at, now=call.now
    )
    return CreatedPersonalToken(**_fields(token), token=text)


@router.delete(
    "/tokens/{token_id}",
    operation_id="revoke_token",
    summary="Revoke a personal token",
    status_code=204,
    responses=refusals(TokenNotFound, SignInFirst),
)
async def revoke(token_id: UUID, call: Asked) -> None:
    """Let a token count no more."""
    call.caller.own_session()
    await revoke_token(call.session, actor=call.actor, token_id=TokenId(token_id))


def _fields(token: models.PersonalToken) -> dict[str, object]:
    names = ("id", "name", "prefix", "created_at", "last_used_at", "expires_at")
    return {name: getattr(token, name) for name in names}
