"""Taps on messages so old that Telegram does not say what they were."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest_asyncio
from aiogram import Bot
from aiogram.types import Update

from bot.dispatcher import build_intake, connect
from core.db import Database
from core.ids import new_id, shorten
from sandbox.serving import Serving
from sandbox.settings import BOT_TOKEN
from sandbox.telegram.app import create_app
from tests.bot.equipment import equip


@pytest_asyncio.fixture
async def telegram(tmp_path: Path) -> AsyncIterator[tuple[Bot, Any]]:
    serving = Serving(create_app(data_path=tmp_path), "127.0.0.1", 0)
    await serving.start()
    bot = connect(BOT_TOKEN, serving.url)
    yield bot, serving.app.state.world
    await bot.session.close()
    await serving.stop()


class TestAnOldButton:
    async def test_gets_an_answer_though_its_message_cannot_be_seen(
        self, db: Database, telegram: tuple[Bot, Any]
    ) -> None:
        bot, world = telegram
        intake = build_intake()
        equip(intake, db)
        [group] = world.chats.values()
        anna = world.author(group["member_ids"][0])
        world.queries["1"] = {"id": "1", "user_id": anna["id"], "born": world.now(), "answered": False}
        old = {"chat": {"id": group["id"], "type": "group", "title": "Дача"}, "message_id": 77, "date": 0}
        tap = {
            "id": "1",
            "from": anna,
            "message": old,
            "chat_instance": "1",
            "data": f"give_back_task:{shorten(new_id())}",
        }
        update = Update.model_validate({"update_id": 1, "callback_query": tap}, context={"bot": bot})

        await intake.feed_update(bot, update)
        await intake.finish()

        assert world.queries["1"]["answered"]
        assert "Такой задачи нет" in world.queries["1"]["text"]

    async def test_is_taken_in_once(self, db: Database, telegram: tuple[Bot, Any]) -> None:
        bot, world = telegram
        intake = build_intake()
        equip(intake, db)
        anna = world.author(next(iter(world.people)))
        world.person(anna["id"])["started"] = True
        said = {"message_id": 1, "date": 1, "chat": {**anna, "type": "private"}, "from": anna, "text": "/help"}
        update = Update.model_validate({"update_id": 5, "message": said}, context={"bot": bot})

        await asyncio.gather(*(intake.feed_update(bot, update) for _ in range(5)))
        await intake.finish()

        assert sum(call["method"] == "sendMessage" for call in world.calls) == 1
