"""The commands that Telegram offers while a person types `/`, per kind of chat and language."""

from aiogram import Bot
from aiogram.types import BotCommand, BotCommandScopeAllGroupChats, BotCommandScopeAllPrivateChats

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


async def register_commands(bot: Bot) -> None:
    """Tell Telegram the commands of each scope in each language; what is the same already costs nothing to repeat."""
    scopes = ((BotCommandScopeAllGroupChats(), IN_GROUPS), (BotCommandScopeAllPrivateChats(), IN_PRIVATE))
    for scope, names in scopes:
        for language in LANGUAGES:
            described = [BotCommand(command=name, description=say_plain(language, f"command-{name}")) for name in names]
            await bot.set_my_commands(described, scope=scope, language_code=language)
            if language == DEFAULT_LANGUAGE:
                await bot.set_my_commands(described, scope=scope)
