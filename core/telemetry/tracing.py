"""Spans of what happens, for whoever collects traces; while nobody does, nothing of the library is even imported."""

import contextlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from core.config import TelemetrySettings

if TYPE_CHECKING:
    from core.telemetry.otlp import Collector

_collector: "Collector | None" = None
_UNTRACED = contextlib.nullcontext()


@contextlib.contextmanager
def traced(settings: TelemetrySettings, *, process: str) -> Iterator[None]:
    """Send the spans of this process to OTLP_URL; what is not sent yet is sent at the end."""
    global _collector  # noqa: PLW0603 -- one process has one collector
    if settings.otlp_url is None:
        yield
        return
    from core.telemetry.otlp import Collector

    _collector = Collector(settings.otlp_url, process)
    try:
        yield
    finally:
        collector, _collector = _collector, None
        collector.close()


def of_web() -> Any:
    """Return what a web application is told of telemetry: spans of its requests if somebody collects them, no more."""
    said: dict[str, Any] = {"tracing": False, "metrics": False, "logs": False, "operation_spans": False}
    return said if _collector is None else {**said, "tracing": True, "tracer_provider": _collector.provider}


def span(name: str, headers: Mapping[str, Any], known: Mapping[str, object]) -> contextlib.AbstractContextManager[None]:
    """Open a span beneath the present one, or beneath the one that `headers` carry, with what is known by name."""
    return _UNTRACED if _collector is None else _collector.span(name, headers, known)


def record(name: str, headers: Mapping[str, Any], *, began_ns: int, known: Mapping[str, object]) -> None:
    """Write down a span that has just ended, beneath the one that `headers` carry; `began_ns` is of `time.time_ns`."""
    if _collector is not None:
        _collector.record(name, headers, began_ns, known)


def here() -> dict[str, str]:
    """Return the header by which somebody else goes on beneath the present span (W3C Trace Context); none, if none."""
    return {} if _collector is None else _collector.here()
