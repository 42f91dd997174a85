"""Photos that were uploaded, where something is shown by one."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

UploadedPhoto = Annotated[
    UUID | None,
    Field(
        default=None,
        examples=["0197a3c4-0d2e-7b1a-9c55-1f2e3d4c5b70"],
        description="A photo of mine, by the id that I uploaded it with.",
    ),
]
