"""A trace: what happened while computations ran, as tables and answers to questions."""

import os
from typing import TYPE_CHECKING, Any

from tffsim.tracing.analysis.ast_tree import AstTree, build_ast
from tffsim.tracing.analysis.clients import clients
from tffsim.tracing.analysis.critical_path import critical_path
from tffsim.tracing.analysis.difference import Difference, compare
from tffsim.tracing.analysis.first_error import first_error
from tffsim.tracing.analysis.graph import build_graph
from tffsim.tracing.analysis.hosts import hosts
from tffsim.tracing.analysis.nans import nans
from tffsim.tracing.analysis.summary import summary, summary_html
from tffsim.tracing.analysis.timing import timing
from tffsim.tracing.analysis.traffic import traffic, traffic_totals
from tffsim.tracing.analysis.wire import wire
from tffsim.tracing.document import trace_file
from tffsim.tracing.document.output_files import whole_text_file
from tffsim.tracing.document.sketches import Sketch
from tffsim.tracing.document.snapshot import AstNode, FunctionInfo, Snapshot, without_source
from tffsim.tracing.document.span_reader import SpanReader, WholeValue
from tffsim.tracing.document.table import Table
from tffsim.tracing.document.tables import executor_table, invocation_table, span_table, value_table
from tffsim.tracing.exports import export
from tffsim.tracing.recording.recorder import Recorder
from tffsim.tracing.recording.source import Source
from tffsim.views.notebook.mime_bundle import display_finished, is_in_kernel, mime_bundle
from tffsim.views.notebook.page import page
from tffsim.views.notebook.trace_graph import TraceGraph

if TYPE_CHECKING:
    import pathlib

    from tffsim.views.figures.figures import Figures
    from tffsim.views.notebook.trace_view import TraceView

SUFFIX = ".tfftrace"
"""With what the names of files of traces end."""


class Trace:
    """What happened while computations ran.

    A trace is data. It can be read while it is written, and never executes anything.

    Args:
        source: Where it is recorded, or what was recorded.
    """

    def __init__(self, source: Recorder | Snapshot) -> None:
        self._source = Source(source)
        self._last_reader: SpanReader | None = None

    @property
    def source(self) -> Source:
        """Where its data comes from, for views."""
        return self._source

    @property
    def recorder(self) -> Recorder | None:
        """Where it is recorded; None if it was loaded."""
        return self._source.recorder

    @property
    def is_finished(self) -> bool:
        """Whether nothing more is recorded."""
        return self._source.is_finished

    @property
    def snapshot(self) -> Snapshot:
        """All its data, as of now."""
        return self._source.snapshot

    def __reduce__(self) -> tuple[object, ...]:
        """Pickles and copies a trace as the file that `save` writes."""
        if not self.is_finished:
            raise TypeError(
                "A trace that is still written cannot be pickled or copied. Do it when its block has ended, "
                "or take `trace.frozen()`, which is the trace as it is now."
            )
        return _from_bytes, (trace_file.to_bytes(self.snapshot),)

    def frozen(self) -> "Trace":
        """Returns the trace as it is now; what is recorded later does not come into it."""
        return self if self.recorder is None else Trace(self.snapshot)

    # Tables.

    @property
    def spans(self) -> Table:
        """All operations, in the order in which they started; a span's number is its row.

        Columns: `parent` (a span, -1 for an invocation), `invocation` (its root span),
        `executor`, `operation`, `outcome`, `client` and `node` (an AST node; -1 for none),
        `thread`, `worker` (the thread that did the work elsewhere), `start`, `end`, `self_time`
        (when its own code ran), `queue_time` (when work waited for a worker), `worker_time`,
        `host` (the worker of a remote stack that did it; -1 for this process).
        Times are nanoseconds since the trace began.
        """
        return span_table(self.snapshot)

    @property
    def values(self) -> Table:
        """All values that executors made or that left them.

        Columns: `value` (its number: that of the span which produced it), `type`, `executor`,
        `placement`, `client` (-1 for none), `size` in bytes (0 if unknown), `scalar` and `has_scalar`
        (whether it is one real number: NaN may be one, and stands for what is none, too), `alias` (the value of
        the executor below that it stands for, -1 for none), `is_payload` (outside of executors). `preview(value)`
        says more.
        """
        return value_table(self.snapshot)

    @property
    def sketches(self) -> Table:
        """What is known of the numbers of values, without aliases; `sketch(value)` says more.

        Columns: `value`, `size` (how many numbers), `examined`, `is_sampled` (whether these are not all), `norm`,
        `mean`, `least`, `greatest` (of the finite ones; NaN if there are none), `num_nan`, `num_inf`.
        """
        return self.snapshot.sketches.table()

    @property
    def executors(self) -> Table:
        """The executors of the stack.

        Columns: `name` (its class), `role`, `placement`, `first_client`, `num_clients`, `device`, `parent`.
        """
        return executor_table(self.snapshot)

    @property
    def invocations(self) -> Table:
        """The calls of computations, in the order in which they started.

        Columns: `span`, `name`, `num_clients` (-1 if not told), `num_dropped` (clients that have dropped out, beside
        these), `counted_from` (what started before was given up, and done again without them; 0 if nothing was),
        `start`, `end`, `outcome`, `root` (an AST node).
        """
        return invocation_table(self.snapshot)

    @property
    def nodes(self) -> list[AstNode]:
        """The nodes of the ASTs of all computations; `spans["node"]` numbers them."""
        return self.snapshot.nodes

    @property
    def functions(self) -> list[FunctionInfo]:
        """Your functions that took part, with their sources; `nodes[k].function` numbers them."""
        return self.snapshot.functions

    # One span, one value.

    def inputs(self, span: int) -> list[int]:
        """Returns the numbers of the values that a span used; -1 for one that was not recorded."""
        return self._reader.inputs(span)

    def preview(self, value: int) -> str:
        """Returns a short description of a value, following it to the executor that holds it."""
        return self._reader.preview(value)

    def value(self, value: int) -> "WholeValue | None":
        """Returns a whole value, of a struct a tuple of its members; None if it was not kept (see `values`)."""
        return self._reader.value(value)

    def sketch(self, value: int) -> Sketch | None:
        """Returns what is known of the numbers of a value, following it to the executor that holds it."""
        return self._reader.sketch(value)

    def error(self, span: int | None = None, *, client: int | None = None, round: int | None = None) -> str:  # noqa: A002
        """Returns what went wrong, with the line of yours in which it did; empty if nothing did.

        `t.error()` is the first error of all, `t.error(client=7)` the first at client 7.

        Args:
            span: In this operation.
            client: At this client.
            round: In this call: a row of `trace.invocations`, from 0.

        Raises:
            IndexError: If there is no such client, or no such call.
        """
        snapshot = self.snapshot
        if span is None:
            span = first_error(snapshot, client, round)
        elif client is not None or round is not None:
            raise TypeError("Give `error` a span, or a client and a round, or nothing.")
        return snapshot.errors.get(span, "")

    @property
    def _reader(self) -> SpanReader:
        snapshot = self.snapshot
        if self._last_reader is None or self._last_reader.snapshot is not snapshot:
            self._last_reader = SpanReader(snapshot)
        return self._last_reader

    # Questions.

    def graph(
        self,
        *,
        layer: str | None = None,
        client: int | None = None,
        invocation: int | None = None,
        collapse: str | None = None,
    ) -> TraceGraph:
        """Returns the graph of values and calls; see `tffsim.tracing.analysis.graph.build_graph`.

        It is a `networkx.MultiDiGraph`. In a notebook it shows itself as the picture that `t.plot.graph()` draws.
        """
        snapshot = self.snapshot
        is_whole = layer is None and client is None and invocation is None
        graph = TraceGraph(drawn=snapshot if is_whole else None)
        build_graph(snapshot, layer=layer, client=client, invocation=invocation, collapse=collapse, into=graph)
        return graph

    def ast(self, invocation: int = 0) -> AstTree:
        """Returns the AST of an invocation with the time that each node took."""
        return build_ast(self.snapshot, invocation)

    def timing(self) -> Table:
        """Returns where the time went, per executor and operation; see `tffsim.tracing.analysis.timing`."""
        return timing(self.snapshot)

    def clients(self) -> Table:
        """Returns what each client did; see `tffsim.tracing.analysis.clients`."""
        return clients(self.snapshot)

    def nans(self) -> Table:
        """Returns where NaN and infinity were made: client, function, line; see `tffsim.tracing.analysis.nans`."""
        return nans(self.snapshot)

    def traffic(self) -> Table:
        """Returns what crossed between server and clients; see `tffsim.tracing.analysis.traffic`."""
        return traffic(self.snapshot)

    def traffic_totals(self) -> Table:
        """Returns the same, added up per intrinsic, direction and what the server sees."""
        return traffic_totals(self.snapshot)

    def wire(self) -> Table:
        """Returns what went over the wire between this process and workers; see `tffsim.tracing.analysis.wire`."""
        return wire(self.snapshot)

    def hosts(self) -> Table:
        """Returns what each worker did, and how it is; see `tffsim.tracing.analysis.hosts`."""
        return hosts(self.snapshot)

    def critical_path(self, invocation: int = 0) -> Table:
        """Returns the chain of spans that determined when an invocation ended."""
        return critical_path(self.snapshot, invocation)

    def diff(self, other: "Trace") -> Difference:
        """Compares with a trace of the same computation, AST node by AST node."""
        return compare(self.snapshot, other.snapshot)

    # People and files.

    @property
    def plot(self) -> "Figures":
        """Draws pictures: `t.plot.timeline()`, `.stack()`, `.clients()`, `.graph()`, `.traffic()`, `.ast()`."""
        # Loads matplotlib.
        from tffsim.views.figures.figures import Figures

        return Figures(self.snapshot)

    def summary(self) -> str:
        """Returns the trace as a text of tables, at most 100 columns wide."""
        return summary(self.snapshot)

    def save(self, path: "str | pathlib.Path", *, source: bool = True) -> None:
        """Writes a file that `tffsim.load_trace` reads; see `tffsim.tracing.document.trace_file`.

        Args:
            path: The file, by custom with the ending `.tfftrace`.
            source: Whether the file holds the source of your functions, beside their names and lines.
        """
        trace_file.save(self.snapshot, path, source=source)

    def export(self, path: "str | pathlib.Path", format: str | None = None) -> None:  # noqa: A002
        """Writes the trace in the format of another tool; see `tffsim.tracing.exports`.

        Args:
            path: The file, or for `csv` the folder.
            format: `perfetto`, `graphml`, `dot` or `csv`; by default the one that the name
                of the file ends in.
        """
        export(self.snapshot, path, format)

    def __str__(self) -> str:
        return self.summary()

    def __repr__(self) -> str:
        snapshot = self.snapshot
        calls = len(snapshot.invocations)
        return f"<Trace of {calls} invocation{'s' * (calls != 1)}, {snapshot.num_spans:,} spans>"

    def show(self, *panels: str, title: str = "") -> "TraceView":
        """Returns a widget that shows the trace, live while it is being written.

        A notebook displays that of a finished trace as a page, which needs no kernel.

        Args:
            *panels: Which panels, by name: those in `tffsim.views.PANELS`; by default all.
            title: What is shown above them.
        """
        from tffsim.views.notebook.trace_view import TraceView

        return TraceView(self._source, panels, title) if panels else TraceView(self._source, title=title)

    def to_html(self, path: "str | pathlib.Path", *, source: bool = True) -> None:
        """Writes one file that shows the trace in any browser, without Python and without a network.

        Args:
            path: The file.
            source: Whether the file holds the source of your functions, beside their names and lines.
        """
        text = page(self.snapshot if source else without_source(self.snapshot))
        with whole_text_file(path) as file:
            file.write(text)

    def _repr_html_(self) -> str:
        return summary_html(self.snapshot)

    def _ipython_display_(self) -> None:
        """A trace that is the value of a notebook's cell shows itself, live while it is being written."""
        if not is_in_kernel():
            raise NotImplementedError
        if self.is_finished:
            display_finished(self.snapshot)
            return
        from tffsim.views.notebook.trace_view import display_live

        display_live(self._source)

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        """What a trace is in one output; in a terminal a line of text."""
        return mime_bundle(self.snapshot) if is_in_kernel() else {"text/plain": repr(self)}


def load_trace(path: "str | os.PathLike[str]") -> Trace:
    """Reads a trace from a file. Loads neither TensorFlow nor anything that the file names.

    Args:
        path: A file that `Trace.save` wrote; its ending `.tfftrace` may be left out.

    Raises:
        TraceFileError: If it is no trace, is damaged, is of a newer version, or is a pipe or a device.
        FileNotFoundError: If it does not exist.
        OSError: If it cannot be read.
    """
    name = os.fsdecode(path)
    is_short = not os.path.exists(name) and os.path.exists(name + SUFFIX)
    return Trace(trace_file.load(name + SUFFIX if is_short else name))


def _from_bytes(content: bytes) -> Trace:
    return Trace(trace_file.from_bytes(content))
