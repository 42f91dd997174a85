"""One call of a method: its parameters, read as strictly as the official server reads them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import UploadFile

from sandbox.telegram.refusal import Refusal
from sandbox.telegram.world import World


@dataclass(frozen=True, slots=True)
class Call:
    """What a client asks."""

    world: World
    params: dict[str, Any]
    files: dict[str, UploadFile]

    def text(self, name: str, *, required: bool = True) -> str | None:
        """Return a text parameter.

        :raises Refusal: if it is missing.
        """
        value = self.params.get(name)
        if value is None or str(value) == "":
            if required:
                raise Refusal.bad(f"{name} is empty" if name == "chat_id" else f"message {name} is empty")
            return None
        return str(value)

    def integer(self, name: str, *, required: bool = True) -> int | None:
        """Return a whole number.

        :raises Refusal: if it is missing or no number.
        """
        value = self.params.get(name)
        if value is None or value == "":
            if required:
                raise Refusal.bad(f"{name} is empty")
            return None
        try:
            return int(value)
        except (TypeError, ValueError):
            raise Refusal.bad("chat not found" if name == "chat_id" else f"{name} must be a number") from None

    def flag(self, name: str) -> bool:
        """Return a yes or no."""
        return str(self.params.get(name, "")).lower() in {"true", "1"}


@dataclass(frozen=True, slots=True)
class Method:
    """A method: its name as documented, the parameters it takes, and whether it counts against the flood limit."""

    name: str
    run: Callable[[Call], Any]
    params: frozenset[str] = field(default_factory=frozenset)
    writes: bool = False


def method(name: str, params: str, *, writes: bool = False) -> Callable[[Callable[[Call], Any]], Method]:
    """Make a function a method; `params` are the names it takes, separated by spaces."""
    return lambda run: Method(name, run, frozenset(params.split()), writes)
