"""When a debt is reminded of (pure)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.notifications.quiet_hours import QuietHours, add_days, last_allowed, next_allowed

AFTER_MAX = 5  # reminders after the due date; who did not pay by then needs a person, not a machine
OVERDUE_MAX = 5  # times that the organiser hears of one overdue debt: at first, and in four weekly digests
OVERDUE_AFTER_DAYS = 1
DIGEST_EVERY_DAYS = 7


class Stage(StrEnum):
    """Which reminder it is."""

    BEFORE = "before"
    DUE = "due"
    AFTER = "after"
    SNOOZED = "snoozed"  # the payer asked to be reminded then
    OVERDUE = "overdue"  # for the organiser


@dataclass(frozen=True, slots=True)
class Wishes:
    """Of what a person wants to be reminded, and when not; `every_days` after the due date, 0 days for never."""

    before_days: int
    when_due: bool
    every_days: int
    quiet: QuietHours


@dataclass(frozen=True, slots=True)
class Moment:
    """A reminder and when it is due."""

    stage: Stage
    at: datetime


def moments(due_at: datetime, wishes: Wishes) -> list[Moment]:
    """Return every moment at which the payer is reminded of a debt, the first one first.

    What comes before the due date is told before quiet hours begin, so that it is not told too late; what comes after
    it waits until they end.
    """
    quiet = wishes.quiet
    wanted = []
    if wishes.before_days:
        early = add_days(due_at, -wishes.before_days, quiet.zone)
        wanted.append(Moment(Stage.BEFORE, last_allowed(early, quiet)))
    if wishes.when_due:
        wanted.append(Moment(Stage.DUE, last_allowed(due_at, quiet)))
    if wishes.every_days:
        late = (add_days(due_at, count * wishes.every_days, quiet.zone) for count in range(1, AFTER_MAX + 1))
        wanted += [Moment(Stage.AFTER, next_allowed(moment, quiet)) for moment in late]
    return wanted


def next_moment(due_at: datetime, wishes: Wishes, *, after: datetime) -> Moment | None:
    """Return the first reminder later than `after`: what was missed is not made up for."""
    return next((moment for moment in moments(due_at, wishes) if moment.at > after), None)


def first_overdue(due_at: datetime, quiet: QuietHours) -> Moment:
    """Return when the organiser is told of a debt that was not paid: not before it had a day to be."""
    return Moment(Stage.OVERDUE, next_allowed(add_days(due_at, OVERDUE_AFTER_DAYS, quiet.zone), quiet))


def next_digest(now: datetime, quiet: QuietHours) -> Moment:
    """Return when the organiser is told again."""
    return Moment(Stage.OVERDUE, next_allowed(add_days(now, DIGEST_EVERY_DAYS, quiet.zone), quiet))
