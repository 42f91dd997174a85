"""The group chats of a person."""

from uuid import UUID

from pydantic import Field

from api.shapes.shape import Currency, Shape


class ChatShape(Shape):
    """A group chat that the person is in."""

    id: UUID
    title: str = Field(examples=["Friends"])
    language: str = Field(description="Of its cards and messages.", examples=["en"])
    currency: Currency = Field(description="Of its new purchases.")


class ChatChange(Shape):
    """What is to change for everybody in the chat; what is not here stays."""

    language: str | None = Field(default=None, max_length=16, examples=["en"])
    currency: Currency | None = None
