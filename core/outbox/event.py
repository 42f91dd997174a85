"""What an event is: a fact that has happened, written down for whoever cares."""

from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict

REGISTRY: dict[str, type["Event"]] = {}


class Event(BaseModel):
    """A fact; subclasses name it in the past tense, add their fields and say which aggregate it belongs to.

    Fields that a reader does not know are ignored, because publisher and consumer are deployed at different times.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: ClassVar[str]  # stable, dotted: "purchase.opened"
    version: ClassVar[int] = 1
    aggregate: ClassVar[str]  # the name of the field that holds the aggregate's id

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: object) -> None:
        """Enter the event into the registry by its name."""
        super().__pydantic_init_subclass__(**kwargs)
        if "name" in cls.__dict__:
            known = REGISTRY.setdefault(cls.name, cls)
            assert known.__qualname__ == cls.__qualname__, f"two events are called {cls.name}"

    @classmethod
    def aggregate_kind(cls) -> str:
        """Return what kind of thing it happened to: "purchase"."""
        return cls.aggregate.removesuffix("_id")

    @property
    def aggregate_id(self) -> UUID:
        """Return the id of the thing whose events keep their order."""
        identity = getattr(self, self.aggregate)
        assert isinstance(identity, UUID)
        return identity
