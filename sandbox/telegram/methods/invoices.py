"""Invoices: sending them, links to them, and the last word before somebody is charged."""

import re
import secrets

from sandbox.storage import Thing
from sandbox.telegram.markup import read_markup
from sandbox.telegram.methods.call import Call, Method, method
from sandbox.telegram.objects import message_object
from sandbox.telegram.refusal import Refusal

INVOICE = (
    "title description payload provider_token currency prices max_tip_amount suggested_tip_amounts provider_data "
    "photo_url photo_size photo_width photo_height need_name need_phone_number need_email need_shipping_address "
    "send_phone_number_to_provider send_email_to_provider is_flexible"
)
TITLE_MAX, DESCRIPTION_MAX, PAYLOAD_BYTES_MAX, ERROR_MAX = 32, 255, 128, 200
PROVIDER = re.compile(r"[0-9]+:(TEST|LIVE):\S+")
STARS = "XTR"
# Digits, and about what one and ten thousand dollars are, as core.telegram.org/bots/payments/currencies.json has them.
CURRENCIES = {
    "RUB": (2, 80_00, 800_000_00),
    "USD": (2, 1_00, 10_000_00),
    "EUR": (2, 90, 9_000_00),
    "GBP": (2, 80, 8_000_00),
    "KZT": (2, 500_00, 5_000_000_00),
    "UAH": (2, 40_00, 400_000_00),
    "TRY": (2, 40_00, 400_000_00),
    "JPY": (0, 150, 1_500_000),
    STARS: (0, 1, 100_000),
}
TOO_OLD = "query is too old and response timeout expired or query ID is invalid"


@method(
    "sendInvoice",
    f"{INVOICE} chat_id message_thread_id start_parameter disable_notification protect_content allow_paid_broadcast "
    "message_effect_id reply_parameters reply_markup",
    writes=True,
)
def send_invoice(call: Call) -> Thing:
    """Send an invoice; without a keyboard of the bot's it gets a Pay button."""
    world = call.world
    chat = world.chat(call.text("chat_id"))
    invoice = {**_read(call), "start_parameter": call.text("start_parameter", required=False) or "", "paid_by": []}
    markup = read_markup(call.params.get("reply_markup"))
    if markup is None:
        label = f"Pay {written_amount(invoice)}"
        markup = {"inline_keyboard": [[{"text": label, "pay": True}]]}
    elif not markup.get("inline_keyboard") or "pay" not in markup["inline_keyboard"][0][0]:
        raise Refusal.bad("first button in the reply markup must be a Pay button")
    message = world.add_message(chat["id"], world.bot["id"], invoice=invoice, reply_markup=markup)
    return message_object(world, message)


@method("createInvoiceLink", f"{INVOICE} business_connection_id subscription_period")
def create_invoice_link(call: Call) -> str:
    """Return a link that opens an invoice for whoever follows it."""
    slug = secrets.token_urlsafe(12)
    call.world.meta.setdefault("invoice_links", {})[slug] = {**_read(call), "start_parameter": "", "paid_by": []}
    call.world.save_meta()
    return f"https://t.me/${slug}"


@method("answerPreCheckoutQuery", "pre_checkout_query_id ok error_message")
def answer_pre_checkout_query(call: Call) -> bool:
    """Let a payment go on, or say to the payer why it does not; once, and in time."""
    checkout = call.world.checkouts.get(call.text("pre_checkout_query_id") or "")
    if checkout is None or checkout.done():
        raise Refusal.bad(TOO_OLD)
    error = call.text("error_message", required=False)
    if not call.flag("ok") and not error:
        raise Refusal.bad("error message must be non-empty")
    checkout.set_result(None if call.flag("ok") else error)
    return True


def written_amount(invoice: Thing) -> str:
    """Return what an invoice asks for, in words of the sandbox."""
    digits = CURRENCIES[invoice["currency"]][0]
    number = f"{invoice['total_amount']:0{digits + 1}}"
    return (
        f"{number[:-digits]}.{number[-digits:]} {invoice['currency']}" if digits else f"{number} {invoice['currency']}"
    )


def _read(call: Call) -> Thing:
    title, description, payload = (str(call.params.get(name) or "") for name in ("title", "description", "payload"))
    if not 1 <= len(title) <= TITLE_MAX:
        raise Refusal.bad("TITLE_INVALID")
    if not 1 <= len(description) <= DESCRIPTION_MAX:
        raise Refusal.bad("DESCRIPTION_INVALID")
    if not 1 <= len(payload.encode()) <= PAYLOAD_BYTES_MAX:
        raise Refusal.bad("INVOICE_PAYLOAD_INVALID")
    currency = str(call.params.get("currency") or "")
    if currency not in CURRENCIES:
        raise Refusal.bad("CURRENCY_INVALID")
    prices = call.params.get("prices")
    token = str(call.params.get("provider_token") or "")
    if currency == STARS:
        _check_stars(token, prices)
    elif not PROVIDER.fullmatch(token):
        raise Refusal.bad("PAYMENT_PROVIDER_INVALID")
    total = _total(prices)
    _, least, most = CURRENCIES[currency]
    if not least <= total <= most:
        raise Refusal.bad("CURRENCY_TOTAL_AMOUNT_INVALID")
    return {"title": title, "description": description, "payload": payload, "currency": currency,
            "total_amount": total}  # fmt: skip


def _check_stars(token: str, prices: object) -> None:
    if token:
        raise Refusal.bad("PAYMENT_PROVIDER_INVALID")
    if not isinstance(prices, list) or len(prices) != 1:
        raise Refusal.bad("STARS_INVOICE_INVALID")


def _total(prices: object) -> int:
    if not isinstance(prices, list) or not prices:
        raise Refusal.bad("there must be at least one price")
    total = 0
    for price in prices:
        if not isinstance(price, dict) or not price.get("label") or not isinstance(price.get("amount"), int):
            raise Refusal.bad("can't parse labeled price")
        total += price["amount"]
    return total


METHODS: tuple[Method, ...] = (send_invoice, create_invoice_link, answer_pre_checkout_query)
