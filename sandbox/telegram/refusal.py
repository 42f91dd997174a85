"""How the Bot API says no."""

from typing import Any


class Refusal(Exception):
    """An answer with `ok: false`; the texts are those of the official server."""

    def __init__(self, code: int, description: str, **parameters: Any) -> None:
        self.code = code
        self.description = description
        self.parameters = parameters
        super().__init__(description)

    @classmethod
    def bad(cls, what: str) -> "Refusal":
        """Return a 400 with the usual beginning."""
        return cls(400, f"Bad Request: {what}")
