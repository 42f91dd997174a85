"""Changing and taking away what one person alone sees."""

from sandbox.storage import Thing
from sandbox.telegram.markup import CAPTION_MAX, read_markup, read_text
from sandbox.telegram.methods.call import Call, Method, method
from sandbox.telegram.methods.edits import NOT_MODIFIED
from sandbox.telegram.refusal import Refusal

WHICH = "chat_id receiver_user_id ephemeral_message_id"


@method("editEphemeralMessageText", f"{WHICH} text parse_mode entities link_preview_options reply_markup", writes=True)
def edit_text(call: Call) -> bool:
    """Put another text, of up to 1024 characters, in the place of the old one."""
    message = _message(call)
    text, entities = read_text(call.text("text") or "", call.text("parse_mode", required=False), CAPTION_MAX)
    change = {
        "text": text,
        "entities": entities,
        "reply_markup": _markup(call),
    }
    return _change(call, message, change)


@method("editEphemeralMessageReplyMarkup", f"{WHICH} reply_markup", writes=True)
def edit_reply_markup(call: Call) -> bool:
    """Put other buttons under the message."""
    return _change(call, _message(call), {"reply_markup": _markup(call)})


@method("deleteEphemeralMessage", WHICH)
def delete(call: Call) -> bool:
    """Take the message away."""
    call.world.delete_message(_message(call))
    return True


def _message(call: Call) -> Thing:
    chat = call.world.chat(call.text("chat_id"))
    message = call.world.messages.get((chat["id"], f"e{call.integer('ephemeral_message_id')}"))
    if message is None or message.get("receiver_id") != call.integer("receiver_user_id"):
        raise Refusal.bad("message to edit not found")
    return message


def _change(call: Call, message: Thing, change: Thing) -> bool:
    if all(message.get(name) == value for name, value in change.items()):
        raise Refusal.bad(NOT_MODIFIED)
    message |= {**change, "edit_date": int(call.world.now())}
    call.world.save_message(message, "edited")
    return True


def _markup(call: Call) -> Thing | None:
    return read_markup(call.params.get("reply_markup"), is_private=False)


METHODS: tuple[Method, ...] = (edit_text, edit_reply_markup, delete)
