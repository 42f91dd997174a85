"""`/v1/auth`: register, sign in, stay signed in, sign out."""

from fastapi import APIRouter, Depends, Request, Response

from api.body import Route
from api.errors import language_of
from api.ground import Asked, Grounded
from api.idempotency import LOCATION
from api.limits import limit_address
from api.openapi import refusals
from api.proof import proven
from api.shapes.auth import (
    Person,
    Register,
    RegisterByPassword,
    SignIn,
    SignInByCode,
    SignInByPassword,
    SignInByRefreshToken,
    Tokens,
)
from api.transaction import new_router
from core.clock import utc_now
from core.identity.passwords import WrongLoginName, WrongPasswordLength
from core.identity.refresh_session import RefreshRefused, refresh_session
from core.identity.register_with_password import NameTaken, register_with_password
from core.identity.sessions import SignedIn, end_session
from core.identity.sign_in_with_code import CodeRefused, sign_in_with_code
from core.identity.sign_in_with_password import WrongNameOrPassword, sign_in_with_password
from core.identity.sign_in_with_telegram import ExtIdentityNotFound, register_with_telegram, sign_in_with_telegram
from core.identity.telegram_proof import ProofRefused
from core.identity.whose_token import SignInFirst

# Nobody is signed in here yet, so that each use-case has its own transactions, and the address is counted.
router = APIRouter(prefix="/v1/auth", route_class=Route, dependencies=[Depends(limit_address)], tags=["auth"])
of_signed_in = new_router("auth")
ME = "/v1/me"


@router.post(
    "/register",
    operation_id="register",
    summary="Register, and sign in",
    status_code=201,
    responses={
        200: {"model": Tokens, "description": "This identity is known already: it is the same person."},
        **refusals(NameTaken, WrongLoginName, WrongPasswordLength, ProofRefused),
    },
    openapi_extra={LOCATION: ME},
)
async def register(body: Register, request: Request, response: Response, ground: Grounded) -> Tokens:
    """Make a new person by a name and a password, or by what Telegram signed; the same identity twice is one person."""
    about = {
        "language": language_of(request),
        "time_zone": ground.product.default_time_zone,
        "client": _client(request),
    }
    now, is_new = utc_now(), True
    if isinstance(body, RegisterByPassword):
        signed_in = await register_with_password(
            ground.db, name=body.name, password=body.password, secrets=ground.secrets, now=now, **about
        )
    else:
        proof = proven(body.proof, ground, now=now)
        async with ground.db.transaction() as session:
            signed_in, is_new = await register_with_telegram(
                session, proof=proof, secrets=ground.secrets, now=now, **about
            )
    response.status_code = 201 if is_new else 200
    response.headers["Location"] = ME
    return _tokens(signed_in)


@router.post(
    "/token",
    operation_id="sign_in",
    summary="Sign in, or stay signed in",
    responses=refusals(WrongNameOrPassword, ProofRefused, RefreshRefused, CodeRefused, ExtIdentityNotFound),
)
async def sign_in(body: SignIn, request: Request, ground: Grounded) -> Tokens:
    """Give tokens to whoever proves who they are; nobody is registered here."""
    client, secrets, now = _client(request), ground.secrets, utc_now()
    if isinstance(body, SignInByPassword):
        signed_in = await sign_in_with_password(
            ground.db, name=body.name, password=body.password, client=client, secrets=secrets, now=now
        )
    elif isinstance(body, SignInByRefreshToken):
        signed_in = await refresh_session(ground.db, refresh_token=body.refresh_token, secrets=secrets, now=now)
    elif isinstance(body, SignInByCode):
        signed_in = await sign_in_with_code(ground.db, code=body.code, client=client, secrets=secrets, now=now)
    else:
        proof = proven(body.proof, ground, now=now)
        time_zone = ground.product.default_time_zone
        async with ground.db.transaction() as session:
            signed_in = await sign_in_with_telegram(
                session, proof=proof, client=client, time_zone=time_zone, secrets=secrets, now=now
            )
    return _tokens(signed_in)


@of_signed_in.post(
    "/auth/logout",
    operation_id="sign_out",
    summary="Sign out",
    status_code=204,
    responses=refusals(SignInFirst),
)
async def sign_out(call: Asked) -> None:
    """End the session of the token that asks."""
    await end_session(call.session, actor=call.actor, session_id=call.caller.own_session())


def _client(request: Request) -> str:
    return request.headers.get("user-agent", "")


def _tokens(signed_in: SignedIn) -> Tokens:
    user = signed_in.user
    return Tokens(
        access_token=signed_in.access_token,
        expires_in=int(signed_in.expires_in.total_seconds()),
        refresh_token=signed_in.refresh_token,
        user=Person(id=user.id, name=user.name, language=user.language),
    )
