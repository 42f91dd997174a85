"""What is logged, and how: text for people, or JSON lines for machines; libraries' lines look like ours."""

import logging
import re
import sys
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor

from core.config import LoggingSettings

# What must never be read in a log, should it come there with the words of a library: a bot's token (it stands in every
# address of the Bot API), keys of providers, and the row that PostgreSQL, or the value that pydantic repeats when they
# refuse it.
_SECRETS = re.compile(
    r"(?P<token>(?<![0-9])[0-9]{6,14}:)[A-Za-z0-9_-]{20,}"
    r"|(?P<key>\b(?:whsec|sk|rk)_)[A-Za-z0-9_+/=-]{8,}"
    r"|(?P<row>DETAIL: |input_value=).*"
)


def set_up_logs(settings: LoggingSettings, *, beside_output: bool = False) -> None:
    """Set up structlog and the standard library's logging alike.

    With `beside_output` everything goes to stderr, because what stands on stdout is the result.
    """
    level = logging.getLevelNamesMapping()[settings.log_level]
    said: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer: Processor = (
        structlog.processors.JSONRenderer() if settings.log_json else structlog.dev.ConsoleRenderer(colors=False)
    )
    shown: list[Processor] = [structlog.processors.format_exc_info, without_secrets, renderer]
    structlog.configure(
        processors=[*said, *shown],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(None if not beside_output else sys.stderr),
    )
    _set_up_libraries(level, said, shown, sys.stderr if beside_output else sys.stdout)


def without_secrets(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Leave out of a log line what must never be read in one."""
    return {name: _cleaned(value) for name, value in event.items()}


def _cleaned(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return _SECRETS.sub(lambda found: (found["token"] or found["key"] or found["row"]) + "***", value)


def _set_up_libraries(level: int, said: list[Processor], shown: list[Processor], stream: TextIO) -> None:
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.add_logger_name, *said],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *shown],
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    # What libraries tell below a warning is for who writes them, and repeats addresses that hold the bot's token.
    logging.basicConfig(level=max(level, logging.WARNING), handlers=[handler], force=True)
