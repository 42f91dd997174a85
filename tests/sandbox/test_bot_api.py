"""The simulated Bot API answers any client as the official server would, in good days and in bad ones."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
import pytest_asyncio

from sandbox.asking import new_client
from sandbox.serving import Serving
from sandbox.telegram.app import create_app
from sandbox.telegram.person import World

TOKEN = "7000000001:" + "a" * 35
GROUP = "Дача 🌲"


class Client:
    """A bot that speaks plain HTTP, with no library of Telegram's."""

    def __init__(self, http: httpx2.AsyncClient) -> None:
        self.http = http

    async def raw(self, method: str, **params: Any) -> dict[str, Any]:
        answer = await self.http.post(f"/bot{TOKEN}/{method}", json=params)
        return {**answer.json(), "status": answer.status_code}

    async def call(self, method: str, **params: Any) -> Any:
        answer = await self.raw(method, **params)
        assert answer["ok"], answer
        return answer["result"]

    async def refused(self, method: str, **params: Any) -> str:
        answer = await self.raw(method, **params)
        assert not answer["ok"], answer
        assert answer["error_code"] == answer["status"]
        return str(answer["description"])


@pytest_asyncio.fixture
async def serving(tmp_path: Path) -> AsyncIterator[Serving]:
    serving = Serving(create_app(data_path=tmp_path), "127.0.0.1", 0)
    await serving.start()
    yield serving
    await serving.stop()


@pytest_asyncio.fixture
async def world(serving: Serving) -> AsyncIterator[World]:
    async with World.connect(serving.url) as world:
        yield world


@pytest_asyncio.fixture
async def bot(serving: Serving) -> AsyncIterator[Client]:
    async with new_client(base_url=serving.url, timeout=30) as http:
        client = Client(http)
        while updates := await client.call("getUpdates"):
            await client.call("getUpdates", offset=updates[-1]["update_id"] + 1)
        yield client


class TestRequests:
    @pytest.mark.parametrize("method", ["getMe", "GETME", "getme"])
    async def test_come_in_every_shape(self, serving: Serving, method: str) -> None:
        async with new_client(base_url=serving.url) as http:
            answers = [
                await http.get(f"/bot{TOKEN}/{method}"),
                await http.post(f"/bot{TOKEN}/{method}"),
                await http.post(f"/bot{TOKEN}/{method}", json={}),
                await http.post(f"/bot{TOKEN}/{method}", data={}),
            ]

        assert [answer.json()["result"]["username"] for answer in answers] == ["SyncBuyBot"] * 4

    async def test_may_hold_nested_objects_as_json_text(self, bot: Client, world: World) -> None:
        chat_id = str(world.groups[GROUP])
        form = {
            "chat_id": chat_id,
            "text": "hi",
            "reply_markup": '{"inline_keyboard":[[{"text":"A","callback_data":"a"}]]}',
        }

        answer = await bot.http.post(f"/bot{TOKEN}/sendMessage", data=form)

        assert answer.json()["result"]["reply_markup"]["inline_keyboard"][0][0]["callback_data"] == "a"

    async def test_with_mistakes_are_refused_loudly(self, bot: Client, serving: Serving) -> None:
        assert await bot.refused("makeCoffee") == "Not Found: method not found"
        assert "unknown parameter colour of sendMessage" in await bot.refused(
            "sendMessage", chat_id=1, text="x", colour=1
        )
        assert await bot.refused("sendMessage", chat_id=987, text="x") == "Bad Request: chat not found"
        wrong = await bot.http.post("/botnonsense/getMe")
        assert wrong.json()["description"] == "Unauthorized"
        assert serving.port


class TestUpdates:
    async def test_wait_until_they_are_confirmed(self, bot: Client, world: World) -> None:
        await world.person("anna").start("hello")

        first = await bot.call("getUpdates", timeout=5)
        again = await bot.call("getUpdates")
        after = await bot.call("getUpdates", offset=first[-1]["update_id"] + 1)

        assert first == again
        assert first[0]["message"]["text"] == "/start hello"
        assert first[0]["message"]["from"]["language_code"] == "ru"
        assert after == []

    async def test_wake_who_waits_for_them(self, bot: Client, world: World) -> None:
        waiting = asyncio.create_task(bot.call("getUpdates", timeout=20))
        await asyncio.sleep(0.05)
        loop = asyncio.get_running_loop()
        began = loop.time()
        await world.person("anna").start()

        assert len(await waiting) == 1
        assert loop.time() - began < 1

    async def test_go_to_one_poller_at_a_time(self, bot: Client) -> None:
        first = asyncio.create_task(bot.raw("getUpdates", timeout=20))
        await asyncio.sleep(0.1)
        second = asyncio.create_task(bot.raw("getUpdates", timeout=1))

        assert "terminated by other getUpdates request" in (await first)["description"]
        assert (await second)["ok"]

    async def test_survive_a_restart_of_the_sandbox(self, tmp_path: Path) -> None:
        for round_number in range(2):
            serving = Serving(create_app(data_path=tmp_path), "127.0.0.1", 0)
            await serving.start()
            async with (
                World.connect(serving.url) as world,
                new_client(base_url=serving.url) as http,
            ):
                if round_number == 0:
                    await world.person("anna").start("before")
                else:
                    texts = [update["message"].get("text") for update in await Client(http).call("getUpdates")
                             if "message" in update]  # fmt: skip
                    assert "/start before" in texts
                    assert [seen.text for seen in await world.person("anna").messages(None)] == ["/start before"]
            await serving.stop()

    async def test_of_a_group_keep_to_privacy_mode(self, bot: Client, world: World) -> None:
        anna = world.person("anna")
        await anna.send(GROUP, "/new before the bot ever wrote")
        await anna.send(GROUP, "just talking")
        await anna.send(GROUP, "/new@SyncBuyBot for it")
        await anna.send(GROUP, "/new@OtherBot for another")
        sent = await bot.call("sendMessage", chat_id=world.groups[GROUP], text="hello")
        await anna.send(GROUP, "/new after")
        hello = await anna.sees(GROUP, containing="hello")
        assert hello.id == sent["message_id"]
        await anna.send(GROUP, "an answer", reply_to=hello)

        texts = [update["message"]["text"] for update in await bot.call("getUpdates")]

        assert texts == ["/new@SyncBuyBot for it", "/new after", "an answer"]


class TestMessages:
    async def test_carry_entities_in_utf16(self, bot: Client, world: World) -> None:
        sent = await bot.call(
            "sendMessage", chat_id=world.groups[GROUP], text="🌲 <b>жирно &amp; <i>оба</i></b> @anna", parse_mode="HTML"
        )

        assert sent["text"] == "🌲 жирно & оба @anna"
        assert {(entity["type"], entity["offset"], entity["length"]) for entity in sent["entities"]} == {
            ("bold", 3, 11),
            ("italic", 11, 3),
            ("mention", 15, 5),
        }

    @pytest.mark.parametrize(
        ("text", "refusal"),
        [
            ("<b>open", 'Can\'t find end tag corresponding to start tag "b"'),
            ("<u>wrong</b>", "Unexpected end tag"),
            ("<script>x</script>", 'Unsupported start tag "script"'),
            ("   ", "message text is empty"),
            ("x" * 4097, "message is too long"),
        ],
    )
    async def test_with_bad_text_are_refused(self, bot: Client, world: World, text: str, refusal: str) -> None:
        assert refusal in await bot.refused("sendMessage", chat_id=world.groups[GROUP], text=text, parse_mode="HTML")

    async def test_are_edited_only_where_something_changes(self, bot: Client, world: World) -> None:
        chat_id = world.groups[GROUP]
        sent = await bot.call("sendMessage", chat_id=chat_id, text="one")
        which = {"chat_id": chat_id, "message_id": sent["message_id"]}

        edited = await bot.call("editMessageText", **which, text="two")

        assert edited["text"] == "two"
        assert "message is not modified" in await bot.refused("editMessageText", **which, text="two")
        assert "message to edit not found" in await bot.refused(
            "editMessageText", chat_id=chat_id, message_id=9999, text="x"
        )
        await bot.call("deleteMessage", **which)
        assert "message to delete not found" in await bot.refused("deleteMessage", **which)

    async def test_reach_nobody_who_did_not_ask_for_them(self, bot: Client, world: World) -> None:
        anna = world.person("anna")
        assert "can't initiate conversation" in await bot.refused("sendMessage", chat_id=anna.id, text="x")
        await anna.start()
        await bot.call("sendMessage", chat_id=anna.id, text="x")
        await world.act("block", user_id=anna.id)

        assert await bot.refused("sendMessage", chat_id=anna.id, text="x") == "Forbidden: bot was blocked by the user"

    async def test_flow_only_so_fast_into_a_group(self, bot: Client, world: World) -> None:
        chat_id = world.groups[GROUP]
        for number in range(20):
            await bot.call("sendMessage", chat_id=chat_id, text=str(number))

        refused = await bot.raw("sendMessage", chat_id=chat_id, text="one too many")

        assert refused["error_code"] == 429
        assert refused["description"] == f"Too Many Requests: retry after {refused['parameters']['retry_after']}"

    async def test_bring_photos_that_can_be_downloaded_again(self, bot: Client, world: World) -> None:
        anna = world.person("anna")
        await anna.start()
        await anna.send(None, "чек", photo=b"\x89PNG\r\n\x1a\n" + bytes(8) + b"\0\0\0\x10\0\0\0\x20")
        updates = await bot.call("getUpdates")
        photo = updates[-1]["message"]["photo"][-1]

        assert (photo["width"], photo["height"], updates[-1]["message"]["caption"]) == (16, 32, "чек")
        path = (await bot.call("getFile", file_id=photo["file_id"]))["file_path"]
        content = await bot.http.get(f"/file/bot{TOKEN}/{path}")
        assert content.content.startswith(b"\x89PNG")
        again = await bot.call("sendPhoto", chat_id=anna.id, photo=photo["file_id"], caption="вот он")
        assert again["photo"][0]["file_id"] == photo["file_id"]


class TestTaps:
    async def _tapped(self, bot: Client, world: World) -> dict[str, Any]:
        markup = {"inline_keyboard": [[{"text": "Join", "callback_data": "join"}]]}
        await bot.call("sendMessage", chat_id=world.groups[GROUP], text="card", reply_markup=markup)
        anna = world.person("anna")
        await anna.tap(await anna.sees(GROUP, containing="card", button="Join"), "Join")
        query: dict[str, Any] = (await bot.call("getUpdates"))[-1]["callback_query"]
        return query

    async def test_are_answered_once(self, bot: Client, world: World) -> None:
        query = await self._tapped(bot, world)

        assert query["data"] == "join"
        await bot.call("answerCallbackQuery", callback_query_id=query["id"], text="ok")
        assert "query is too old" in await bot.refused("answerCallbackQuery", callback_query_id=query["id"])

    async def test_are_answered_in_time(self, bot: Client, world: World) -> None:
        query = await self._tapped(bot, world)
        await world.advance(timedelta(seconds=151))

        assert "query is too old" in await bot.refused("answerCallbackQuery", callback_query_id=query["id"])

    async def test_allow_a_whisper_that_one_person_sees(self, bot: Client, world: World) -> None:
        query = await self._tapped(bot, world)
        to = {"receiver_user_id": query["from"]["id"], "callback_query_id": query["id"]}
        whisper = await bot.call(
            "sendMessage", chat_id=world.groups[GROUP], text="только тебе", ephemeral_message_parameters=to
        )

        assert whisper["message_id"] == 0
        await world.person("anna").sees(GROUP, containing="только тебе")
        assert not any("только" in seen.text for seen in await world.person("boris").messages(GROUP))
        await world.advance(timedelta(seconds=16))
        late = await bot.refused("sendMessage", chat_id=world.groups[GROUP], text="x", ephemeral_message_parameters=to)
        assert "not enough rights" in late


class TestGroups:
    async def test_get_a_new_id_when_they_are_upgraded(self, bot: Client, world: World) -> None:
        old = world.groups[GROUP]
        new = await world.act("upgrade_group", chat_id=old)

        refused = await bot.raw("sendMessage", chat_id=old, text="x")
        messages = [update["message"] for update in await bot.call("getUpdates")]

        assert refused["parameters"]["migrate_to_chat_id"] == new["id"]
        assert [message.get("migrate_to_chat_id") for message in messages] == [new["id"], None]
        assert messages[1]["migrate_from_chat_id"] == old

    async def test_throw_the_bot_out(self, bot: Client, world: World) -> None:
        await world.act("kick_bot", chat_id=world.groups[GROUP])

        assert "bot was kicked" in await bot.refused("sendMessage", chat_id=world.groups[GROUP], text="x")

    async def test_make_the_bot_an_administrator_in_words_that_the_library_reads(
        self, serving: Serving, world: World
    ) -> None:
        from bot.dispatcher import connect

        await world.act("make_admin", chat_id=world.groups[GROUP], on=True)
        bot = connect(TOKEN, serving.url)

        updates = await bot.get_updates(allowed_updates=["my_chat_member", "message"])

        assert updates[-1].my_chat_member is not None
        assert updates[-1].my_chat_member.new_chat_member.status == "administrator"
        await bot.session.close()

    async def test_show_what_was_said_before_they_were_upgraded(self, world: World) -> None:
        anna = world.person("anna")
        await anna.send(GROUP, "before")
        new = await world.act("upgrade_group", chat_id=world.groups[GROUP])

        await anna.sees(new["id"], containing="before")


class TestFaults:
    async def test_lose_an_answer_after_the_message_was_sent(self, bot: Client, world: World) -> None:
        await world.act("set_fault", kind="lose_answer", method="sendMessage", times=1)

        lost = await bot.http.post(f"/bot{TOKEN}/sendMessage", json={"chat_id": world.groups[GROUP], "text": "sent"})

        assert lost.status_code == 502
        await world.person("anna").sees(GROUP, containing="sent")

    async def test_ask_for_pauses_and_end(self, bot: Client, world: World) -> None:
        await world.act("set_fault", kind="too_many_requests", times=1, seconds=3)

        assert "retry after 3" in await bot.refused("sendMessage", chat_id=world.groups[GROUP], text="x")
        await bot.call("sendMessage", chat_id=world.groups[GROUP], text="x")


class TestTheRealLibrary:
    async def test_understands_every_answer(self, serving: Serving, world: World) -> None:
        from bot.dispatcher import connect

        bot = connect(TOKEN, serving.url)
        chat_id = world.groups[GROUP]
        sent = await bot.send_message(chat_id, "<b>hi</b>")
        assert (await bot.get_me()).username == "SyncBuyBot"
        assert (await bot.get_chat(chat_id)).title == GROUP
        assert await bot.get_chat_member_count(chat_id) == 5
        assert (await bot.get_chat_member(chat_id, world.person("anna").id)).status == "creator"
        assert len(await bot.get_chat_administrators(chat_id)) == 1
        assert (await bot.get_webhook_info()).url == ""
        assert await bot.edit_message_text("new", chat_id=chat_id, message_id=sent.message_id)
        updates = await bot.get_updates(allowed_updates=["message", "my_chat_member"])
        assert updates[0].my_chat_member is not None
        await bot.session.close()
