"""docker-compose.yml as tests read it, without an engine of containers."""

import re
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"] == "syncbuy"}
THEIRS = {name: service for name, service in SERVICES.items() if name not in OURS}
VARIABLE = re.compile(r"\$\{([A-Z_]+)(?::?-([^}]*))?\}")


def interpolated(value: str) -> str:
    """Return a value as compose has it where no variable is given."""
    return VARIABLE.sub(lambda found: found[2] or "", value)


def environment_of(service: dict[str, Any]) -> dict[str, str]:
    """Return the environment that a service is started with, `.env` aside."""
    return {name: interpolated(value) for name, value in service.get("environment", {}).items()}
