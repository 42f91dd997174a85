"""One measured figure, and what stands beside it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """A value, the limit that was measured in the same run (None: there is none), and their ratio."""

    case: str
    value: float
    unit: str
    limit: float | None = None

    @property
    def ratio(self) -> float | None:
        """Return the value as a part of the limit."""
        return None if not self.limit else round(self.value / self.limit, 2)
