"""The button that opens the page on one thing: as a Mini App, from a private chat or from a group."""

from dataclasses import dataclass
from uuid import UUID

from core.notifications.message import Button
from core.texts import say_plain


@dataclass(frozen=True, slots=True)
class PageLink:
    """Where the page is, and the bot whose Mini App it is."""

    url: str
    bot_username: str

    def to_purchase(self, purchase_id: UUID, language: str, *, is_private: bool) -> Button:
        """Return a button that opens a purchase.

        In a group Telegram allows no `web_app` button, so a link to the bot's main Mini App takes its place; what it
        should show is said by `startapp`.
        """
        start = f"purchase_{purchase_id}"
        label = say_plain(language, "button-open-page")
        if is_private:
            return Button(label, web_app=f"{self.url}/?open={start}")
        return Button(label, url=f"https://t.me/{self.bot_username}?startapp={start}")
