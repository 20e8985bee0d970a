"""Spans for OpenTelemetry, through the SDK that the user has set up.

Times, parents and errors are those of the trace. What was recorded earlier is sent as if
it had been instrumented with OpenTelemetry from the start.
"""

from types import ModuleType
from typing import TYPE_CHECKING

from tffsim.tracing.document.operations import ALL_OUTCOMES, ERROR, OPERATIONS
from tffsim.tracing.document.plain_text import plain
from tffsim.tracing.document.snapshot import Snapshot
from tffsim.tracing.exports.plain_reader import PlainReader

if TYPE_CHECKING:
    from opentelemetry.trace import SpanContext, TracerProvider


# A `BatchSpanProcessor` drops what exceeds its queue, by default of 2048 spans.
_SPANS_PER_FLUSH = 1024


def export_spans(snapshot: Snapshot, tracer_provider: "TracerProvider | None" = None) -> None:
    """Sends all spans of a trace to OpenTelemetry.

    Attributes of the spans: `tffsim.operation`, `tffsim.executor`, `tffsim.client`,
    `tffsim.node`, `tffsim.type`, `tffsim.size` in bytes and `tffsim.outcome`.

    Args:
        snapshot: What was recorded, such as `trace.snapshot`.
        tracer_provider: Where spans go; by default the provider of the process.

    Raises:
        ImportError: If OpenTelemetry is not installed.
        ValueError: If the process has no provider.
    """
    provider = tracer_provider if tracer_provider is not None else _global_provider()
    _send(PlainReader(snapshot), provider)


def _global_provider() -> "TracerProvider":
    api = _api()
    provider: TracerProvider = api.get_tracer_provider()
    if isinstance(provider, api.ProxyTracerProvider):
        raise ValueError(
            "OpenTelemetry has no tracer provider, so the spans would go nowhere. "
            "Set one with `opentelemetry.trace.set_tracer_provider`, or pass `tracer_provider`."
        )
    return provider


def _api() -> ModuleType:
    try:
        import opentelemetry.trace as api
    except ImportError as error:
        raise ImportError(
            "Sending spans needs OpenTelemetry, which is not installed: `pip install tffsim[opentelemetry]`."
        ) from error
    return api


def _send(reader: PlainReader, provider: "TracerProvider") -> None:
    api = _api()
    tracer = provider.get_tracer("tffsim")
    flush = getattr(provider, "force_flush", lambda: None)
    snapshot = reader.snapshot
    began = int(snapshot.started_at * 1e9)
    columns = {name: snapshot.columns[name].tolist() for name in ("parent", "start", "end", "outcome")}
    sent: list[SpanContext] = []
    for number, (parent, start, end, outcome) in enumerate(zip(*columns.values(), strict=True)):
        above = api.set_span_in_context(api.NonRecordingSpan(sent[parent])) if parent >= 0 else None
        attributes = _attributes(reader, number)
        # A context that says nothing, so that spans of the caller do not become parents.
        context = above if above is not None else api.set_span_in_context(api.INVALID_SPAN)
        span = tracer.start_span(reader.name(number), context, attributes=attributes, start_time=began + start)
        if outcome == ERROR:
            span.set_status(api.Status(api.StatusCode.ERROR, plain(reader.error(number))))
        # Ended at once: children need its context only, and so few spans are held.
        span.end(began + end)
        sent.append(span.get_span_context())
        if len(sent) % _SPANS_PER_FLUSH == 0:
            flush()
    flush()


def _attributes(reader: PlainReader, span: int) -> dict[str, str | int]:
    snapshot = reader.snapshot
    columns = snapshot.columns
    layer, client, node = (int(columns[name][span]) for name in ("layer", "client", "node"))
    type_number = int(columns["type"][span])
    attributes: dict[str, str | int] = {
        "tffsim.operation": OPERATIONS[columns["operation"][span]],
        "tffsim.outcome": ALL_OUTCOMES[columns["outcome"][span]],
    }
    if layer >= 0:
        attributes["tffsim.executor"] = plain(snapshot.executors[layer].label)
    if client >= 0:
        attributes["tffsim.client"] = client
    if node >= 0:
        attributes["tffsim.node"] = plain(snapshot.nodes[node].label)
    if type_number >= 0:
        attributes["tffsim.type"] = plain(snapshot.types[type_number].text)
        attributes["tffsim.size"] = int(columns["size"][span])
    return attributes
