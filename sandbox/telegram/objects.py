"""Complete objects of the Bot API, made from what the sandbox knows."""

from typing import Any

from sandbox.storage import Thing
from sandbox.telegram.world import World


def chat_object(world: World, chat_id: int) -> Thing:
    """Return a Chat."""
    if chat_id in world.people:
        person = world.author(chat_id)
        names: Thing = {name: person[name] for name in ("first_name", "last_name", "username") if name in person}
        return {"id": chat_id, "type": "private", **names}
    chat = world.chats[chat_id]
    return {"id": chat_id, "type": chat["type"], "title": chat["title"]}


def user_object(world: World, user_id: int) -> Thing:
    """Return a User."""
    return world.author(user_id)


def message_object(world: World, message: Thing, *, with_reply: bool = True) -> Thing:
    """Return a Message, with the one it replies to but not deeper."""
    result: Thing = {
        "message_id": message["message_id"],
        "date": message["date"],
        "chat": chat_object(world, message["chat_id"]),
        "from": user_object(world, message["sender_id"]),
        **message.get("fields", {}),
    }
    if "edit_date" in message:
        result["edit_date"] = message["edit_date"]
    if message.get("receiver_id"):
        result["ephemeral_message_id"] = message["ephemeral_message_id"]
        result["receiver_user"] = user_object(world, message["receiver_id"])
    _add_content(world, message, result)
    if "invoice" in message:
        names = ("title", "description", "start_parameter", "currency", "total_amount")
        result["invoice"] = {name: message["invoice"][name] for name in names}
    if message.get("reply_markup", {}) and "inline_keyboard" in message["reply_markup"]:
        result["reply_markup"] = message["reply_markup"]
    replied = world.messages.get((message["chat_id"], message.get("reply_to") or ""))
    if replied is not None and with_reply:
        result["reply_to_message"] = message_object(world, replied, with_reply=False)
    return result


def _add_content(world: World, message: Thing, result: Thing) -> None:
    text, entities = message.get("text", ""), [_entity(world, entity) for entity in message.get("entities", [])]
    file = world.files.get(message.get("file_id", ""))
    if file is None:
        if text:
            result["text"] = text
        if entities:
            result["entities"] = entities
        return
    result |= file_fields(file)
    if text:
        result["caption"] = text
    if entities:
        result["caption_entities"] = entities


def file_fields(file: Thing) -> Thing:
    """Return the `photo` or `document` field of a message."""
    known: dict[str, Any] = {
        "file_id": file["file_id"],
        "file_unique_id": file["unique_id"],
        "file_size": file["media"]["size"],
    }
    if file["media"]["kind"] == "photo":
        return {"photo": [{**known, "width": file["media"]["width"], "height": file["media"]["height"]}]}
    return {"document": {**known, "file_name": file["media"]["name"], "mime_type": file["media"]["type"]}}


def member_object(world: World, chat: Thing, user_id: int) -> Thing:
    """Return a ChatMember."""
    user = user_object(world, user_id)
    if user_id == world.bot["id"]:
        status = "administrator" if chat["bot_is_admin"] else "member"
        present = chat["bot_is_member"]
    else:
        status = "creator" if user_id == chat.get("creator_id") else "member"
        present = user_id in chat["member_ids"]
    if not present:
        return {"user": user, "status": "left"}
    if status == "creator":
        return {"user": user, "status": status, "is_anonymous": False}
    if status == "administrator":
        rights = ("can_manage_chat", "can_delete_messages", "can_manage_video_chats", "can_restrict_members",
                  "can_promote_members", "can_change_info", "can_invite_users", "can_post_stories",
                  "can_edit_stories", "can_delete_stories", "can_send_welcome_messages")  # fmt: skip
        allowed = dict.fromkeys(rights, True)
        return {"user": user, "status": status, "can_be_edited": False, "is_anonymous": False, **allowed}
    return {"user": user, "status": status}


def _entity(world: World, entity: Thing) -> Thing:
    if "user_id" not in entity:
        return entity
    written = {name: value for name, value in entity.items() if name != "user_id"}
    if entity["user_id"] not in world.people:
        return {**written, "type": "text_link", "url": f"tg://user?id={entity['user_id']}"}
    return {**written, "user": user_object(world, entity["user_id"])}
