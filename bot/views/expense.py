"""The panel on which a person says what a task cost, who paid and who shares."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from core.identity.models import User
from core.identity.people import names
from core.ids import UserId
from core.money import Money, format_money
from core.notifications.message import Message, Rows, tap
from core.purchases.models import Purchase, Task, TaskStatus
from core.texts import say, say_plain


@dataclass(slots=True)
class Draft:
    """What was chosen so far; nobody chosen means the default: the person pays, everybody shares."""

    payer_ids: list[UserId] = field(default_factory=list)
    sharer_ids: list[UserId] = field(default_factory=list)


def expense_panel(
    purchase: Purchase, task: Task, draft: Draft, participants: Sequence[User], actor_id: UserId, language: str
) -> Message:
    """Return the panel: what is known, and a button for everything that may be said differently."""
    people = names(participants, language)
    payers = draft.payer_ids or [actor_id]
    sharers = draft.sharer_ids or list(people)
    cost = task.cost_minor if task.status == TaskStatus.DONE else task.estimate_minor
    text = say(
        language,
        "expense-panel",
        title=task.title,
        purchase=purchase.title,
        has_cost="no" if cost is None else "yes",
        cost="" if cost is None else format_money(Money(cost, purchase.currency), language),
        payers=", ".join(people[user_id] for user_id in payers if user_id in people),
        everybody="yes" if len(sharers) == len(people) else "no",
        sharers=", ".join(people[user_id] for user_id in sharers if user_id in people),
        count=len(sharers),
    )
    return Message(text, _panel_rows(purchase, task, cost, payers, language))


def people_panel(
    task: Task, chosen: Sequence[UserId], participants: Sequence[User], action: str, language: str
) -> Message:
    """Return the list of participants to choose payers (`toggle_payer`) or sharers (`toggle_sharer`) from."""
    people = names(participants, language)
    key = "choose-payers" if action == "toggle_payer" else "choose-sharers"
    buttons = [
        tap(("✅ " if user_id in chosen else "▫️ ") + name, action, task.id, user_id) for user_id, name in people.items()
    ]
    rows: Rows = tuple(tuple(buttons[start : start + 2]) for start in range(0, len(buttons), 2))
    back = tap(say_plain(language, "button-back-to-expense"), "expense", task.id, style="primary")
    return Message(say(language, key, title=task.title), (*rows, (back,)))


def _panel_rows(purchase: Purchase, task: Task, cost: int | None, payers: list[UserId], language: str) -> Rows:
    rows: list[tuple] = []  # type: ignore[type-arg]
    if cost is not None and len(payers) == 1:
        amount = format_money(Money(cost, purchase.currency), language)
        rows.append(
            (tap(say_plain(language, "button-save-cost", amount=amount), "complete", task.id, style="success"),)
        )
    one_payer = "button-say-first-cost" if cost is None else "button-say-cost"
    question = "button-say-parts" if len(payers) > 1 else one_payer
    rows.append((tap(say_plain(language, question), "ask_cost", task.id, style="primary"),))
    rows.append(
        (
            tap(say_plain(language, "button-choose-payers"), "choose_payers", task.id),
            tap(say_plain(language, "button-choose-sharers"), "choose_sharers", task.id),
        )
    )
    if task.status == TaskStatus.ASSIGNED:
        rows.append((tap(say_plain(language, "button-give-back"), "give_back_task", task.id),))
    return tuple(rows)
