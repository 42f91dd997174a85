"""What happens to a purchase."""

from typing import ClassVar

from core.ids import InviteId, PurchaseId, TaskId, UserId
from core.outbox.event import Event


class PurchaseEvent(Event):
    """Something happened to a purchase; `actor_id` is None where SyncBuy acted by itself."""

    aggregate: ClassVar[str] = "purchase_id"
    purchase_id: PurchaseId
    actor_id: UserId | None


class PurchaseOpened(PurchaseEvent):
    """A purchase began."""

    name: ClassVar[str] = "purchase.opened"
    title: str


class PersonInvited(PurchaseEvent):
    """Somebody was offered to take part."""

    name: ClassVar[str] = "purchase.person_invited"
    invite_id: InviteId
    invitee_id: UserId


class InviteDeclined(PurchaseEvent):
    """An invited person does not want to take part."""

    name: ClassVar[str] = "purchase.invite_declined"
    invite_id: InviteId
    inviter_id: UserId


class ParticipantJoined(PurchaseEvent):
    """The actor takes part."""

    name: ClassVar[str] = "purchase.participant_joined"


class ParticipantLeft(PurchaseEvent):
    """The actor takes part no more."""

    name: ClassVar[str] = "purchase.participant_left"


class ParticipantRemoved(PurchaseEvent):
    """The organiser took somebody off the purchase."""

    name: ClassVar[str] = "purchase.participant_removed"
    user_id: UserId


class OrganizerChanged(PurchaseEvent):
    """The organiser is gone for good, and somebody else is in their place."""

    name: ClassVar[str] = "purchase.organizer_changed"
    user_id: UserId


class TaskEvent(PurchaseEvent):
    """Something happened to a task."""

    task_id: TaskId
    title: str


class TaskAdded(TaskEvent):
    """There is a new thing to buy."""

    name: ClassVar[str] = "task.added"
    assignee_id: UserId | None = None
    estimate_minor: int | None = None


class TaskTaken(TaskEvent):
    """The actor will do the task."""

    name: ClassVar[str] = "task.taken"


class TaskGivenBack(TaskEvent):
    """The task is open again."""

    name: ClassVar[str] = "task.given_back"
    assignee_id: UserId


class TaskCompleted(TaskEvent):
    """The thing is bought and paid."""

    name: ClassVar[str] = "task.completed"
    cost_minor: int


class TaskReopened(TaskEvent):
    """The task is not done after all; its cost counts no more."""

    name: ClassVar[str] = "task.reopened"
    cost_minor: int


class TaskDeleted(TaskEvent):
    """The task is void."""

    name: ClassVar[str] = "task.deleted"


class DistributionLocked(PurchaseEvent):
    """The shares are fixed and the debts exist."""

    name: ClassVar[str] = "purchase.locked"
    lock_number: int
    strategy: str


class DistributionUnlocked(PurchaseEvent):
    """The debts are canceled and the purchase can change again."""

    name: ClassVar[str] = "purchase.unlocked"
    lock_number: int


class PurchaseClosed(PurchaseEvent):
    """Everything is settled and the books are closed."""

    name: ClassVar[str] = "purchase.closed"
