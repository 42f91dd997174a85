"""The Bot API over HTTP: requests in every shape that clients send, answers as the official server gives them."""

import asyncio
import json
import re
import time
from collections import deque
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.datastructures import UploadFile

from sandbox.storage import Thing
from sandbox.telegram import faults
from sandbox.telegram.methods import METHODS
from sandbox.telegram.methods.call import Call
from sandbox.telegram.refusal import Refusal
from sandbox.telegram.world import World

TOKEN = re.compile(r"[0-9]{6,12}:[A-Za-z0-9_-]{20,64}")
QUIET_METHODS = {"getupdates"}


def bot_api(world: World) -> APIRouter:
    """Return the routes of the Bot API."""
    router = APIRouter()

    @router.api_route("/bot{token}/{method}", methods=["GET", "POST"])
    async def call(token: str, method: str, request: Request) -> Response:
        began = time.perf_counter()
        try:
            params, files = await _read(request)
        except Refusal as refusal:
            params, files = {}, {}
            answer, code = _refused(refusal), refusal.code
        else:
            answer, code = await _answer(world, token, method, params, files)
            for upload in files.values():
                await upload.close()
        if method.lower() not in QUIET_METHODS or code != 200:  # noqa: PLR2004 -- HTTP
            _log(world, method, params, answer, code, (time.perf_counter() - began) * 1000)
        if code == 0:
            return Response(status_code=502, content="<html>Bad Gateway</html>", media_type="text/html")
        headers = {"Retry-After": str(answer["parameters"]["retry_after"])} if code == 429 else {}  # noqa: PLR2004
        return Response(json.dumps(answer, ensure_ascii=False), code, headers, "application/json")

    @router.get("/file/bot{token}/{path:path}")
    async def file(token: str, path: str) -> Response:
        found = next((file for file in world.files.values() if file["path"] == path), None)
        if not TOKEN.fullmatch(token) or found is None:
            return Response(json.dumps({"ok": False, "error_code": 404, "description": "Not Found"}), 404)
        return Response(world.read_file(found), media_type=found["media"]["type"])

    return router


async def _answer(
    world: World, token: str, method: str, params: Thing, files: dict[str, UploadFile]
) -> tuple[Thing, int]:
    """Return the answer and its HTTP code; 0 is an answer that got lost on the way."""
    name = method.lower()
    try:
        if not TOKEN.fullmatch(token):
            raise Refusal(401, "Unauthorized")
        entry = METHODS.get(name)
        if entry is None:
            raise Refusal(404, "Not Found: method not found")
        unknown = sorted(params.keys() - entry.params)
        if unknown:
            raise Refusal.bad(f"unknown parameter {', '.join(unknown)} of {entry.name}")
        await _strike(world, name)
        call = Call(world, params, files)
        if entry.writes:
            _check_flood(world, call)
        result = entry.run(call)
        if asyncio.iscoroutine(result):
            result = await result
        if name not in faults.NEVER_FAULTY and faults.take(world, "lose_answer", name):
            return {"ok": True, "result": result}, 0
    except Refusal as refusal:
        return _refused(refusal), refusal.code
    return {"ok": True, "result": result}, 200


async def _strike(world: World, name: str) -> None:
    if not world.faults or name in faults.NEVER_FAULTY:
        return
    if faults.take(world, "outage", name):
        raise Refusal(500, "Internal Server Error")
    if fault := faults.take(world, "slow", name):
        await asyncio.sleep(fault.get("seconds", 3))
    if fault := faults.take(world, "too_many_requests", name):
        seconds = int(fault.get("seconds", 5))
        raise Refusal(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)


def _check_flood(world: World, call: Call) -> None:
    """Sends and edits to one chat share a limit; it is counted in real seconds, because it guards real machines."""
    chat_id = call.integer("chat_id", required=False)
    if chat_id is None:
        return
    now = time.monotonic()
    sent = world.last_chat_messages.setdefault(chat_id, deque())
    while sent and now - sent[0] > 60:  # noqa: PLR2004 -- a minute
        sent.popleft()
    if len(sent) >= (world.private_per_minute if chat_id > 0 else world.group_per_minute):
        seconds = int(60 - (now - sent[0])) + 1
        raise Refusal(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)
    sent.append(now)


def _refused(refusal: Refusal) -> Thing:
    answer: Thing = {"ok": False, "error_code": refusal.code, "description": refusal.description}
    if refusal.parameters:
        answer["parameters"] = refusal.parameters
    return answer


async def _read(request: Request) -> tuple[Thing, dict[str, UploadFile]]:
    params: Thing = dict(request.query_params)
    files: dict[str, UploadFile] = {}
    kind = request.headers.get("content-type", "").split(";")[0]
    if kind == "application/json":
        try:
            body = await request.json()
        except ValueError:
            raise Refusal.bad("can't parse request: body is not valid JSON") from None
        if not isinstance(body, dict):
            raise Refusal.bad("can't parse request: JSON object expected")
        params |= body
    elif kind in {"application/x-www-form-urlencoded", "multipart/form-data"}:
        for name, value in (await request.form()).multi_items():
            if isinstance(value, UploadFile):
                files[name] = value
            else:
                params[name] = value
    return {name: _value(value) for name, value in params.items() if value is not None}, files


def _value(value: Any) -> Any:
    """Return a nested object that came as JSON text; everything else as it is."""
    if isinstance(value, str) and value[:1] in {"[", "{"}:
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _log(world: World, method: str, params: Thing, answer: Thing, code: int, ms: float) -> None:
    shown = {name: value if len(str(value)) < 2000 else "…" for name, value in params.items()}  # noqa: PLR2004
    number = world.number("call")
    call = {"id": number, "method": method, "params": shown, "status": code, "answer": answer, "ms": ms,
            "at": world.now()}  # fmt: skip
    world.calls.append(call)
    world.events.tell("call", call=call)
