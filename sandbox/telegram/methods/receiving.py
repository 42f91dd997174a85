"""Receiving updates, and who the bot is."""

from typing import Any

from sandbox.storage import Thing
from sandbox.telegram.methods.call import Call, Method, method

LIMIT_MAX = 100


@method("getMe", "")
def get_me(call: Call) -> Thing:
    """Say who the bot is."""
    return {
        **call.world.bot,
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


@method("getUpdates", "offset limit timeout allowed_updates")
async def get_updates(call: Call) -> list[Thing]:
    """Wait for updates."""
    updates = call.world.updates
    updates.choose(call.params.get("allowed_updates"))
    limit = min(call.integer("limit", required=False) or LIMIT_MAX, LIMIT_MAX)
    seconds = call.integer("timeout", required=False) or 0
    return await updates.poll(call.integer("offset", required=False) or 0, limit, seconds)


@method(
    "setWebhook",
    "url certificate ip_address max_connections allowed_updates drop_pending_updates secret_token",
)
def set_webhook(call: Call) -> bool:
    """Send updates to this address from now on."""
    call.world.updates.choose(call.params.get("allowed_updates"))
    settings: dict[str, Any] = {
        "url": call.text("url", required=False) or "",
        "secret_token": call.text("secret_token", required=False),
        "drop_pending_updates": call.flag("drop_pending_updates"),
    }
    call.world.updates.set_webhook(settings)
    return True


@method("deleteWebhook", "drop_pending_updates")
def delete_webhook(call: Call) -> bool:
    """Keep updates for polling again."""
    call.world.updates.set_webhook({"url": "", "drop_pending_updates": call.flag("drop_pending_updates")})
    return True


@method("getWebhookInfo", "")
def get_webhook_info(call: Call) -> Thing:
    """Say where updates go and how many wait."""
    updates = call.world.updates
    info: Thing = {
        "url": updates.webhook["url"],
        "has_custom_certificate": False,
        "pending_update_count": len(updates.waiting),
    }
    if updates.webhook.get("last_error_message"):
        info["last_error_message"] = updates.webhook["last_error_message"]
    return info


METHODS: tuple[Method, ...] = (get_me, get_updates, set_webhook, delete_webhook, get_webhook_info)
