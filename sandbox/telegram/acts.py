"""What people do in their chats, and what becomes of it as updates for the bot."""

import asyncio
import base64
import re
import secrets
import uuid
from collections.abc import Callable
from typing import Any

from sandbox.storage import Thing
from sandbox.telegram import faults
from sandbox.telegram.markup import found_entities
from sandbox.telegram.methods.invoices import written_amount
from sandbox.telegram.mini_apps import opened
from sandbox.telegram.objects import chat_object, member_object, message_object, user_object
from sandbox.telegram.refusal import Refusal
from sandbox.telegram.world import SUPERGROUP, World, key_of

COMMAND = re.compile(r"/[a-zA-Z0-9_]{1,32}(?:@([a-zA-Z0-9_]+))?(?:\s|$)")
Act = Callable[[World, Thing], Any]
ACTS: dict[str, Act] = {}


def act(run: Act) -> Act:
    """Enter a function as an act of its own name."""
    ACTS[run.__name__] = run
    return run


@act
def add_person(world: World, said: Thing) -> Thing:
    """Somebody new comes to Telegram."""
    return world.add_person(**said)


@act
def rename_person(world: World, said: Thing) -> Thing:
    """Somebody changes their profile."""
    person = world.person(said["user_id"])
    person |= {name: said[name] for name in ("first_name", "last_name", "username", "language_code") if name in said}
    world.save_person(person)
    return person


@act
def add_group(world: World, said: Thing) -> Thing:
    """Somebody makes a group."""
    members = [world.person(user_id)["id"] for user_id in said["member_ids"]]
    chat: Thing = {
        "id": -world.number("group", 4001),
        "type": "group",
        "title": said["title"],
        "member_ids": members,
        "creator_id": members[0],
        "bot_is_member": False,
        "bot_is_admin": False,
        "bot_has_written": False,
    }
    world.save_chat(chat)
    if said.get("with_bot", True):
        _add_bot(world, chat, members[0])
    return chat


@act
def add_to_group(world: World, said: Thing) -> Thing:
    """Somebody is added to a group, or comes by a link; or the bot is."""
    chat = _group(world, said["chat_id"])
    if said.get("bot"):
        _add_bot(world, chat, said.get("by") or chat["member_ids"][0])
        return chat
    person = world.person(said["user_id"])
    if person["id"] not in chat["member_ids"]:
        chat["member_ids"].append(person["id"])
        world.save_chat(chat)
        by = said.get("by") or person["id"]
        fields = {"new_chat_members": [user_object(world, person["id"])]}
        _service(world, chat, by, f"{person['first_name']} joined the group", fields)
        _tell_membership(world, chat, person["id"], "left", "member", by)
    return chat


@act
def leave_group(world: World, said: Thing) -> Thing:
    """Somebody leaves a group."""
    chat = _group(world, said["chat_id"])
    person = world.person(said["user_id"])
    if person["id"] in chat["member_ids"]:
        fields = {"left_chat_member": user_object(world, person["id"])}
        _service(world, chat, person["id"], f"{person['first_name']} left the group", fields)
        chat["member_ids"].remove(person["id"])
        world.save_chat(chat)
        _tell_membership(world, chat, person["id"], "member", "left", person["id"])
    return chat


@act
def make_admin(world: World, said: Thing) -> Thing:
    """The bot becomes an administrator of a group, or is none any more."""
    chat = _group(world, said["chat_id"])
    before = member_object(world, chat, world.bot["id"])
    chat["bot_is_admin"] = bool(said["on"])
    world.save_chat(chat)
    _tell_bot(world, chat, chat["member_ids"][0], before)
    return chat


@act
def kick_bot(world: World, said: Thing) -> Thing:
    """The bot is thrown out of a group."""
    chat = _group(world, said["chat_id"])
    before = member_object(world, chat, world.bot["id"])
    chat["bot_is_member"] = chat["bot_is_admin"] = False
    world.save_chat(chat)
    _tell_bot(world, chat, chat["member_ids"][0], before)
    return chat


@act
def upgrade_group(world: World, said: Thing) -> Thing:
    """A group becomes a supergroup with a new id; both chats say so."""
    old = _group(world, said["chat_id"])
    if old["type"] != "group":
        raise Refusal.bad("this is a supergroup already")
    new_id = SUPERGROUP - world.number("supergroup", 9001)
    new = {**old, "id": new_id, "type": "supergroup", "upgraded_from": old["id"]}
    world.save_chat(new)
    by = old["member_ids"][0]
    _service(world, old, by, "The group became a supergroup", {"migrate_to_chat_id": new_id})
    old["upgraded_to"] = new_id
    world.save_chat(old)
    _service(world, new, by, "The group became a supergroup", {"migrate_from_chat_id": old["id"]})
    return new


@act
def send(world: World, said: Thing) -> Thing:
    """Somebody writes to a group, or to the bot in private."""
    person = world.person(said["user_id"])
    chat_id = int(said["chat_id"])
    text = str(said.get("text") or "").strip()
    content: Thing = {"text": text, "entities": found_entities(text)}
    for kind in ("photo", "document"):
        if said.get(kind):
            file = said[kind]
            kept = world.keep_file(kind, file["name"], file.get("type"), base64.b64decode(file["base64"]))
            content["file_id"] = kept["file_id"]
    if not text and "file_id" not in content:
        raise Refusal.bad("message text is empty")
    if chat_id == person["id"]:
        _open_private_chat(world, person)
    elif person["id"] not in _group(world, chat_id)["member_ids"]:
        raise Refusal.bad("this person is not in the group")
    if said.get("reply_to_ephemeral"):
        content["reply_to"] = f"e{said['reply_to_ephemeral']}"
        content["receiver_id"] = person["id"]
    elif said.get("reply_to"):
        content["reply_to"] = f"m{said['reply_to']}"
    message = world.add_message(chat_id, person["id"], **content)
    if chat_id == person["id"] or _bot_may_read(world, world.chats[chat_id], message):
        world.updates.add("message", message_object(world, message))
    return world.seen(message)


@act
def start(world: World, said: Thing) -> Thing:
    """Somebody presses Start, perhaps by a deep link."""
    payload = str(said.get("payload") or "")
    if not re.fullmatch(r"[A-Za-z0-9_-]{0,64}", payload):
        raise Refusal.bad("a start parameter has up to 64 letters, digits, _ and -")
    return send(world, {**said, "chat_id": said["user_id"], "text": f"/start {payload}".strip()})  # type: ignore[no-any-return]


@act
def tap(world: World, said: Thing) -> Thing:
    """Somebody taps a button under a message."""
    message = _message(world, said)
    try:
        button = message["reply_markup"]["inline_keyboard"][said["row"]][said["column"]]
    except (KeyError, IndexError, TypeError):
        raise Refusal.bad("there is no such button") from None
    if "callback_data" not in button:
        raise Refusal.bad("this button sends nothing")
    return _query(world, said, message, button["callback_data"])


@act
def tap_raw(world: World, said: Thing) -> Thing:
    """A forged client sends any data it likes."""
    return _query(world, said, _message(world, said), str(said["data"]))


@act
def open_mini_app(world: World, said: Thing) -> Thing:
    """Somebody opens a Mini App of the bot: by a button, by the menu button, or by a link with a `start_param`."""
    person = world.person(said["user_id"])
    message = _message(world, said) if "message_id" in said else None
    if message is not None and person["id"] not in world.viewers(message):
        raise Refusal.bad("this person does not see the message")
    return opened(world, person, said, message)


@act
async def pay_invoice(world: World, said: Thing) -> Thing:
    """Somebody pays an invoice: under its message, or by its `link`. The bot has ten seconds for its last word."""
    person = world.person(said["user_id"])
    message = None if said.get("link") else _message(world, said)
    if message is not None and person["id"] not in world.viewers(message):
        raise Refusal.bad("this person does not see the message")
    link = str(said.get("link", "")).rpartition("$")[2]
    invoice = world.meta.get("invoice_links", {}).get(link) if message is None else message.get("invoice")
    if invoice is None:
        raise Refusal.bad("there is no such invoice")
    _check_unpaid(invoice, person)
    known = {name: invoice[name] for name in ("currency", "total_amount")} | {"invoice_payload": invoice["payload"]}
    refusal = await _checked_out(world, person["id"], known)
    if refusal is not None:
        raise Refusal(400, refusal)
    _check_unpaid(invoice, person)  # a second tap may have waited beside this one
    invoice["paid_by"].append(person["id"])
    if message is None:
        _open_private_chat(world, person)
        world.save_meta()
    elif (message["chat_id"], key_of(message)) in world.messages:
        world.save_message(message, "edited")
    charges = {
        "telegram_payment_charge_id": f"{world.number('charge', 700001)}_{secrets.token_hex(8)}",
        "provider_payment_charge_id": str(uuid.uuid4()),
    }
    words = f"{person['first_name']} paid {written_amount(invoice)} for {invoice['title']}"
    service = world.add_message(
        person["id"] if message is None else message["chat_id"],
        person["id"],
        service=words,
        fields={"successful_payment": {**known, **charges}},
    )
    world.updates.add("message", message_object(world, service))
    return charges


def _check_unpaid(invoice: Thing, person: Thing) -> None:
    if person["id"] in invoice["paid_by"]:
        raise Refusal.bad("this is paid already")


async def _checked_out(world: World, user_id: int, known: Thing) -> str | None:
    """Return why the bot wants no payment, or None if it does."""
    query_id = str(world.number("checkout", 990001))
    answered = world.checkouts[query_id] = asyncio.get_running_loop().create_future()
    world.updates.add("pre_checkout_query", {"id": query_id, "from": user_object(world, user_id), **known})
    try:
        return await asyncio.wait_for(answered, world.checkout_seconds)
    except TimeoutError:
        return "The bot did not answer in time"
    finally:
        world.checkouts.pop(query_id, None)


@act
def redeliver(world: World, said: Thing) -> Thing:
    """An update comes again."""
    world.updates.again(int(said["update_id"]))
    return {}


@act
def block(world: World, said: Thing) -> Thing:
    """Somebody blocks the bot."""
    return _set_blocked(world, said, blocked=True)


@act
def unblock(world: World, said: Thing) -> Thing:
    """Somebody lets the bot write again."""
    return _set_blocked(world, said, blocked=False)


@act
def delete_message(world: World, said: Thing) -> Thing:
    """Somebody deletes a message."""
    world.delete_message(world.find(int(said["chat_id"]), said["message_id"], "delete"))
    return {}


@act
def advance_clock(world: World, said: Thing) -> Thing:
    """Time passes."""
    world.advance(float(said["seconds"]))
    return {"now": world.now()}


@act
def set_fault(world: World, said: Thing) -> Thing:
    """Something goes wrong from now on."""
    if said.get("kind") not in faults.KINDS:
        raise Refusal.bad("no such fault")
    if said["kind"] == "kick":
        return {"chats": [kick_bot(world, {"chat_id": chat["id"]}) for chat in list(world.chats.values())]}
    faults.add(world, dict(said))
    return {"faults": world.faults}


@act
def clear_faults(world: World, said: Thing) -> Thing:
    """Everything works again."""
    world.faults.clear()
    world.last_chat_messages.clear()
    world.events.tell("fault", faults=[])
    return {}


@act
def reset(world: World, said: Thing) -> Thing:
    """Begin anew with the first people and their group."""
    world.reset()
    seed(world)
    world.events.tell("reset")
    return {}


def seed(world: World) -> None:
    """Make a pleasant world: four people, their group, and the bot in it."""
    people = [
        world.add_person(first_name=name, username=username, language_code=language)
        for name, username, language in (
            ("Анна", "anna", "ru"),
            ("Борис", "boris", "ru"),
            ("Вера", "vera", "ru"),
            ("John", "john", "en"),
        )
    ]
    add_group(world, {"title": "Дача 🌲", "member_ids": [person["id"] for person in people]})


def _bot_may_read(world: World, chat: Thing, message: Thing) -> bool:
    """Privacy mode: the bot sees commands for it, replies to it and ephemeral words to it; an administrator sees all.

    A bare command is for it once it has written in the group (core.telegram.org/bots/features, privacy mode).
    """
    if not chat["bot_is_member"]:
        return False
    if chat["bot_is_admin"] or message.get("receiver_id"):
        return True
    command = COMMAND.match(message.get("text", ""))
    if command:
        meant: bool = (
            chat["bot_has_written"] if command[1] is None else command[1].lower() == world.bot["username"].lower()
        )
        return meant
    replied = world.messages.get((chat["id"], message.get("reply_to") or ""))
    return replied is not None and replied["sender_id"] == world.bot["id"]


def _query(world: World, said: Thing, message: Thing, data: str) -> Thing:
    person = world.person(said["user_id"])
    if person["id"] not in world.viewers(message):
        raise Refusal.bad("this person does not see the message")
    query = {
        "id": str(world.number("query", 880001)),
        "user_id": person["id"],
        "chat_id": message["chat_id"],
        "born": world.now(),
        "answered": False,
    }
    world.queries[query["id"]] = query
    world.storage.save("query", query["id"], query)
    content = {
        "id": query["id"],
        "from": user_object(world, person["id"]),
        "message": message_object(world, message),
        "chat_instance": str(message["chat_id"]),
        "data": data,
    }
    update_id = world.updates.add("callback_query", content)
    return {"callback_id": query["id"], "update_id": update_id}


def _message(world: World, said: Thing) -> Thing:
    ephemeral_id = said.get("ephemeral_message_id")
    key = f"e{ephemeral_id}" if ephemeral_id else f"m{said.get('message_id')}"
    message = world.messages.get((int(said["chat_id"]), key))
    if message is None:
        raise Refusal.bad("message not found")
    return message


def _group(world: World, chat_id: Any) -> Thing:
    try:
        return world.chats[int(chat_id)]
    except (KeyError, TypeError, ValueError):
        raise Refusal.bad("group not found") from None


def _open_private_chat(world: World, person: Thing) -> None:
    if person["blocked"]:
        _set_blocked(world, {"user_id": person["id"]}, blocked=False)
    if not person["started"]:
        person["started"] = True
        world.save_person(person)


def _set_blocked(world: World, said: Thing, *, blocked: bool) -> Thing:
    person = world.person(said["user_id"])
    if person["blocked"] != blocked:
        person["blocked"] = blocked
        world.save_person(person)
        statuses = ("member", "kicked") if blocked else ("kicked", "member")
        old, new = ({"user": world.bot, "status": status} | ({"until_date": 0} if status == "kicked" else {})
                    for status in statuses)  # fmt: skip
        news = {
            "chat": chat_object(world, person["id"]),
            "from": user_object(world, person["id"]),
            "date": int(world.now()),
            "old_chat_member": old,
            "new_chat_member": new,
        }
        world.updates.add("my_chat_member", news)
    return person


def _add_bot(world: World, chat: Thing, by: int) -> None:
    before = member_object(world, chat, world.bot["id"])
    chat["bot_is_member"] = True
    world.save_chat(chat)
    _tell_bot(world, chat, by, before)
    _service(world, chat, by, f"{world.bot['first_name']} was added to the group", {"new_chat_members": [world.bot]})


def _service(world: World, chat: Thing, by: int, words: str, fields: Thing) -> None:
    message = world.add_message(chat["id"], by, service=words, fields=fields)
    if chat["bot_is_member"]:
        world.updates.add("message", message_object(world, message))


def _tell_bot(world: World, chat: Thing, by: int, before: Thing) -> None:
    news = {
        "chat": chat_object(world, chat["id"]),
        "from": user_object(world, by),
        "date": int(world.now()),
        "old_chat_member": before,
        "new_chat_member": member_object(world, chat, world.bot["id"]),
    }
    world.updates.add("my_chat_member", news)


def _tell_membership(world: World, chat: Thing, user_id: int, old: str, new: str, by: int) -> None:
    if chat["bot_is_admin"]:
        news = {
            "chat": chat_object(world, chat["id"]),
            "from": user_object(world, by),
            "date": int(world.now()),
            "old_chat_member": {"user": user_object(world, user_id), "status": old},
            "new_chat_member": {"user": user_object(world, user_id), "status": new},
        }
        world.updates.add("chat_member", news)
