"""The card: the one living message of a purchase that its whole group sees."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from core.identity.models import Chat, User
from core.identity.people import names_of
from core.ids import PurchaseId, UserId
from core.money import Money, format_money
from core.notifications.dates import written_date
from core.notifications.message import Button, Message, Rows, tap
from core.notifications.page_link import PageLink
from core.purchases.models import Purchase, PurchaseStatus, Task, TaskStatus
from core.purchases.queries import participants_of, tasks_of
from core.settlement.models import Intent, IntentStatus
from core.settlement.queries import intents_of
from core.texts import DEFAULT_LANGUAGE, Html, say, say_plain

TASKS_SHOWN_MAX = 40
TASK_BUTTONS_MAX = 24
LABEL_LENGTH_MAX = 28
PEOPLE_SHOWN_MAX = 12


@dataclass(frozen=True, slots=True)
class CardContent:
    """Everything that a card shows."""

    purchase: Purchase
    participants: Sequence[User]
    people: dict[UserId, str]
    tasks: Sequence[Task]
    intents: Sequence[Intent]
    language: str
    time_zone: str
    page: Button | None = None  # opens the purchase on the page, where there is one


async def render_card(
    session: AsyncSession, purchase_id: PurchaseId, *, page: PageLink | None = None, is_private: bool = False
) -> Message:
    """Return the card of a purchase as it stands now, in the language of its chat.

    With `page` it has a button that opens the purchase there, of the kind that private chats and groups allow.
    """
    purchase = await session.get_one(Purchase, purchase_id, populate_existing=True)
    participants = await participants_of(session, purchase_id)
    tasks = await tasks_of(session, purchase_id)
    intents = await intents_of(session, purchase) if purchase.status != PurchaseStatus.ACTIVE else []
    chat = None if purchase.chat_id is None else await session.get(Chat, purchase.chat_id)
    owner = await session.get_one(User, purchase.owner_id)
    language = (chat.language if chat else owner.language) or DEFAULT_LANGUAGE
    content = CardContent(
        purchase=purchase,
        participants=participants,
        people=await names_of(
            session, [*(person.id for person in participants), *(task.assignee_id for task in tasks)], language
        ),
        tasks=tasks,
        intents=intents,
        language=language,
        time_zone=owner.time_zone,
        page=None if page is None else page.to_purchase(purchase_id, language, is_private=is_private),
    )
    return card(content)


def card(content: CardContent) -> Message:
    """Return the message that shows `content`."""
    lines = [_head(content)]
    if content.tasks:
        lines.append(_task_list(content))
    elif content.purchase.status == PurchaseStatus.ACTIVE:
        lines.append(say(content.language, "card-empty"))
    lines.append(_sums(content))
    page: Rows = ((content.page,),) if content.page else ()
    return Message("\n\n".join(line for line in lines if line), (*_buttons(content), *page))


def _head(content: CardContent) -> str:
    purchase, language = content.purchase, content.language
    title = say(language, f"card-title-{purchase.status}", title=purchase.title)
    shown = [content.people[person.id] for person in content.participants[:PEOPLE_SHOWN_MAX]]
    more = len(content.participants) - len(shown)
    who = ", ".join(shown) + (f" +{more}" if more else "")
    lines = [
        title,
        say(
            language,
            "card-people",
            count=len(content.participants),
            people=who,
            organizer=_name(content, purchase.owner_id),
        ),
    ]
    if purchase.due_at is not None:
        lines.append(say(language, "card-due", date=written_date(purchase.due_at, content.time_zone, language)))
    return "\n".join(lines)


def _task_list(content: CardContent) -> str:
    lines = [_task_line(content, task) for task in content.tasks[:TASKS_SHOWN_MAX]]
    more = len(content.tasks) - len(lines)
    if more:
        lines.append(say(content.language, "card-more-tasks", count=more))
    return "\n".join(lines)


def _task_line(content: CardContent, task: Task) -> Html:
    amount = task.cost_minor if task.status == TaskStatus.DONE else task.estimate_minor
    return say(
        content.language,
        f"card-task-{task.status}",
        number=task.number,
        title=task.title,
        name=_name(content, task.assignee_id),
        has_amount="no" if amount is None else "yes",
        amount="" if amount is None else _money(content, amount),
    )


def _sums(content: CardContent) -> str:
    done = [task for task in content.tasks if task.status == TaskStatus.DONE]
    unfinished = [task for task in content.tasks if task.status != TaskStatus.DONE]
    spent = sum(task.cost_minor or 0 for task in done)
    expected = sum(task.estimate_minor or 0 for task in unfinished)
    lines = []
    if done or expected:
        kind = "card-spent-and-expected" if expected else "card-spent"
        lines.append(say(content.language, kind, spent=_money(content, spent), expected=_money(content, expected)))
    if content.intents:
        settled = sum(intent.status in {IntentStatus.SUCCEEDED, IntentStatus.REFUNDED} for intent in content.intents)
        lines.append(say(content.language, "card-paid", settled=settled, total=len(content.intents)))
        if any(intent.status == IntentStatus.EXPIRED for intent in content.intents):
            lines.append(say(content.language, "card-overdue"))
    elif content.purchase.status != PurchaseStatus.ACTIVE:
        lines.append(say(content.language, "card-nobody-owes"))
    return "\n".join(lines)


def _buttons(content: CardContent) -> Rows:
    purchase = content.purchase
    if purchase.status == PurchaseStatus.CLOSED:
        report = _button(content, "button-report", "ask_report", style="primary")
        return ((report, _button(content, "button-history", "show_history")),)
    if purchase.status == PurchaseStatus.LOCKED:
        return (
            (_button(content, "button-my-debts", "list_debts", style="primary"),),
            (
                _button(content, "button-why", "explain"),
                _button(content, "button-report", "ask_report"),
                _button(content, "button-history", "show_history"),
            ),
            (_button(content, "button-unlock", "unlock"), _button(content, "button-close", "close", style="success")),
        )
    return (
        (
            _button(content, "button-join", "join_purchase", style="success"),
            _button(content, "button-leave", "leave_purchase"),
        ),
        *_task_buttons(content),
        (
            _button(content, "button-add-task", "add_task", style="primary"),
            _button(content, "button-spent", "record_spending", style="primary"),
        ),
        (
            _button(content, "button-lock", "preview"),
            _button(content, "button-report", "ask_report"),
            _button(content, "button-history", "show_history"),
        ),
    )


def _task_buttons(content: CardContent) -> Rows:
    unfinished = [task for task in content.tasks if task.status != TaskStatus.DONE][:TASK_BUTTONS_MAX]
    buttons = [tap(_task_label(content, task), "tap_task", task.id) for task in unfinished]
    return tuple(tuple(buttons[start : start + 2]) for start in range(0, len(buttons), 2))


def _task_label(content: CardContent, task: Task) -> str:
    title = task.title if len(task.title) <= LABEL_LENGTH_MAX else task.title[: LABEL_LENGTH_MAX - 1] + "…"
    key = "button-take" if task.status == TaskStatus.OPEN else "button-done"
    return say_plain(content.language, key, title=title, name=_name(content, task.assignee_id))


def _button(content: CardContent, key: str, action: str, style: str | None = None) -> Button:
    return tap(say_plain(content.language, key), action, content.purchase.id, style=style)


def _money(content: CardContent, minor: int) -> str:
    return format_money(Money(minor, content.purchase.currency), content.language)


def _name(content: CardContent, user_id: UserId | None) -> str:
    return "—" if user_id is None else content.people.get(user_id, "—")
