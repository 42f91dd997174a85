"""The bank at a glance: its book, payments, refunds, notices, and the switches of its bad days."""

import json
from html import escape

from sandbox.bank.book import book
from sandbox.bank.faults import OF_MONEY, OF_NOTICES, OF_REQUESTS
from sandbox.bank.notices import FORGERIES
from sandbox.bank.payment_page import document, head
from sandbox.bank.state import State
from sandbox.bank.words import clock_time, money, say
from sandbox.storage import Thing

SHOWN = 60


def overview_page(state: State, language: str) -> str:
    """Return the page."""
    sections = (
        _section(language, "book", _book(state, language)),
        _section(language, "faults", _faults(state, language)),
        _section(language, "payments", _payments(state, language), "wide"),
        _section(language, "refunds", _refunds(state, language), "wide"),
        _section(language, "notices", _notices(state, language), "wide"),
    )
    body = f'<div class="overview">{head(language)}<main>{"".join(sections)}</main></div>'
    return document(language, say(language, "bank"), body, "overview.js")


def _section(language: str, name: str, inside: str, look: str = "") -> str:
    title = say(language, name)
    return f'<section class="{look}" id="{name}" aria-label="{title}"><h2>{title}</h2>{inside}</section>'


def _book(state: State, language: str) -> str:
    names = ("paid", "refunded", "fees")
    sums = book(state)
    rows = "".join(
        f"<tr><th>{currency}</th>"
        + "".join(f"<td>{money(line[name], currency, language)}</td>" for name in names)
        + f"<td>{line['count']}</td></tr>"
        for currency, line in sums.items()
    )
    heads = "".join(f"<th>{say(language, name)}</th>" for name in (*names, "count"))
    table = f'<div class="scroll"><table><thead><tr><th></th>{heads}</tr></thead><tbody>{rows}</tbody></table></div>'
    shops = "".join(
        f"<li><b>{escape(shop.name)}</b> {say(language, 'signed' if shop.webhook_secret else 'unsigned')}: "
        f"<span>{escape(state.notice_urls[shop.name]) or say(language, 'no_address')}</span></li>"
        for shop in state.shops.values()
    )
    return (table if sums else _nothing(language)) + f'<ul class="shops">{shops}</ul>'


def _faults(state: State, language: str) -> str:
    groups = "".join(
        f"<optgroup>{_options(kinds, language)}</optgroup>" for kinds in (OF_REQUESTS, OF_NOTICES, OF_MONEY)
    )
    times = "".join(f'<option value="{number}">{number}</option>' for number in (1, 2, 5))
    active = "".join(_fault(fault, language) for fault in state.faults.active)
    clear = _button("DELETE", "/sandbox/faults", {}, say(language, "clear"))
    return (
        '<form data-post="/sandbox/faults" class="line">'
        f'<label class="field">{say(language, "kind")}<select name="kind">{groups}</select></label>'
        f'<label class="field">{say(language, "times")}<select name="times">{times}'
        f'<option value="">{say(language, "always")}</option></select></label>'
        f'<button class="button main">{say(language, "switch_on")}</button></form>'
        + (f'<ul class="active">{active}</ul>{clear}' if active else "")
    )


def _fault(fault: Thing, language: str) -> str:
    more = {name: value for name, value in fault.items() if name != "kind"}
    code = f" <code>{escape(json.dumps(more))}</code>" if more else ""
    return f"<li><b>{say(language, fault['kind'])}</b>{code}</li>"


def _payments(state: State, language: str) -> str:
    return _rows([_payment(payment, language) for payment in _newest(state.payments)], language)


def _payment(payment: Thing, language: str) -> str:
    path = f"/sandbox/payments/{payment['id']}"
    acts = ""
    if payment["status"] == "pending":
        acts += _button("POST", f"{path}/succeed", {}, say(language, "pay"), "good")
        acts += _button("POST", f"{path}/fail", {}, say(language, "refuse"))
        acts += _button("POST", f"{path}/expire", {}, say(language, "expire"))
    if payment["status"] in {"pending", "waiting_for_capture"}:
        acts += _button("POST", f"{path}/cancel", {}, say(language, "cancel"))
    forge = (
        f'<form data-post="/sandbox/notices/forge" class="small">'
        f'<input type="hidden" name="payment_id" value="{payment["id"]}">'
        f'<select name="how" aria-label="{say(language, "forge")}">{_options(FORGERIES, language)}</select>'
        f'<button class="button">{say(language, "forge")}</button></form>'
    )
    reason = " · " + say(language, payment["canceled"]["reason"]) if payment["status"] == "canceled" else ""
    opened = f'<a class="button" href="/pay/{payment["id"]}">{say(language, "open")}</a>'
    amount = money(payment["amount_minor"], payment["currency"], language)
    return _row(
        language,
        payment["status"],
        f"<b>{amount}</b> {escape(payment['description'] or '')}",
        f"{clock_time(payment['created'], '%H:%M:%S')} · {payment['shop']} · {payment['id']}{reason}",
        opened + acts + forge,
    )


def _refunds(state: State, language: str) -> str:
    rows = []
    for refund in _newest(state.refunds):
        path = f"/sandbox/refunds/{refund['id']}"
        acts = ""
        if refund["status"] == "pending":
            acts = _button("POST", f"{path}/succeed", {}, say(language, "succeed_refund"), "good")
            acts += _button("POST", f"{path}/cancel", {}, say(language, "refuse"))
        amount = money(refund["amount_minor"], refund["currency"], language)
        about = f"<b>{amount}</b> {escape(refund['description'] or '')}"
        where = f"{clock_time(refund['created'], '%H:%M:%S')} · {refund['shop']} · {refund['payment_id']}"
        rows.append(_row(language, refund["status"], about, where, acts, of="refund_"))
    return _rows(rows, language)


def _notices(state: State, language: str) -> str:
    held = any(notice["state"] == "held" for notice in state.notices.values())
    release = _button("POST", "/sandbox/notices/release", {}, say(language, "release"), "main") if held else ""
    return release + _rows([_notice(notice, language) for notice in _newest(state.notices)], language)


def _notice(notice: Thing, language: str) -> str:
    forged = f" · <em>{say(language, 'is_forged')}: {notice['forged']}</em>" if notice["forged"] else ""
    tries = ", ".join(
        f'<span title="{escape(delivery["error"] or "")}">{delivery["status"] or "✕"}</span>'
        for delivery in notice["deliveries"]
    )
    content = f"{escape(notice['id'])}\n{escape(notice['body'])}"
    body = f"<details><summary>{say(language, 'body')}</summary><pre>{content}</pre></details>"
    where = f"{clock_time(notice['created'], '%H:%M:%S')} · {notice['shop']} · {notice['object_id']}{forged}"
    about = f"<b>{notice['event']}</b> {say(language, 'tries')}: {tries or '0'}"
    replay = _button("POST", f"/sandbox/notices/{notice['id']}/replay", {}, say(language, "replay"))
    return _row(language, notice["state"], about, where, ("" if notice["forged"] else replay) + body)


def _newest(things: dict[str, Thing]) -> list[Thing]:
    return list(reversed(things.values()))[:SHOWN]


def _rows(rows: list[str], language: str) -> str:
    return f'<ul class="rows">{"".join(rows)}</ul>' if rows else _nothing(language)


def _row(language: str, status: str, about: str, where: str, acts: str, *, of: str = "") -> str:
    chip = f'<span class="chip {status}">{say(language, of + status)}</span>'
    what = f'<div class="what"><p>{about}</p><p class="where">{where}</p></div>'
    return f'<li>{chip}{what}<div class="acts">{acts}</div></li>'


def _options(words: dict[str, str], language: str) -> str:
    return "".join(
        f'<option value="{name}" title="{escape(what)}">{say(language, name)}</option>' for name, what in words.items()
    )


def _nothing(language: str) -> str:
    return f'<p class="nothing">{say(language, "nothing")}</p>'


def _button(verb: str, path: str, said: Thing, label: str, look: str = "") -> str:
    body = escape(json.dumps(said), quote=True)
    return f'<button class="button {look}" data-verb="{verb}" data-path="{path}" data-body="{body}">{label}</button>'
