"""The objects of the API, written as the provider writes them."""

from datetime import UTC, datetime

from sandbox.bank.money import write_amount
from sandbox.bank.state import State
from sandbox.storage import Thing


def written_time(seconds: float) -> str:
    """Return a time with milliseconds, as ISO 8601."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def written_money(minor: int, currency: str) -> Thing:
    """Return an amount object."""
    return {"value": write_amount(minor, currency), "currency": currency}


def payment_object(state: State, payment: Thing, base_url: str = "") -> Thing:
    """Return a payment; while it waits for its payer, with the page at `base_url` where they confirm it."""
    currency, status = payment["currency"], payment["status"]
    shop = state.shops[payment["shop"]]
    found: Thing = {
        "id": payment["id"],
        "status": status,
        "paid": status in {"succeeded", "waiting_for_capture"},
        "amount": written_money(payment["amount_minor"], currency),
        "recipient": {"account_id": shop.shop_id, "gateway_id": "1" + shop.shop_id},
        "created_at": written_time(payment["created"]),
        "test": True,
        "refundable": status == "succeeded" and payment["refunded_minor"] < payment["amount_minor"],
        "metadata": payment["metadata"],
    }
    if payment["description"] is not None:
        found["description"] = payment["description"]
    if status == "pending":
        url = f"{base_url.rstrip('/')}/pay/{payment['id']}"
        found["confirmation"] = {"type": "redirect", "return_url": payment["return_url"], "confirmation_url": url}
    if found["paid"]:
        card = {"type": "bank_card", "id": payment["id"], "saved": False, "title": "Bank card *4444"}
        found["payment_method"] = card
    if status == "waiting_for_capture":
        found["expires_at"] = written_time(payment["hold_until"])
    if status == "succeeded":
        found["captured_at"] = written_time(payment["captured"])
        found["income_amount"] = written_money(payment["amount_minor"] - payment["fee_minor"], currency)
        found["refunded_amount"] = written_money(payment["refunded_minor"], currency)
    if status == "canceled":
        found["cancellation_details"] = payment["canceled"]
    return found


def refund_object(refund: Thing) -> Thing:
    """Return a refund."""
    found = {
        "id": refund["id"],
        "payment_id": refund["payment_id"],
        "status": refund["status"],
        "created_at": written_time(refund["created"]),
        "amount": written_money(refund["amount_minor"], refund["currency"]),
        "metadata": refund["metadata"],
    }
    if refund["description"] is not None:
        found["description"] = refund["description"]
    if refund["status"] == "canceled":
        found["cancellation_details"] = refund["canceled"]
    return found
