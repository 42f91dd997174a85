"""Photos: uploaded to be shown as a receipt or a proof, and looked at."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from api.auth import SIGNED_IN, Asking
from api.body import read_bytes
from api.ground import Ground, Grounded
from api.openapi import refusals
from core.budgets.limit import limit
from core.clock import utc_now
from core.ids import AttemptId, PhotoId, PurchaseId, TaskId
from core.payments.queries import AttemptNotFound, visible_attempt
from core.photos.as_jpeg import NotAPhoto, as_jpeg
from core.photos.keep_photo import OtherPhoto, PhotoNotFound, keep_uploaded_photo
from core.photos.read_photo import read_photo
from core.purchases.acting_in_chat import acting_in_chat
from core.purchases.queries import visible_task
from core.purchases.rules import PurchaseNotFound, TaskNotFound

# Reading a picture, asking Telegram for one, and waiting for one to arrive take their time, which no transaction is to
# last.
router = APIRouter(prefix="/v1", dependencies=[SIGNED_IN], tags=["photos"])
UPLOADS_AT_ONCE, UPLOADS_PER_MINUTE = 30, 2  # of one person
UPLOAD_SECONDS = 60
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
    user_id = caller.actor.user_id
    await limit(ground.db, name=f"photos:{user_id}", per_minute=UPLOADS_PER_MINUTE, burst=UPLOADS_AT_ONCE)
    uploaded = await read_bytes(request, seconds=UPLOAD_SECONDS)
    jpeg = await as_jpeg(uploaded)
    identity = PhotoId(photo_id)
    async with ground.db.transaction() as session:
        await keep_uploaded_photo(
            session, actor=caller.actor, photo_id=identity, uploaded=uploaded, jpeg=jpeg, now=utc_now()
        )


@router.get(
    "/purchases/{purchase_id}/tasks/{task_id}/receipt",
    summary="The receipt of a task",
    response_class=Response,
    responses={**_SHOWN, **refusals(PurchaseNotFound, TaskNotFound, PhotoNotFound)},
)
async def read_receipt(purchase_id: UUID, task_id: UUID, caller: Asking, ground: Grounded) -> Response:
    """Return the photo that shows what a task cost, to whoever sees the purchase."""
    identity = PurchaseId(purchase_id)
    async with ground.db.snapshot() as session:
        actor = await acting_in_chat(session, actor=caller.actor, purchase_id=identity)
        task = await visible_task(session, actor=actor, purchase_id=identity, task_id=TaskId(task_id))
        photo = await read_photo(session, task.receipt_id)
    return await _shown(photo, ground)


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
    return await _shown(photo, ground)


async def _shown(photo: str | bytes | None, ground: Ground) -> Response:
    """Return a photo, which for one that was sent in the chat is fetched from there.

    :raises PhotoNotFound: if there is none (any more).
    :raises NotNow: if Telegram cannot be asked.
    """
    if isinstance(photo, str):
        photo = None if ground.telegram_files is None else await ground.telegram_files.fetch(photo)
    kind = next((kind for beginning, kind in _KINDS.items() if (photo or b"").startswith(beginning)), None)
    if photo is None or kind is None:
        raise PhotoNotFound
    return Response(photo, media_type=kind)
