"""Sending: texts, photos, documents, chat actions."""

from typing import Any

from starlette.datastructures import UploadFile

from sandbox.storage import Thing
from sandbox.telegram import faults
from sandbox.telegram.markup import CAPTION_MAX, read_markup, read_text
from sandbox.telegram.methods.call import Call, Method, method
from sandbox.telegram.objects import message_object
from sandbox.telegram.refusal import Refusal

COMMON = (
    "chat_id message_thread_id parse_mode link_preview_options disable_notification protect_content reply_parameters "
    "reply_markup ephemeral_message_parameters allow_paid_broadcast message_effect_id"
)
ANSWER_SECONDS = 15
PHOTO_SIDES_MAX, PHOTO_RATIO_MAX = 10_000, 20  # pixels of width and height together, and how many times the other


@method("sendMessage", f"{COMMON} text entities", writes=True)
def send_message(call: Call) -> Thing:
    """Send a text."""
    text, entities = read_text(call.text("text") or "", call.text("parse_mode", required=False))
    if not text:
        raise Refusal.bad("message text is empty")
    return _send(call, text=text, entities=entities)


@method("sendPhoto", f"{COMMON} photo caption caption_entities show_caption_above_media has_spoiler", writes=True)
async def send_photo(call: Call) -> Thing:
    """Send a picture: an upload, or a file id that the bot knows."""
    return await _send_file(call, "photo")


@method(
    "sendDocument",
    f"{COMMON} document caption caption_entities disable_content_type_detection thumbnail",
    writes=True,
)
async def send_document(call: Call) -> Thing:
    """Send a file: an upload, or a file id that the bot knows."""
    return await _send_file(call, "document")


@method("sendChatAction", "chat_id message_thread_id action")
def send_chat_action(call: Call) -> bool:
    """Show that the bot is typing."""
    chat = call.world.chat(call.text("chat_id"))
    call.world.events.tell("typing", chat_id=chat["id"], name=call.world.bot["first_name"])
    return True


@method("getFile", "file_id")
def get_file(call: Call) -> Thing:
    """Say where a file can be downloaded."""
    file = call.world.files.get(call.text("file_id") or "")
    if file is None:
        raise Refusal.bad("invalid file_id")
    known = {"file_id": file["file_id"], "file_unique_id": file["unique_id"], "file_size": file["media"]["size"]}
    return {**known, "file_path": file["path"]}


async def _send_file(call: Call, kind: str) -> Thing:
    text, entities = read_text(
        call.text("caption", required=False) or "", call.text("parse_mode", required=False), CAPTION_MAX
    )
    file = await take_file(call, kind, call.files.get(kind) or call.params.get(kind))
    sides = file["media"]["width"], file["media"]["height"]
    if kind == "photo" and (sum(sides) > PHOTO_SIDES_MAX or max(sides) > PHOTO_RATIO_MAX * min(sides)):
        raise Refusal.bad("PHOTO_INVALID_DIMENSIONS")
    return _send(call, text=text, entities=entities, file_id=file["file_id"])


async def take_file(call: Call, kind: str, given: Any) -> Thing:
    """Keep an upload, given as such or by the name of its part, or return the file of an id that the bot knows.

    :raises Refusal: if it is nothing of that.
    """
    if isinstance(given, str) and given.startswith("attach://"):
        given = call.files.get(given.removeprefix("attach://"))
    if isinstance(given, UploadFile):
        name = given.filename or f"{kind}.bin"
        return call.world.keep_file(kind, name, given.content_type, await given.read())
    if isinstance(given, str) and given in call.world.files:
        return call.world.files[given]
    raise Refusal.bad("wrong file identifier/HTTP URL specified")


def _send(call: Call, **content: Any) -> Thing:
    world = call.world
    chat = world.chat(call.text("chat_id"))
    content["reply_markup"] = read_markup(call.params.get("reply_markup"), is_private=chat["id"] in world.people)
    replied = call.params.get("reply_parameters") or {}
    if "message_id" in replied:
        original = world.messages.get((chat["id"], f"m{replied['message_id']}"))
        if original is None and not replied.get("allow_sending_without_reply"):
            raise Refusal.bad("message to be replied not found")
        if original is not None:
            content["reply_to"] = f"m{replied['message_id']}"
    to = call.params.get("ephemeral_message_parameters")
    if to is not None:
        content["receiver_id"] = _ephemeral_receiver(call, chat, to, replied)
    elif "ephemeral_message_id" in replied:
        raise Refusal.bad("a reply to an ephemeral message must be ephemeral")
    message = world.add_message(chat["id"], world.bot["id"], **content)
    if chat["id"] in world.chats:
        chat["bot_has_written"] = True
        world.save_chat(chat)
    return message_object(world, message)


def _ephemeral_receiver(call: Call, chat: Thing, to: Thing, replied: Thing) -> int:
    """Return who will see an ephemeral message.

    Any bot may send one within 15 seconds of a tap or an ephemeral command; an administrator at any time.
    """
    world = call.world
    if chat["id"] in world.people:
        raise Refusal.bad("ephemeral messages can be sent only in groups")
    if world.faults and faults.take(world, "no_ephemeral", None):
        raise Refusal.bad("EPHEMERAL_MESSAGE_UNSUPPORTED")
    receiver = world.person(to.get("receiver_user_id"))
    if receiver["id"] not in chat["member_ids"]:
        raise Refusal.bad("user not found")
    query = world.queries.get(str(to.get("callback_query_id")))
    incoming = world.messages.get((chat["id"], f"e{replied.get('ephemeral_message_id')}"))
    trigger = query or (incoming and {"user_id": incoming["sender_id"], "born": incoming["date"]})
    fresh = trigger is not None and trigger["user_id"] == receiver["id"]
    if not (fresh and trigger and world.now() - trigger["born"] <= ANSWER_SECONDS) and not chat["bot_is_admin"]:
        raise Refusal.bad("not enough rights to send ephemeral messages")
    identity: int = receiver["id"]
    return identity


METHODS: tuple[Method, ...] = (send_message, send_photo, send_document, send_chat_action, get_file)
