"""The page where a payer pays, or does not."""

from html import escape

import segno

from sandbox.bank.objects import written_time
from sandbox.bank.transitions import REASONS
from sandbox.bank.words import clock_time, money, say
from sandbox.storage import Thing

SIGNS = {
    "pending": "M12 7v5l3 2",
    "waiting_for_capture": "M12 7v5l3 2",
    "succeeded": "m8 12 3 3 5-6",
    "canceled": "m9 9 6 6m0-6-6 6",
}
BANK_SIGN = '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M4 9.5 12 4l8 5.5M5 20h14M7 12v5m5-5v5m5-5v5"/></svg>'


def payment_page(payment: Thing, url: str) -> str:
    """Return the page of a payment, which stands at `url`."""
    language = "en" if payment["locale"] == "en_US" else "ru"
    amount = money(payment["amount_minor"], payment["currency"], language)
    description = escape(payment["description"] or "")
    status = payment["status"]
    parts = [
        f'<p class="label">{say(language, "to_pay")}</p>' if status == "pending" else _mark(status),
        f'<h1 class="amount">{escape(amount)}</h1>',
        f'<p class="about">{description}</p>' if description else "",
        _state(payment, language),
        _choices(language) + _qr(url, language) if status == "pending" else _return(payment, language),
    ]
    return document(language, f"{amount} · {say(language, 'bank')}", _card(language, status, "".join(parts)), "pay.js")


def missing_page(language: str) -> str:
    """Return the page of a payment that is not there."""
    words = say(language, "unknown")
    return document(language, words, _card(language, "canceled", f'{_mark("canceled")}<h1 class="state">{words}</h1>'))


def document(language: str, title: str, body: str, script: str = "") -> str:
    """Return a whole page."""
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{title}</title><link rel="stylesheet" href="/page/look.css">'
        '<link rel="icon" href="/page/icon.svg">'
        + (f'<script type="module" src="/page/{script}"></script>' if script else "")
        + f"</head><body>{body}</body></html>"
    )


def head(language: str) -> str:
    """Return the name of the bank."""
    name, warning = say(language, "bank"), say(language, "not_real")
    return f'<header class="bank"><span class="logo">{BANK_SIGN}</span><b>{name}</b><small>{warning}</small></header>'


def _card(language: str, status: str, inside: str) -> str:
    return f'<main class="paying"><div class="card" data-status="{status}">{head(language)}{inside}</div></main>'


def _mark(status: str) -> str:
    path = f'<circle cx="12" cy="12" r="9.2"/><path d="{SIGNS[status]}"/>'
    return f'<svg class="mark {status}" viewBox="0 0 24 24" aria-hidden="true">{path}</svg>'


def _state(payment: Thing, language: str) -> str:
    if payment["status"] == "pending":
        until = f'<time datetime="{written_time(payment["until"])}">{clock_time(payment["until"])} UTC</time>'
        return f'<p class="until">{say(language, "until")} {until}</p>'
    words = f'<p class="state {payment["status"]}" role="status">{say(language, payment["status"])}</p>'
    if payment["status"] == "canceled":
        words += f'<p class="until">{say(language, payment["canceled"]["reason"])}</p>'
    return words


def _choices(language: str) -> str:
    options = "".join(f'<option value="{reason}">{say(language, reason)}</option>' for reason in REASONS)
    return (
        '<form method="post" class="choices">'
        f'<button class="button main" name="act" value="pay">{say(language, "pay")}</button>'
        f'<label class="field">{say(language, "reason")}<select name="reason">{options}</select></label>'
        f'<div class="pair"><button class="button bad" name="act" value="refuse">{say(language, "refuse")}</button>'
        f'<button class="button" name="act" value="cancel">{say(language, "cancel")}</button></div></form>'
    )


def _qr(url: str, language: str) -> str:
    drawn = segno.make(url, error="m").svg_inline(border=3, omitsize=True, title=url)
    return f'<figure class="qr">{drawn}<figcaption>{say(language, "qr")}</figcaption></figure>'


def _return(payment: Thing, language: str) -> str:
    link = escape(payment["return_url"], quote=True)
    return f'<a class="button main" href="{link}">{say(language, "return")}</a>'
