"""Photos: uploaded to be shown as a receipt or a proof, and looked at."""

import contextlib
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from api.auth import SIGNED_IN, Asking
from api.body import read_bytes
from api.ground import Ground, Grounded
from api.openapi import refusals
from core.budgets.limit import limit
from core.clock import utc_now
from core.errors import TooOften
from core.identity.whose_token import Caller
from core.ids import AttemptId, PhotoId, PurchaseId, TaskId, UserId
from core.payments.queries import AttemptNotFound, visible_attempt
from core.photos.as_jpeg import NotAPhoto, as_jpeg
from core.photos.give_photo import OtherPhoto, PhotoNotFound
from core.photos.give_photo import upload_photo as upload
from core.photos.read_photo import read_photo
from core.purchases.acting_in_chat import acting_in_chat
from core.purchases.queries import own_purchase, visible_task
from core.purchases.rules import NotParticipant, PurchaseNotFound, TaskNotFound

# Reading a picture, asking Telegram for one, and waiting for one to arrive take their time, which no transaction is to
# last.
router = APIRouter(prefix="/v1", dependencies=[SIGNED_IN], tags=["photos"])
UPLOADS_AT_ONCE, UPLOADS_PER_MINUTE = 30, 2  # of one person
UPLOAD_SECONDS = 60
UPLOADING_MAX = 8  # of everybody, in one process: their bodies wait in memory
BUSY_SECONDS = 5  # after which somebody else may have finished
FETCHED_PER_MINUTE = 60  # of one person, in the bot's name
_uploading: set[UserId] = set()
_KINDS = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG": "image/png", b"RIFF": "image/webp"}
_PICTURE = {"schema": {"type": "string", "format": "binary"}}
_UPLOADED = {"required": True, "content": dict.fromkeys(_KINDS.values(), _PICTURE)}
_SHOWN: dict[int | str, dict[str, Any]] = {
    200: {"description": "The photo.", "content": dict.fromkeys(_KINDS.values(), _PICTURE)}
}


@router.put(
    "/photos/{photo_id}",
    summary="Upload a photo",
    status_code=204,
    responses=refusals(NotAPhoto, OtherPhoto),
    openapi_extra={"requestBody": _UPLOADED},
)
async def upload_photo(photo_id: UUID, request: Request, caller: Asking, ground: Grounded) -> None:
    """Keep a JPEG, PNG or WebP under an id that the client makes up; twice is the same as once.

    It is kept for a day, until it is given as `receipt_id` of what was bought or as `proof_id` of what was paid; then
    for as long as that. What a camera writes into it beside the picture (where and when) is left out.
    """
    actor, name = caller.actor, f"photos:{caller.actor.user_id}"
    await limit(ground.db, name=name, per_minute=UPLOADS_PER_MINUTE, burst=UPLOADS_AT_ONCE)
    with _among_few(actor.user_id):
        uploaded = await read_bytes(request, seconds=UPLOAD_SECONDS)
        jpeg = await as_jpeg(uploaded)
    async with ground.db.transaction() as session:
        await upload(session, actor=actor, photo_id=PhotoId(photo_id), uploaded=uploaded, jpeg=jpeg, now=utc_now())


@router.get(
    "/purchases/{purchase_id}/tasks/{task_id}/receipt",
    summary="The receipt of a task",
    response_class=Response,
    responses={**_SHOWN, **refusals(PurchaseNotFound, NotParticipant, TaskNotFound, PhotoNotFound)},
)
async def read_receipt(purchase_id: UUID, task_id: UUID, caller: Asking, ground: Grounded) -> Response:
    """Return the photo that shows what a task cost, to whoever takes part in the purchase."""
    identity = PurchaseId(purchase_id)
    async with ground.db.snapshot() as session:
        actor = await acting_in_chat(session, actor=caller.actor, purchase_id=identity)
        await own_purchase(session, actor=actor, purchase_id=identity)
        task = await visible_task(session, actor=actor, purchase_id=identity, task_id=TaskId(task_id))
        photo = await read_photo(session, task.receipt_id)
    return await _shown(photo, caller, ground)


@router.get(
    "/attempts/{attempt_id}/proof",
    summary="The proof of a payment",
    response_class=Response,
    responses={**_SHOWN, **refusals(AttemptNotFound, PhotoNotFound)},
)
async def read_proof(attempt_id: UUID, caller: Asking, ground: Grounded) -> Response:
    """Return the photo by which somebody shows that they paid outside, to them and to whom they paid."""
    async with ground.db.snapshot() as session:
        attempt, _ = await visible_attempt(session, actor=caller.actor, attempt_id=AttemptId(attempt_id))
        photo = await read_photo(session, attempt.proof_id)
    return await _shown(photo, caller, ground)


@contextlib.contextmanager
def _among_few(user_id: UserId) -> Iterator[None]:
    """Let only so many upload at once that there is room for what they send.

    :raises TooOften: if there are as many, or the person is one of them.
    """
    if user_id in _uploading or len(_uploading) >= UPLOADING_MAX:
        raise TooOften(seconds=BUSY_SECONDS)
    _uploading.add(user_id)
    try:
        yield
    finally:
        _uploading.remove(user_id)


async def _shown(photo: str | bytes | None, caller: Caller, ground: Ground) -> Response:
    """Return a photo, which for one that was sent in the chat is fetched from there.

    :raises TooOften: if the person looks at more of these than anybody does.
    :raises PhotoNotFound: if there is none (any more).
    :raises NotNow: if Telegram cannot be asked.
    """
    if isinstance(photo, str):
        name = f"telegram-photos:{caller.actor.user_id}"
        await limit(ground.db, name=name, per_minute=FETCHED_PER_MINUTE, burst=FETCHED_PER_MINUTE)
        photo = None if ground.telegram_files is None else await ground.telegram_files.fetch(photo)
    kind = next((kind for beginning, kind in _KINDS.items() if (photo or b"").startswith(beginning)), None)
    if photo is None or kind is None:
        raise PhotoNotFound
    return Response(photo, media_type=kind)
