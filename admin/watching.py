"""Show a chat in the terminal as it happens."""

import json
from typing import Any

import httpx2
from rich.console import Console
from rich.markup import escape

COLORS = ("cyan", "magenta", "green", "yellow", "blue", "red")


async def watch(page_url: str, console: Console) -> None:
    """Print what people and the bot say, until canceled."""
    async with (
        httpx2.AsyncClient(timeout=None, trust_env=False) as client,
        client.stream("GET", f"{page_url}/sandbox/events") as stream,
    ):
        async for line in stream.aiter_lines():
            if line.startswith("data: "):
                _print(console, json.loads(line.removeprefix("data: ")))


def _print(console: Console, event: dict[str, Any]) -> None:
    match event:
        case {"kind": "message", "message": {"service": str(words)}}:
            console.print(f"   [dim]{escape(words)}[/dim]")
        case {"kind": "message", "message": message, "viewers": viewers}:
            _print_message(console, message, viewers)
        case {"kind": "edited", "message": {"chat_id": int(chat_id)} as message, "viewers": viewers} if chat_id > 0:
            _print_message(console, message, viewers, edited=True)  # a group's card is edited all the time
        case {"kind": "toast", "text": str(text)} if text:
            console.print(f"   [italic]({escape(text)})[/italic]")


def _print_message(console: Console, message: dict[str, Any], viewers: list[int], *, edited: bool = False) -> None:
    sender = message["sender"]
    color = "bold white" if sender.get("is_bot") else COLORS[sender["id"] % len(COLORS)]
    place = "group" if message["chat_id"] < 0 else "private"
    place += " · edited" if edited else ""
    only = " · only they see it" if message.get("ephemeral_message_id") and len(viewers) == 1 else ""
    console.print(f"[{color}]{escape(sender['first_name'])}[/{color}] [dim]{place}{only}[/dim]")
    for line in message["text"].splitlines():
        console.print(f"   {escape(line)}")
    for row in (message.get("reply_markup") or {}).get("inline_keyboard", []):
        console.print("   " + " ".join(f"[reverse] {escape(button['text'])} [/reverse]" for button in row))
