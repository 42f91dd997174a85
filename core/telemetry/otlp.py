"""Traces by OpenTelemetry, sent over OTLP/HTTP; imported only where somebody collects them."""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from opentelemetry import context, trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.asyncpg import AsyncPGInstrumentor
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import SpanLimits, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import Decision, ParentBased, Sampler, SamplingResult
from opentelemetry.trace import SpanKind, Status, StatusCode, Tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from opentelemetry.util.types import Attributes

EXPORT_SECONDS = 2
_FORMAT = TraceContextTextMapPropagator()


class _OnlyFromADoor(Sampler):
    """Keeps no statement that belongs to nothing: a loop that looks for work asks the database all day."""

    def should_sample(  # the names are the library's
        self,
        parent_context: Context | None,  # noqa: ARG002
        trace_id: int,  # noqa: ARG002
        name: str,  # noqa: ARG002
        kind: SpanKind | None = None,
        attributes: Attributes = None,
        *_: Any,
        **__: Any,
    ) -> SamplingResult:
        """Drop a span that has nothing above it and only calls somebody."""
        return SamplingResult(Decision.DROP if kind == SpanKind.CLIENT else Decision.RECORD_AND_SAMPLE, attributes)

    def get_description(self) -> str:
        """Return the name of the rule."""
        return "OnlyFromADoor"


class _TracersWithoutWords(trace.TracerProvider):
    """Gives tracers that leave out what an exception says: the database repeats rows in it."""

    def __init__(self, provider: TracerProvider) -> None:
        self._provider = provider

    def get_tracer(self, *args: Any, **kwargs: Any) -> Tracer:
        return _WithoutWords(self._provider.get_tracer(*args, **kwargs))


class _WithoutWords(Tracer):
    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer

    def start_span(self, *args: Any, **kwargs: Any) -> trace.Span:
        return self._tracer.start_span(*args, **{**kwargs, "record_exception": False})

    @contextlib.contextmanager
    def start_as_current_span(self, *args: Any, **kwargs: Any) -> Iterator[trace.Span]:  # type: ignore[override]
        silent = {"record_exception": False, "set_status_on_exception": False}
        with self._tracer.start_as_current_span(*args, **{**kwargs, **silent}) as span:
            yield span


class Collector:
    """Where the spans of this process go: batches to `url`, from a thread of their own."""

    def __init__(self, url: str, process: str) -> None:
        self.provider = TracerProvider(
            resource=Resource.create({SERVICE_NAME: f"syncbuy-{process}"}),
            sampler=ParentBased(_OnlyFromADoor()),
            span_limits=SpanLimits(max_events=0),
            shutdown_on_exit=False,
        )
        exporter = OTLPSpanExporter(f"{url.rstrip('/')}/v1/traces", timeout=EXPORT_SECONDS)
        self.provider.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=EXPORT_SECONDS * 1000))
        self._tracer = self.provider.get_tracer("syncbuy")
        self._statements = AsyncPGInstrumentor()  # type: ignore[no-untyped-call]
        self._statements.instrument(tracer_provider=_TracersWithoutWords(self.provider))

    @contextlib.contextmanager
    def span(self, name: str, headers: Mapping[str, Any], known: Mapping[str, object]) -> Iterator[None]:
        """Open a span, beneath the one that `headers` carry if they carry one."""
        with self._tracer.start_as_current_span(
            name,
            context=_above(headers),
            kind=SpanKind.CONSUMER if "traceparent" in headers else SpanKind.INTERNAL,
            attributes=_attributes(known),
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                yield
            except Exception as failure:
                span.set_status(Status(StatusCode.ERROR, type(failure).__name__))
                raise

    def record(self, name: str, headers: Mapping[str, Any], began_ns: int, known: Mapping[str, object]) -> None:
        """Write down a span that has just ended."""
        if "traceparent" not in headers:
            return
        above = _above(headers)
        self._tracer.start_span(name, above, attributes=_attributes(known), start_time=began_ns).end()

    def here(self) -> dict[str, str]:
        """Return the `traceparent` of the present span."""
        carrier: dict[str, str] = {}
        _FORMAT.inject(carrier)
        return carrier

    def close(self) -> None:
        """Send what is left, and take the hands off the database's library."""
        self._statements.uninstrument()
        self.provider.shutdown()


def _above(headers: Mapping[str, Any]) -> Context | None:
    return _FORMAT.extract(headers, context.get_current()) if "traceparent" in headers else None


def _attributes(known: Mapping[str, object]) -> dict[str, str | Sequence[str]]:
    return {name: str(value) for name, value in known.items() if value is not None}
