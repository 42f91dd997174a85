"""Chats and their members, commands, pins and reactions."""

from typing import Any

from sandbox.storage import Thing
from sandbox.telegram.methods.call import Call, Method, method
from sandbox.telegram.objects import chat_object, member_object
from sandbox.telegram.refusal import Refusal

COMMANDS_MAX = 100


@method("getChat", "chat_id")
def get_chat(call: Call) -> Thing:
    """Say what a chat is."""
    chat = call.world.chat(call.text("chat_id"))
    accepted = dict.fromkeys(
        ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"), True
    )
    more = {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": accepted}
    return {**chat_object(call.world, chat["id"]), **more}


@method("getChatMember", "chat_id user_id")
def get_chat_member(call: Call) -> Thing:
    """Say what somebody is in a group."""
    user_id = call.integer("user_id")
    assert user_id is not None
    if user_id != call.world.bot["id"]:
        call.world.person(user_id)
    return member_object(call.world, _group(call), user_id)


@method("getChatAdministrators", "chat_id")
def get_chat_administrators(call: Call) -> list[Thing]:
    """Return who administers a group."""
    chat = _group(call)
    everybody = [*chat["member_ids"], call.world.bot["id"]]
    members = [member_object(call.world, chat, user_id) for user_id in everybody]
    return [member for member in members if member["status"] in {"creator", "administrator"}]


@method("getChatMemberCount", "chat_id")
def get_chat_member_count(call: Call) -> int:
    """Count the members of a group, the bot among them."""
    return len(_group(call)["member_ids"]) + 1


@method("leaveChat", "chat_id")
def leave_chat(call: Call) -> bool:
    """Leave a group."""
    chat = _group(call)
    chat["bot_is_member"] = chat["bot_is_admin"] = False
    call.world.save_chat(chat)
    return True


@method("pinChatMessage", "chat_id message_id disable_notification")
def pin_chat_message(call: Call) -> bool:
    """Pin a message of a group."""
    chat = _group(call)
    call.world.find(chat["id"], call.integer("message_id"), "pin")
    if not chat["bot_is_admin"]:
        raise Refusal.bad("not enough rights to manage pinned messages in the chat")
    chat["pinned_message_id"] = call.integer("message_id")
    call.world.save_chat(chat)
    return True


@method("unpinChatMessage", "chat_id message_id")
def unpin_chat_message(call: Call) -> bool:
    """Unpin a message of a group."""
    chat = _group(call)
    chat.pop("pinned_message_id", None)
    call.world.save_chat(chat)
    return True


@method("setMessageReaction", "chat_id message_id reaction is_big")
def set_message_reaction(call: Call) -> bool:
    """React to a message with an emoji."""
    chat = call.world.chat(call.text("chat_id"))
    message = call.world.find(chat["id"], call.integer("message_id"), "react")
    message["reactions"] = [reaction["emoji"] for reaction in call.params.get("reaction", []) if "emoji" in reaction]
    call.world.save_message(message, "edited")
    return True


@method("setMyCommands", "commands scope language_code")
def set_my_commands(call: Call) -> bool:
    """Remember the commands of a scope and language."""
    commands: list[dict[str, Any]] = call.params.get("commands", [])
    if len(commands) > COMMANDS_MAX:
        raise Refusal.bad("too many commands specified")
    known = call.world.meta.setdefault("commands", {})
    known[_scope(call)] = commands
    call.world.save_meta()
    return True


@method("getMyCommands", "scope language_code")
def get_my_commands(call: Call) -> list[Thing]:
    """Return the commands of a scope and language."""
    commands: list[Thing] = call.world.meta.get("commands", {}).get(_scope(call), [])
    return commands


@method("setChatMenuButton", "chat_id menu_button")
def set_chat_menu_button(call: Call) -> bool:
    """Remember the menu button."""
    call.world.meta["menu_button"] = call.params.get("menu_button")
    call.world.save_meta()
    return True


def _scope(call: Call) -> str:
    scope = call.params.get("scope") or {"type": "default"}
    return f"{scope['type']}:{call.params.get('language_code') or ''}"


def _group(call: Call) -> Thing:
    chat = call.world.chat(call.text("chat_id"))
    if chat["id"] in call.world.people:
        raise Refusal.bad("method is available only for groups, supergroups and channels")
    return chat


METHODS: tuple[Method, ...] = (
    get_chat,
    get_chat_member,
    get_chat_administrators,
    get_chat_member_count,
    leave_chat,
    pin_chat_message,
    unpin_chat_message,
    set_message_reaction,
    set_my_commands,
    get_my_commands,
    set_chat_menu_button,
)
