"""What is logged, and how: text for people, or JSON lines for machines."""

import logging
import sys
from typing import Any

import structlog

from core.config import LoggingSettings


def set_up_logs(settings: LoggingSettings, *, beside_output: bool = False) -> None:
    """Set up structlog and the standard library's logging alike.

    With `beside_output` everything goes to stderr, because what stands on stdout is the result.
    """
    level = logging.getLevelNamesMapping()[settings.log_level]
    logging.basicConfig(level=max(level, logging.WARNING), format="%(levelname)s %(name)s: %(message)s")
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer() if settings.log_json else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=_to_stderr if beside_output else structlog.PrintLoggerFactory(),
    )


def _to_stderr(*_: Any) -> structlog.PrintLogger:
    return structlog.PrintLogger(sys.stderr)
