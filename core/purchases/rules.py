"""What may be done to a purchase, and by whom (pure)."""

from dataclasses import dataclass
from datetime import datetime

from core.errors import Conflict, Forbidden, Invalid, NotFound
from core.identity.clean import clean
from core.ids import UserId
from core.money import MINOR_MAX, AmountTooLarge
from core.purchases.models import TITLE_LENGTH_MAX, Purchase, PurchaseStatus, Task, TaskStatus

DUE_YEARS_MAX = 5


class PurchaseNotFound(NotFound):
    """There is no such purchase, or the person has nothing to do with it."""


class TaskNotFound(NotFound):
    """There is no such task in a purchase of this person."""


class NotParticipant(Forbidden):
    """The person sees the purchase in their chat but does not take part in it."""


class NotTheOrganizer(Forbidden):
    """Only the organiser may do this."""


class NotYourTask(Forbidden):
    """Somebody else took this task."""


class NotActive(Conflict):
    """The purchase is locked or closed, so what is in it is fixed."""


class WrongTaskStatus(Conflict):
    """The task is not in the state that this needs; the params say which it is in."""


class WrongTitle(Invalid):
    """A title has 1 to 100 characters."""


class NegativeAmount(Invalid):
    """An amount of money is zero or more."""


class DueInThePast(Invalid):
    """A due date lies ahead."""


class DueTooFar(Invalid):
    """A due date lies within the next five years."""


def check_title(title: str) -> str:
    """Return the title as it is kept.

    :raises WrongTitle: if it is empty or too long.
    """
    cleaned = clean(title)
    if not 1 <= len(cleaned) <= TITLE_LENGTH_MAX:
        raise WrongTitle(length=len(cleaned), length_max=TITLE_LENGTH_MAX)
    return cleaned


def check_amount(minor: int) -> int:
    """Return the amount.

    :raises NegativeAmount: if it is below zero.
    :raises AmountTooLarge: if it is above what one operation may move.
    """
    if minor < 0:
        raise NegativeAmount
    if minor > MINOR_MAX:
        raise AmountTooLarge
    return minor


def check_due(due_at: datetime, *, now: datetime) -> datetime:
    """Return the moment by which something is to be done.

    :raises DueInThePast, DueTooFar: if it has passed, or is more than `DUE_YEARS_MAX` years ahead.
    """
    if due_at <= now:
        raise DueInThePast
    if due_at.year > now.year + DUE_YEARS_MAX:
        raise DueTooFar(years_max=DUE_YEARS_MAX)
    return due_at


def check_active(purchase: Purchase) -> None:
    """:raises NotActive: if the purchase is locked or closed."""
    if purchase.status != PurchaseStatus.ACTIVE:
        raise NotActive(status=purchase.status)


def check_organizer(purchase: Purchase, user_id: UserId) -> None:
    """:raises NotTheOrganizer: if `user_id` did not open the purchase."""
    if purchase.owner_id != user_id:
        raise NotTheOrganizer


@dataclass(frozen=True, slots=True)
class Offers:
    """What it makes sense to offer a person to do with a purchase; whether they may is decided when they do it."""

    join: bool
    leave: bool
    change: bool  # add tasks, say what was paid, invite
    lock: bool
    unlock: bool
    close: bool
    report: bool


def offers(purchase: Purchase, user_id: UserId, *, takes_part: bool, is_settled: bool) -> Offers:
    """Return what to offer a person who sees a purchase; `is_settled` says that no debt of it is left."""
    is_active, is_locked = purchase.status == PurchaseStatus.ACTIVE, purchase.status == PurchaseStatus.LOCKED
    is_organizer = purchase.owner_id == user_id
    return Offers(
        join=may_join(purchase, takes_part=takes_part),
        leave=is_active and takes_part and not is_organizer,
        change=is_active and takes_part,
        lock=is_active and is_organizer,
        unlock=is_locked and is_organizer,
        close=is_locked and is_organizer and is_settled,
        report=takes_part,
    )


def check_task_status(task: Task, *allowed: TaskStatus) -> None:
    """:raises WrongTaskStatus: if the task is in none of the `allowed` states."""
    if task.status not in allowed:
        raise WrongTaskStatus(status=task.status, title=task.title)


def may_join(purchase: Purchase, *, takes_part: bool) -> bool:
    """Return whether a person who sees a purchase may take part in it from now on."""
    return purchase.status == PurchaseStatus.ACTIVE and not takes_part


def may_finish(purchase: Purchase, task: Task, user_id: UserId) -> bool:
    """Return whether a person may complete a task or give it back: its assignee and the organiser may."""
    return user_id in {task.assignee_id, purchase.owner_id}


def may_undo(purchase: Purchase, task: Task, user_id: UserId) -> bool:
    """Return whether a person may reopen or delete a task: its author and the organiser may."""
    return user_id in {task.author_id, purchase.owner_id}
