"""Answering taps."""

from sandbox.telegram.methods.call import Call, Method, method
from sandbox.telegram.refusal import Refusal

LIFETIME_SECONDS = 150
TOAST_MAX = 200
TOO_OLD = "query is too old and response timeout expired or query ID is invalid"


@method("answerCallbackQuery", "callback_query_id text show_alert url cache_time")
def answer_callback_query(call: Call) -> bool:
    """Show a toast or an alert to the one who tapped, or open a link for them; once for each tap."""
    query = call.world.queries.get(call.text("callback_query_id") or "")
    if query is None or query["answered"] or call.world.now() - query["born"] > LIFETIME_SECONDS:
        raise Refusal.bad(TOO_OLD)
    text = call.text("text", required=False) or ""
    if len(text) > TOAST_MAX:
        raise Refusal.bad("MESSAGE_TOO_LONG")
    url = call.text("url", required=False)
    if url is not None and not url.startswith(f"https://t.me/{call.world.bot['username']}?start="):
        raise Refusal.bad("URL_INVALID")
    query |= {"answered": True, "text": text, "is_alert": call.flag("show_alert"), "url": url}
    call.world.storage.save("query", query["id"], query)
    call.world.events.tell(
        "toast",
        callback_id=query["id"],
        user_id=query["user_id"],
        text=text,
        is_alert=call.flag("show_alert"),
        url=url,
    )
    return True


METHODS: tuple[Method, ...] = (answer_callback_query,)
