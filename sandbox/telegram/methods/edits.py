"""Changing and taking away what the bot has sent."""

from sandbox.storage import Thing
from sandbox.telegram.markup import CAPTION_MAX, TEXT_MAX, read_markup, read_text
from sandbox.telegram.methods.call import Call, Method, method
from sandbox.telegram.methods.messages import take_file
from sandbox.telegram.objects import message_object
from sandbox.telegram.refusal import Refusal

NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current content "
    "and reply markup of the message"
)
WHICH = "chat_id message_id"
DELETABLE_SECONDS = 48 * 3600


@method("editMessageText", f"{WHICH} text parse_mode entities link_preview_options reply_markup", writes=True)
def edit_message_text(call: Call) -> Thing:
    """Put another text, and other buttons, in the place of the old ones."""
    return _edit(call, "text", TEXT_MAX)


@method(
    "editMessageCaption",
    f"{WHICH} caption parse_mode caption_entities show_caption_above_media reply_markup",
    writes=True,
)
def edit_message_caption(call: Call) -> Thing:
    """Put another caption under a picture or file."""
    return _edit(call, "caption", CAPTION_MAX)


@method("editMessageMedia", f"{WHICH} media reply_markup", writes=True)
async def edit_message_media(call: Call) -> Thing:
    """Put another picture or file in the place of the old one, or of a text."""
    message = _own_message(call)
    media = call.params.get("media")
    if not isinstance(media, dict) or media.get("type") not in {"photo", "document"} or "invoice" in message:
        raise Refusal.bad("message can't be edited")
    text, entities = read_text(media.get("caption") or "", media.get("parse_mode"), CAPTION_MAX)
    file = await take_file(call, media["type"], media.get("media"))
    change = {"file_id": file["file_id"], "text": text, "entities": entities}
    return _change(call, message, {**change, "reply_markup": _markup(call, message)})


@method("editMessageReplyMarkup", f"{WHICH} reply_markup", writes=True)
def edit_message_reply_markup(call: Call) -> Thing:
    """Put other buttons under a message."""
    message = _own_message(call)
    return _change(call, message, {"reply_markup": _markup(call, message)})


@method("deleteMessage", WHICH)
def delete_message(call: Call) -> bool:
    """Take a message out of the chat."""
    chat = call.world.chat(call.text("chat_id"))
    message = call.world.find(chat["id"], call.integer("message_id"), "delete")
    own = message["sender_id"] == call.world.bot["id"]
    if (not own and not chat.get("bot_is_admin")) or call.world.now() - message["date"] > DELETABLE_SECONDS:
        raise Refusal.bad("message can't be deleted")
    call.world.delete_message(message)
    return True


@method("deleteMessages", "chat_id message_ids")
def delete_messages(call: Call) -> bool:
    """Take several messages out of the chat; those that are gone already do not matter."""
    chat = call.world.chat(call.text("chat_id"))
    for number in call.params.get("message_ids", []):
        message = call.world.messages.get((chat["id"], f"m{number}"))
        if message is not None and message["sender_id"] == call.world.bot["id"]:
            call.world.delete_message(message)
    return True


def _edit(call: Call, name: str, limit: int) -> Thing:
    message = _own_message(call)
    if ("file_id" in message) != (name == "caption") or "invoice" in message:
        raise Refusal.bad(f"there is no {name} in the message to edit")
    text, entities = read_text(call.text(name) or "", call.text("parse_mode", required=False), limit)
    if not text:
        raise Refusal.bad("message text is empty")
    return _change(call, message, {"text": text, "entities": entities, "reply_markup": _markup(call, message)})


def _markup(call: Call, message: Thing) -> Thing | None:
    return read_markup(call.params.get("reply_markup"), is_private=message["chat_id"] in call.world.people)


def _own_message(call: Call) -> Thing:
    chat = call.world.chat(call.text("chat_id"))
    message = call.world.find(chat["id"], call.integer("message_id"), "edit")
    if message["sender_id"] != call.world.bot["id"] or "service" in message:
        raise Refusal.bad("message can't be edited")
    return message


def _change(call: Call, message: Thing, change: Thing) -> Thing:
    if all(message.get(name) == value for name, value in change.items()):
        raise Refusal.bad(NOT_MODIFIED)
    message |= {**change, "edit_date": int(call.world.now())}
    call.world.save_message(message, "edited")
    return message_object(call.world, message)


METHODS: tuple[Method, ...] = (
    edit_message_text,
    edit_message_caption,
    edit_message_media,
    edit_message_reply_markup,
    delete_message,
    delete_messages,
)
