"""What tests and the overview page do with the bank from outside: settle, misbehave, look into the book."""

from collections.abc import Callable
from typing import Any, TypeVar

from fastapi import APIRouter, Body, Request

from sandbox.bank.book import book
from sandbox.bank.faults import KINDS
from sandbox.bank.notices import FORGERIES, Notices
from sandbox.bank.objects import payment_object, refund_object
from sandbox.bank.refusal import Impossible, Refusal
from sandbox.bank.state import State
from sandbox.bank.transitions import REASONS, Transitions
from sandbox.storage import Thing

Found = TypeVar("Found")


def control(state: State, transitions: Transitions, notices: Notices) -> APIRouter:
    """Return the routes."""
    router = APIRouter(prefix="/sandbox")
    _add_payments_and_refunds(router, state, transitions)
    _add_notices(router, state, notices)
    _add_the_rest(router, state)
    return router


def _add_payments_and_refunds(router: APIRouter, state: State, transitions: Transitions) -> None:
    @router.get("/payments")
    async def payments(request: Request) -> list[Thing]:
        return [_shown(state, payment, request) for payment in state.payments.values()]

    @router.post("/payments/{payment_id}/{act}")
    async def settle(payment_id: str, act: str, request: Request, said: Thing = Body({})) -> Thing:  # noqa: B008, FAST002 -- how FastAPI reads
        payment = _found(state.payments, payment_id)
        acts: dict[str, Callable[[], None]] = {
            "succeed": lambda: transitions.succeed(payment),
            "fail": lambda: fail(transitions, payment, said.get("reason", "insufficient_funds")),
            "cancel": lambda: transitions.cancel(payment),
            "expire": lambda: transitions.expire(payment),
        }
        _found(acts, act)()
        return _shown(state, payment, request)

    @router.get("/refunds")
    async def refunds() -> list[Thing]:
        return [{**refund_object(refund), "shop": refund["shop"]} for refund in state.refunds.values()]

    @router.post("/refunds/{refund_id}/{act}")
    async def settle_refund(refund_id: str, act: str, said: Thing = Body({})) -> Thing:  # noqa: B008, FAST002
        refund = _found(state.refunds, refund_id)
        acts: dict[str, Callable[[], None]] = {
            "succeed": lambda: transitions.succeed_refund(refund),
            "cancel": lambda: transitions.cancel_refund(refund, said.get("reason", "insufficient_funds")),
        }
        _found(acts, act)()
        return {**refund_object(refund), "shop": refund["shop"]}


def fail(transitions: Transitions, payment: Thing, reason: str) -> None:
    """Let a bank or a network refuse a payment.

    :raises Impossible: if it is not pending.
    """
    if payment["status"] != "pending":
        raise Impossible(f"this is {payment['status']} already")
    transitions.cancel(payment, REASONS.get(reason, "payment_network"), reason)


def _add_notices(router: APIRouter, state: State, notices: Notices) -> None:
    @router.get("/notices")
    async def all_notices() -> list[Thing]:
        return list(state.notices.values())

    @router.post("/notices/release")
    async def release(said: Thing = Body({})) -> list[str]:  # noqa: B008, FAST002
        return notices.release(said.get("order", "reversed"))

    @router.post("/notices/forge")
    async def forge(said: Thing) -> Thing:
        return notices.forge(said.get("payment_id", ""), said.get("how", "bad_signature"), said.get("other_payment_id"))

    @router.post("/notices/{notice_id}/replay")
    async def replay(notice_id: str) -> Thing:
        notice = _found(state.notices, notice_id)
        notices.replay(notice)
        return notice


def _add_the_rest(router: APIRouter, state: State) -> None:
    @router.get("/book")
    async def the_book(shop: str | None = None) -> dict[str, dict[str, int]]:
        return book(state, shop)

    @router.get("/faults")
    async def faults() -> dict[str, Any]:
        return {"active": state.faults.active, "kinds": KINDS, "forgeries": FORGERIES}

    @router.post("/faults")
    async def misbehave(said: Thing) -> list[Thing]:
        try:
            state.faults.add(said)
        except ValueError as wrong:
            raise Refusal.invalid("kind", str(wrong)) from wrong
        return state.faults.active

    @router.delete("/faults")
    async def behave(kind: str | None = None) -> list[Thing]:
        state.faults.clear(kind)
        return state.faults.active

    @router.get("/shops")
    async def notice_urls() -> dict[str, str]:
        return state.notice_urls

    @router.post("/shops/{name}")
    async def set_notice_url(name: str, said: Thing) -> dict[str, str]:
        state.notice_urls[_found(state.shops, name).name] = said["notice_url"]
        return state.notice_urls

    @router.post("/clock")
    async def advance(said: Thing) -> dict[str, float]:
        state.advance(float(said["seconds"]))
        return {"now": state.now()}

    @router.post("/reset")
    async def reset() -> dict[str, str]:
        state.reset()
        return {}


def _found(things: dict[str, Found], name: str) -> Found:
    if name not in things:
        raise Refusal(404, "not_found", f"there is no {name}")
    return things[name]


def _shown(state: State, payment: Thing, request: Request) -> Thing:
    return {**payment_object(state, payment, str(request.base_url)), "shop": payment["shop"]}
