"""What Telegram offers beside the field in which people write: commands, and the page as a Mini App."""

from aiogram import Bot
from aiogram.types import (
    BotCommand,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    MenuButtonWebApp,
    WebAppInfo,
)

from core.texts import DEFAULT_LANGUAGE, LANGUAGES, say_plain

IN_GROUPS = ("new", "task", "spent", "purchases", "invite", "lock", "unlock", "close", "debts", "why", "refund",
             "report", "history", "settings", "help")  # fmt: skip
IN_PRIVATE = (
    "debts",
    "wallet",
    "topup",
    "withdraw",
    "why",
    "refund",
    "purchases",
    "new",
    "report",
    "history",
    "settings",
    "link",
    "help",
    "cancel",
)
PRODUCT = "SyncBuy"


async def register_commands(bot: Bot) -> None:
    """Tell Telegram the commands of each scope in each language; what is the same already costs nothing to repeat."""
    scopes = ((BotCommandScopeAllGroupChats(), IN_GROUPS), (BotCommandScopeAllPrivateChats(), IN_PRIVATE))
    for scope, names in scopes:
        for language in LANGUAGES:
            described = [BotCommand(command=name, description=say_plain(language, f"command-{name}")) for name in names]
            await bot.set_my_commands(described, scope=scope, language_code=language)
            if language == DEFAULT_LANGUAGE:
                await bot.set_my_commands(described, scope=scope)


async def offer_page(bot: Bot, url: str) -> None:
    """Let the button beside the field open the page at `url`; Telegram keeps one label for all languages."""
    button = MenuButtonWebApp(text=PRODUCT, web_app=WebAppInfo(url=f"{url}/"))
    await bot.set_chat_menu_button(menu_button=button)
