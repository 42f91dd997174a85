"""How long the webhooks wait, and how much they put up with."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds that a notice may take to arrive, and the database to answer; refusals that a sender hears a minute."""

    body_seconds: float = 10
    database_seconds: float = 3
    health_seconds: float = 1
    refused_a_minute: int = 60
