"""Where a debt comes from, task by task."""

from collections.abc import Callable, Mapping

from core.ids import UserId
from core.money import Money, format_money
from core.notifications.message import Message, tap
from core.settlement.explain_intent import Explanation, Reason
from core.settlement.models import Strategy
from core.texts import say, say_plain

REASONS_SHOWN_MAX = 20


def explanation_view(explanation: Explanation, people: Mapping[UserId, str], language: str) -> Message:
    """Return the reasons of a debt: task, cost, who paid, the payer's share, and who got the extra minor unit.

    Each task with a receipt has a button that shows it.
    """
    intent = explanation.intent

    def money(minor: int) -> str:
        return format_money(Money(minor, intent.currency), language)

    head = say(
        language,
        "why-head",
        payer=people[intent.payer_id],
        payee=people[intent.payee_id],
        amount=money(intent.amount_minor),
        purchase=explanation.purchase.title,
    )
    lines = [_line(reason, explanation, people, language, money) for reason in explanation.reasons[:REASONS_SHOWN_MAX]]
    more = len(explanation.reasons) - len(lines)
    if more:
        lines.append(say(language, "why-more", count=more))
    key = "why-total" if explanation.strategy == Strategy.ACCRUALS else "why-total-minimal"
    name = people[intent.payer_id]
    total = say(language, key, payer=name, total=money(explanation.total_minor), amount=money(intent.amount_minor))
    receipts = tuple(
        (tap(say_plain(language, "button-receipt", title=task.title), "receipt", task.purchase_id, task.id),)
        for task in (reason.task for reason in explanation.reasons[:REASONS_SHOWN_MAX])
        if task.receipt_id
    )
    return Message("\n\n".join([head, *lines, total]), receipts)


def _line(
    reason: Reason, explanation: Explanation, people: Mapping[UserId, str], language: str, money: Callable[[int], str]
) -> str:
    several = len(reason.paid) > 1
    paid = ", ".join(
        people.get(user_id, "?") + (f" {money(minor)}" if several else "") for user_id, minor in reason.paid.items()
    )
    line: str = say(
        language,
        "why-task",
        title=reason.task.title,
        cost=money(reason.task.cost_minor or 0),
        paid=paid,
        payer=people[explanation.intent.payer_id],
        share=money(reason.share_minor),
        sign="minus" if reason.counts_minor < 0 else "plus",
        counts=money(abs(reason.counts_minor)),
    )
    if reason.extra_user_ids:
        extra = ", ".join(people.get(user_id, "?") for user_id in reason.extra_user_ids)
        line += "\n" + say(language, "why-extra", people=extra, unit=money(1))
    return line
