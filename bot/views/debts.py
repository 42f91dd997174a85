"""What a person owes and is owed, and how to pay it."""

from collections.abc import Mapping, Sequence

from core.identity.requisites import Kind
from core.ids import UserId
from core.money import Money, format_money, format_totals
from core.notifications.dates import written_date
from core.notifications.message import Button, Message, pay, tap
from core.payments.models import Attempt, Rail
from core.purchases.models import Purchase
from core.settlement.models import Intent, IntentStatus
from core.texts import say, say_plain

Debts = Sequence[tuple[Intent, Purchase]]
BUTTONS_MAX = 30
VIA, PART_VIA = "via_", "part_"  # of the actions that pay through a provider; its first letters follow
LINKS_A_ROW = 3
PROVIDER_LETTERS = 8  # as many as fit into a sealed button


def debts_view(
    debts: Debts, claims: int, people: Mapping[UserId, str], actor_id: UserId, language: str, time_zone: str
) -> Message:
    """Return everything the person owes and is owed, with a button for each debt of theirs."""
    owed_by_me = [(intent, purchase) for intent, purchase in debts if intent.payer_id == actor_id]
    owed_to_me = [(intent, purchase) for intent, purchase in debts if intent.payee_id == actor_id]
    if not debts:
        return Message(say(language, "debts-none"))
    parts = []
    if owed_by_me:
        parts.append(_list("debts-i-owe", "debt-to", owed_by_me, people, language, time_zone, payee=True))
    if owed_to_me:
        parts.append(_list("debts-owed-to-me", "debt-from", owed_to_me, people, language, time_zone, payee=False))
    rows = [
        (tap(_pay_label(intent, people, language), "pay", intent.id, style="primary"),)
        for intent, _ in owed_by_me[:BUTTONS_MAX]
        if intent.status != IntentStatus.AWAITING
    ]
    rows += [
        (tap(say_plain(language, "button-waiting-claim", name=people[intent.payee_id]), "pay", intent.id),)
        for intent, _ in owed_by_me[:BUTTONS_MAX]
        if intent.status == IntentStatus.AWAITING
    ]
    if claims:
        rows.append((tap(say_plain(language, "button-received-all", count=claims), "received_all", style="success"),))
    rows += [
        (tap(say_plain(language, "button-look-at-debt", name=people[intent.payer_id]), "owed", intent.id),)
        for intent, _ in owed_to_me[:BUTTONS_MAX]
    ]
    return Message("\n\n".join(parts), tuple(rows))


def pay_view(
    intent: Intent,
    purchase: Purchase,
    payee: str,
    requisites: Mapping[Kind, str],
    claim: Attempt | None,
    wallet_minor: int,
    providers: Sequence[str],
    language: str,
    time_zone: str,
) -> Message:
    """Return one debt of the person: what is left, and how to pay it by each rail, all of it or a part.

    `wallet_minor` is what the person's wallet has, `providers` are the names of those that take the currency.
    """
    left = format_money(Money(intent.left_minor, intent.currency), language)
    if claim is not None and claim.rail != Rail.MANUAL:
        return _under_way("pay-view-link", intent, purchase, payee, claim, language, time_zone)
    text = say(
        language,
        "pay-view",
        payee=payee,
        left=left,
        amount=format_money(Money(intent.amount_minor, intent.currency), language),
        partly="yes" if intent.left_minor < intent.amount_minor else "no",
        purchase=purchase.title,
        due=written_date(intent.due_at, time_zone, language),
        has_requisites="yes" if requisites else "no",
        waits="no" if claim is None else "yes",
        claimed="" if claim is None else format_money(Money(claim.amount_minor, claim.currency), language),
    )
    lines = [text, *(say(language, f"requisite-{kind}", value=value) for kind, value in requisites.items())]
    copies = tuple(
        Button(
            say_plain(language, f"button-copy-{kind}"), copy_text=value.replace(" ", "") if kind == "card" else value
        )
        for kind, value in requisites.items()
    )
    why = tap(say_plain(language, "button-why"), "why", intent.id)
    if claim is not None:
        withdraw = tap(say_plain(language, "button-withdraw"), "withdraw_claim", claim.id, style="danger")
        return Message("\n".join(lines), ((withdraw,), (why,)))
    version = intent.version
    rails: list[tuple[Button, ...]] = []
    if wallet_minor >= intent.left_minor:
        label = say_plain(language, "button-pay-wallet", amount=left)
        rails.append((pay(label, "pay_wallet", intent.id, version=version, style="primary"),))
    rails += _links(intent, intent.left_minor, providers, VIA, version, language)
    paid = tap(say_plain(language, "button-paid", amount=left), "paid", intent.id, version=version, style="success")
    part = tap(say_plain(language, "button-part"), "pay_part", intent.id, version=version)
    proof = tap(say_plain(language, "button-paid-proof"), "paid_proof", intent.id, version=version)
    return Message("\n".join(lines), tuple(row for row in (*rails, copies, (paid, proof), (part, why)) if row))


def owed_view(
    intent: Intent, purchase: Purchase, payer: str, claim: Attempt | None, language: str, time_zone: str
) -> Message:
    """Return one debt that is owed to the person."""
    if claim is not None and claim.rail != Rail.MANUAL:
        return _under_way("owed-view-link", intent, purchase, payer, claim, language, time_zone)
    text = say(
        language,
        "owed-view",
        payer=payer,
        left=format_money(Money(intent.left_minor, intent.currency), language),
        purchase=purchase.title,
        due=written_date(intent.due_at, time_zone, language),
        waits="no" if claim is None else "yes",
        claimed="" if claim is None else format_money(Money(claim.amount_minor, claim.currency), language),
    )
    why = tap(say_plain(language, "button-why"), "why", intent.id)
    if claim is None:
        forgive = tap(say_plain(language, "button-write-off"), "write_off", intent.id, version=intent.version)
        return Message(text, ((why, forgive),))
    return Message(text, (*claim_rows(claim, language), (why,)))


def _under_way(
    key: str, intent: Intent, purchase: Purchase, other: str, attempt: Attempt, language: str, time_zone: str
) -> Message:
    """Return a debt that is being paid by a wallet or a provider right now."""
    amount = format_money(Money(attempt.amount_minor, attempt.currency), language)
    text = say(
        language,
        key,
        left=format_money(Money(intent.left_minor, intent.currency), language),
        payer=other,
        payee=other,
        purchase=purchase.title,
        due=written_date(intent.due_at, time_zone, language),
        rail=attempt.rail,
        amount=amount,
    )
    why = tap(say_plain(language, "button-why"), "why", intent.id)
    if key == "owed-view-link" or attempt.rail == Rail.WALLET:
        return Message(text, ((why,),))
    give_up = tap(say_plain(language, "button-give-up"), "give_up", attempt.id)
    if attempt.confirmation_url is None:
        return Message(text, ((give_up, why),))
    follow = Button(
        say_plain(language, "button-follow-link", amount=amount), url=attempt.confirmation_url, style="success"
    )
    return Message(text, ((follow,), (tap(say_plain(language, "button-qr"), "show_qr", attempt.id), give_up), (why,)))


def part_view(
    intent: Intent,
    amount: Money,
    payee: str,
    wallet_minor: int,
    providers: Sequence[str],
    number: int,
    language: str,
) -> Message:
    """Return the ways to pay a part of a debt; `number` is that of the question in which the part was named."""
    written = format_money(amount, language)
    rows: list[tuple[Button, ...]] = []
    if wallet_minor >= amount.minor:
        label = say_plain(language, "button-pay-wallet", amount=written)
        rows.append((pay(label, "part_wallet", intent.id, version=number, style="primary"),))
    rows += _links(intent, amount.minor, providers, PART_VIA, number, language)
    label = say_plain(language, "button-paid", amount=written)
    rows.append((tap(label, "part_paid", intent.id, version=number, style="success"),))
    return Message(say(language, "part-view", amount=written, payee=payee), tuple(rows))


def _links(
    intent: Intent, minor: int, providers: Sequence[str], action: str, version: int, language: str
) -> list[tuple[Button, ...]]:
    """Return the buttons that pay an amount through a provider; where there are several, their names stand in rows."""
    amount = format_money(Money(minor, intent.currency), language) if len(providers) == 1 else ""
    buttons = [
        pay(
            say_plain(
                language, "button-pay-link", provider=say_plain(language, f"provider-{name}"), amount=amount
            ).rstrip(),
            f"{action}{name[:PROVIDER_LETTERS]}",
            intent.id,
            version=version,
            style="primary",
        )
        for name in providers
    ]
    return [tuple(buttons[start : start + LINKS_A_ROW]) for start in range(0, len(buttons), LINKS_A_ROW)]


def claim_rows(claim: Attempt, language: str) -> tuple[tuple[Button, ...], ...]:
    """Return the two buttons that answer "I paid"."""
    return (
        (
            tap(say_plain(language, "button-received"), "received", claim.id, style="success"),
            tap(say_plain(language, "button-not-received"), "not_received", claim.id, style="danger"),
        ),
    )


def _list(
    head: str, line: str, debts: Debts, people: Mapping[UserId, str], language: str, time_zone: str, *, payee: bool
) -> str:
    lines = [
        say(
            language,
            line,
            name=people[intent.payee_id if payee else intent.payer_id],
            amount=format_money(Money(intent.left_minor, intent.currency), language),
            purchase=purchase.title,
            due=written_date(intent.due_at, time_zone, language),
            status=intent.status,
        )
        for intent, purchase in debts
    ]
    totals = format_totals((Money(intent.left_minor, intent.currency) for intent, _ in debts), language)
    return "\n".join([say(language, head, totals=totals), *lines])


def _pay_label(intent: Intent, people: Mapping[UserId, str], language: str) -> str:
    amount = format_money(Money(intent.left_minor, intent.currency), language)
    return say_plain(language, "button-pay", name=people[intent.payee_id], amount=amount)
