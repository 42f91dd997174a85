"""The button that opens a purchase on the page, of the kind that each chat allows."""

from sqlalchemy.ext.asyncio import AsyncSession

from core.notifications.card import render_card
from core.notifications.message import Button
from core.notifications.page_link import PageLink
from tests.builders import person, purchase

PAGE = PageLink("https://buy.example", "SyncBuyBot")


async def _last_button(session: AsyncSession, *, is_private: bool) -> tuple[str, Button]:
    opened = await purchase(session, await person(session))
    card = await render_card(session, opened.id, page=PAGE, is_private=is_private)
    return f"purchase_{opened.id}", card.rows[-1][-1]


class TestTheCard:
    async def test_opens_the_mini_app_by_a_link_in_a_group(self, session: AsyncSession) -> None:
        start, button = await _last_button(session, is_private=False)

        assert button.to_bot_api() == {"text": "📱 Открыть", "url": f"https://t.me/SyncBuyBot?startapp={start}"}

    async def test_opens_it_by_a_button_in_private(self, session: AsyncSession) -> None:
        start, button = await _last_button(session, is_private=True)

        assert button.to_bot_api() == {
            "text": "📱 Открыть",
            "web_app": {"url": f"https://buy.example/?open={start}"},
        }

    async def test_has_no_such_button_where_there_is_no_page(self, session: AsyncSession) -> None:
        opened = await purchase(session, await person(session))

        card = await render_card(session, opened.id)

        assert all(button.callback for row in card.rows for button in row)
