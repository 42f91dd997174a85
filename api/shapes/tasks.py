"""Tasks, and how their costs are shared."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StrictInt

from api.shapes.photos import UploadedPhoto
from api.shapes.shape import Cents, Moment, Shape
from core.ids import UserId
from core.money import MINOR_MAX
from core.purchases.models import TITLE_LENGTH_MAX, Task, TaskShare, TaskStatus
from core.purchases.shares import WEIGHT_MAX, WHOLE, Adjustment, Equal, Exact, Percent, Shares, Split

ANNA = UUID("0197a3c4-0d2e-7b1a-9c55-1f2e3d4c5b6b")
BORIS = UUID("0197a3c4-0d2e-7b1a-9c55-1f2e3d4c5b6c")
PEOPLE_MAX = 1000

Title = Annotated[str, Field(min_length=1, max_length=TITLE_LENGTH_MAX, examples=["Charcoal"])]
# What a thing cost, or is going to: nothing too.
Cost = Annotated[StrictInt, Field(ge=0, le=MINOR_MAX, examples=[125_000], description="In minor units.")]
Weight = Annotated[StrictInt, Field(ge=0, le=WEIGHT_MAX)]
Hundredths = Annotated[StrictInt, Field(ge=0, le=WHOLE)]
Signed = Annotated[StrictInt, Field(ge=-MINOR_MAX, le=MINOR_MAX)]


class EqualSplit(Shape):
    """Everybody named bears the same."""

    mode: Literal["equal"]
    user_ids: list[UUID] = Field(max_length=PEOPLE_MAX, examples=[[str(ANNA), str(BORIS)]])

    def to_core(self) -> Split:
        """Return the split as core knows it."""
        return Equal(tuple(UserId(user_id) for user_id in self.user_ids))


class SharesSplit(Shape):
    """Everybody bears in proportion to their weight."""

    mode: Literal["shares"]
    weights: dict[UUID, Weight] = Field(max_length=PEOPLE_MAX, examples=[{str(ANNA): 2, str(BORIS): 1}])

    def to_core(self) -> Split:
        """Return the split as core knows it."""
        return Shares(_by_user(self.weights))


class PercentSplit(Shape):
    """Everybody bears a percentage, in hundredths of a percent: they are 10000 together."""

    mode: Literal["percent"]
    percents: dict[UUID, Hundredths] = Field(max_length=PEOPLE_MAX, examples=[{str(ANNA): 6000, str(BORIS): 4000}])

    def to_core(self) -> Split:
        """Return the split as core knows it."""
        return Percent(_by_user(self.percents))


class ExactSplit(Shape):
    """Everybody bears exactly an amount; they are the cost together."""

    mode: Literal["exact"]
    amounts_cents: dict[UUID, Cost] = Field(max_length=PEOPLE_MAX, examples=[{str(ANNA): 75_000, str(BORIS): 50_000}])

    def to_core(self) -> Split:
        """Return the split as core knows it."""
        return Exact(_by_user(self.amounts_cents))


class AdjustmentSplit(Shape):
    """Everybody bears the same, then so much more or less."""

    mode: Literal["adjustment"]
    adjustments_cents: dict[UUID, Signed] = Field(max_length=PEOPLE_MAX, examples=[{str(ANNA): 500, str(BORIS): 0}])

    def to_core(self) -> Split:
        """Return the split as core knows it."""
        return Adjustment(_by_user(self.adjustments_cents))


AnySplit = Annotated[
    EqualSplit | SharesSplit | PercentSplit | ExactSplit | AdjustmentSplit, Field(discriminator="mode")
]


class Payer(Shape):
    """What one person paid."""

    user_id: UUID = Field(examples=[ANNA])
    amount_cents: Cost


class Bearer(Shape):
    """What one person bears."""

    user_id: UUID = Field(examples=[BORIS])
    amount_cents: Cents
    extra_cents: int = Field(description="1 if it holds the unit that could not be divided.", examples=[0])


class NewTask(Shape):
    """A thing to buy or to pay for."""

    title: Title
    estimate_cents: Cost | None = None
    assignee_id: UUID | None = Field(default=None, description="Who does it; nobody yet if it is missing.")
    due_at: Moment | None = None


class DoneTask(Shape):
    """How a task came out; what is not said is the estimate, the one who asks, and everybody alike."""

    cost_cents: Cost | None = None
    payers: list[Payer] | None = Field(default=None, min_length=1, max_length=PEOPLE_MAX)
    split: AnySplit | None = None
    receipt_id: UploadedPhoto


class NewSpending(Shape):
    """What was paid already."""

    title: Title
    cost_cents: Cost
    payers: list[Payer] | None = Field(default=None, min_length=1, max_length=PEOPLE_MAX)
    split: AnySplit | None = None
    receipt_id: UploadedPhoto


class TaskShape(Shape):
    """A thing to buy or to pay for; once done, what it cost, who paid and who bears what."""

    id: UUID
    number: int = Field(description="1, 2, 3 … within the purchase.", examples=[1])
    title: Title
    status: Literal["open", "assigned", "done"] = Field(examples=["done"])
    author_id: UUID
    assignee_id: UUID | None
    estimate_cents: Cost | None
    cost_cents: Cost | None
    split: AnySplit | None
    payers: list[Payer]
    shares: list[Bearer]
    receipt_url: str | None = Field(
        description="Where the photo of the receipt is read, if there is one.",
        examples=[f"/v1/purchases/{ANNA}/tasks/{BORIS}/receipt"],
    )
    due_at: Moment | None
    created_at: Moment
    done_at: Moment | None


def payers_of(payers: list[Payer] | None) -> dict[UserId, int] | None:
    """Return what each person paid, as core knows it; who is named twice paid twice."""
    if payers is None:
        return None
    paid: dict[UserId, int] = {}
    for payer in payers:
        user_id = UserId(payer.user_id)
        paid[user_id] = paid.get(user_id, 0) + payer.amount_cents
    return paid


def task_shape(task: Task, paid: Mapping[UserId, int], shares: Mapping[UserId, TaskShare]) -> TaskShape:
    """Return a task with who paid and who bears what of it."""
    assert task.status != TaskStatus.VOID
    return TaskShape(
        id=task.id,
        number=task.number,
        title=task.title,
        status=task.status,
        author_id=task.author_id,
        assignee_id=task.assignee_id,
        estimate_cents=task.estimate_minor,
        cost_cents=task.cost_minor,
        split=None if task.split is None else _split_shape(task.split),
        payers=[Payer(user_id=user_id, amount_cents=minor) for user_id, minor in paid.items()],
        shares=[
            Bearer(user_id=user_id, amount_cents=share.share_minor, extra_cents=share.extra_minor)
            for user_id, share in shares.items()
        ],
        receipt_url=task.receipt_id and f"/v1/purchases/{task.purchase_id}/tasks/{task.id}/receipt",
        due_at=task.due_at,
        created_at=task.created_at,
        done_at=task.done_at,
    )


def _split_shape(stored: dict[str, Any]) -> Any:
    return {name.replace("_minor", "_cents"): value for name, value in stored.items()}


def _by_user(values: Mapping[UUID, int]) -> dict[UserId, int]:
    return {UserId(user_id): value for user_id, value in values.items()}
