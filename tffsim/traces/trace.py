"""A trace: what happened while computations ran, as tables and answers to questions."""

import importlib
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from tffsim.tracing.document.operations import ALL_OUTCOMES, COMPUTE, CREATE_STRUCT, INVOKE, OPERATIONS
from tffsim.tracing.document.sketches import Sketch
from tffsim.tracing.document.snapshot import AstNode, Snapshot, input_offsets
from tffsim.tracing.document.table import Table
from tffsim.tracing.recording.reading import take_snapshot

if TYPE_CHECKING:
    import pathlib

    import networkx as nx

    from tffsim.tracing.analysis.ast_tree import AstTree
    from tffsim.tracing.analysis.difference import Difference
    from tffsim.tracing.recording.recorder import Recorder

_NS = "ns"
# How much of a struct a preview shows.
_MAX_DEPTH, _MAX_PARTS = 2, 6


class Trace:
    """What happened while computations ran.

    A trace is data. It can be read while it is written, and never executes anything.

    Args:
        source: Where it is recorded, or what was recorded.
    """

    def __init__(self, source: "Recorder | Snapshot") -> None:
        self._recorder = source if not isinstance(source, Snapshot) else None
        self._snapshot = source if isinstance(source, Snapshot) else None
        self._state: tuple[int, int] = (-1, -1)

    @property
    def recorder(self) -> "Recorder | None":
        """Where it is recorded; None if it was loaded."""
        return self._recorder

    @property
    def is_finished(self) -> bool:
        """Whether nothing more is recorded."""
        return self._recorder is None or not self._recorder.is_active

    @property
    def snapshot(self) -> Snapshot:
        """All its data, as of now."""
        if self._recorder is not None:
            state = (self._recorder.num_recorded, len(self._recorder.open_spans))
            if self._snapshot is None or state != self._state or state[1]:
                self._snapshot, self._state = take_snapshot(self._recorder), state
        assert self._snapshot is not None
        return self._snapshot

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickles and copies a trace as the file that `save` writes."""
        if not self.is_finished:
            raise TypeError(
                "A trace that is still written cannot be pickled or copied. Do it when its block has ended, "
                "or take `trace.frozen()`, which is the trace as it is now."
            )
        from tffsim.tracing.document.trace_file import from_bytes, to_bytes

        return from_bytes, (to_bytes(self.snapshot),)

    def frozen(self) -> "Trace":
        """Returns the trace as it is now; what is recorded later does not come into it."""
        return self if self._recorder is None else Trace(self.snapshot)

    # Tables.

    @property
    def spans(self) -> Table:
        """All operations, in the order in which they started; a span's number is its row.

        Columns: `parent` (a span, -1 for an invocation), `invocation` (its root span),
        `executor`, `operation`, `outcome`, `client` and `node` (an AST node; -1 for none),
        `thread`, `worker` (the thread that did the work elsewhere), `start`, `end`, `self_time`
        (when its own code ran), `queue_time` (when work waited for a worker), `worker_time`.
        Times are nanoseconds since the trace began.
        """
        snapshot = self.snapshot
        columns = {name if name != "layer" else "executor": column for name, column in snapshot.columns.items()}
        for name in ("type", "size", "scalar", "alias", "index", "num_inputs"):
            del columns[name]
        threads = [thread.name for thread in snapshot.threads]
        texts = {
            "executor": [executor.label for executor in snapshot.executors],
            "operation": list(OPERATIONS),
            "outcome": list(ALL_OUTCOMES),
            "thread": threads,
            "worker": threads,
        }
        units = dict.fromkeys(("start", "end", "self_time", "queue_time", "worker_time"), _NS)
        return Table(columns, texts, units)

    @property
    def values(self) -> Table:
        """All values that executors made or that left them.

        Columns: `value` (its number: that of the span which produced it), `type`, `executor`,
        `placement`, `client` (-1 for none), `size` in bytes (0 if unknown), `scalar` (NaN for
        what is no number), `alias` (the value of the executor below that it stands for,
        -1 for none), `is_payload` (outside of executors). `preview(value)` says more.
        """
        snapshot = self.snapshot
        columns = snapshot.columns
        produced = np.flatnonzero((columns["outcome"] == 0) & (columns["operation"] != INVOKE))
        layers = columns["layer"][produced]
        placements = ["", "server", "clients"]
        of_executor = np.array([placements.index(e.placement) for e in snapshot.executors] + [0])
        client = columns["client"][produced]
        return Table(
            {
                "value": produced,
                "type": columns["type"][produced],
                "executor": layers,
                "placement": np.where(client >= 0, 2, of_executor[layers]),
                "client": client,
                "size": columns["size"][produced],
                "scalar": columns["scalar"][produced],
                "alias": columns["alias"][produced],
                "is_payload": columns["operation"][produced] == COMPUTE,
            },
            {
                "type": snapshot.type_texts,
                "executor": [executor.label for executor in snapshot.executors],
                "placement": placements,
            },
            {"size": "bytes"},
        )

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
        infos = self.snapshot.executors
        texts = {name: [getattr(info, name) for info in infos] for name in ("name", "role", "placement", "device")}
        columns: dict[str, np.ndarray] = {
            "name": np.arange(len(infos)),
            "role": np.arange(len(infos)),
            "placement": np.arange(len(infos)),
            "first_client": np.array([info.first_client for info in infos], np.int32),
            "num_clients": np.array([info.num_clients for info in infos], np.int32),
            "device": np.arange(len(infos)),
            "parent": np.array([info.parent for info in infos], np.int32),
        }
        return Table(columns, texts)

    @property
    def invocations(self) -> Table:
        """The calls of computations, in the order in which they started.

        Columns: `span`, `name`, `num_clients` (-1 if not told), `start`, `end`, `outcome`, `root` (an AST node).
        """
        snapshot = self.snapshot
        calls = snapshot.invocations
        spans = np.array([call.span for call in calls], np.int32)
        texts = {"name": [call.name for call in calls], "outcome": list(ALL_OUTCOMES)}
        columns: dict[str, np.ndarray] = {
            "span": spans,
            "name": np.arange(len(calls)),
            "num_clients": np.array([call.cardinalities.get("CLIENTS", -1) for call in calls], np.int32),
            "start": snapshot.columns["start"][spans],
            "end": snapshot.columns["end"][spans],
            "outcome": snapshot.columns["outcome"][spans],
            "root": np.array([call.root for call in calls], np.int32),
        }
        return Table(columns, texts, {"start": _NS, "end": _NS})

    @property
    def nodes(self) -> list[AstNode]:
        """The nodes of the ASTs of all computations; `spans["node"]` numbers them."""
        return self.snapshot.nodes

    # One span, one value.

    def inputs(self, span: int) -> list[int]:
        """Returns the numbers of the values that a span used; -1 for one that was not recorded."""
        snapshot = self.snapshot
        offsets = input_offsets(snapshot)
        return snapshot.inputs[offsets[span] : offsets[span + 1]].tolist()

    def preview(self, value: int, depth: int = 0) -> str:
        """Returns a short description of a value, following it to the executor that holds it.

        Args:
            value: The number of the value.
            depth: Inside how many structs it is; parts that are nested deeply are described by their type.
        """
        snapshot = self.snapshot
        operation = snapshot.columns["operation"]
        for number in self._aliases(value):
            if operation[number] == CREATE_STRUCT and depth < _MAX_DEPTH:
                return self._preview_of_struct(number, depth)
            scalar = snapshot.columns["scalar"][number]
            if number in snapshot.sketches:
                return str(snapshot.sketches[number])
            if not np.isnan(scalar):
                return f"{scalar:.6g}"
        number = snapshot.columns["type"][value]
        return snapshot.types[number].text if number >= 0 else ""

    def _preview_of_struct(self, value: int, depth: int) -> str:
        snapshot = self.snapshot
        parts = self.inputs(value)
        names = [*snapshot.types[snapshot.columns["type"][value]].members, *[""] * _MAX_PARTS]
        named = zip(names, parts[:_MAX_PARTS], strict=False)
        shown = [(f"{name}=" if name else "") + self.preview(part, depth + 1) for name, part in named if part >= 0]
        return f"<{', '.join([*shown, '…'] if len(parts) > _MAX_PARTS else shown)}>"

    def value(self, value: int) -> "np.ndarray | float | None":
        """Returns a whole value; None if it was not kept (see the option `values`)."""
        snapshot = self.snapshot
        for number in self._aliases(value):
            if number in snapshot.arrays:
                return snapshot.arrays[number]
            if not np.isnan(snapshot.columns["scalar"][number]):
                return float(snapshot.columns["scalar"][number])
            if number in snapshot.sketches and snapshot.sketches[number].is_nan:
                return math.nan
        return None

    def sketch(self, value: int) -> Sketch | None:
        """Returns what is known of the numbers of a value, following it to the executor that holds it.

        None for a number (see `values["scalar"]`) and a struct that an executor made of values (see `inputs`).
        """
        sketches = self.snapshot.sketches
        return next((sketches[number] for number in self._aliases(value) if number in sketches), None)

    def error(self, span: int) -> str:
        """Returns what a span raised; empty if it did not fail."""
        return self.snapshot.errors.get(span, "")

    def _aliases(self, value: int) -> list[int]:
        chain = [value]
        alias = self.snapshot.columns["alias"]
        while alias[chain[-1]] >= 0 and len(chain) < 64:
            chain.append(int(alias[chain[-1]]))
        return chain

    # Questions.

    def graph(
        self,
        *,
        layer: str | None = None,
        client: int | None = None,
        invocation: int | None = None,
        collapse: str | None = None,
    ) -> "nx.MultiDiGraph":
        """Returns the graph of values and calls; see `tffsim.tracing.analysis.graph.build_graph`."""
        from tffsim.tracing.analysis.graph import build_graph

        return build_graph(self.frozen(), layer=layer, client=client, invocation=invocation, collapse=collapse)

    def ast(self, invocation: int = 0) -> "AstTree":
        """Returns the AST of an invocation with the time that each node took."""
        from tffsim.tracing.analysis.ast_tree import build_ast

        return build_ast(self.frozen(), invocation)

    def timing(self) -> Table:
        """Returns where the time went, per executor and operation; see `tffsim.tracing.analysis.timing`."""
        from tffsim.tracing.analysis.timing import timing

        return timing(self.frozen())

    def clients(self) -> Table:
        """Returns what each client did; see `tffsim.tracing.analysis.clients`."""
        from tffsim.tracing.analysis.clients import clients

        return clients(self.frozen())

    def traffic(self) -> Table:
        """Returns what crossed between server and clients; see `tffsim.tracing.analysis.traffic`."""
        from tffsim.tracing.analysis.traffic import traffic

        return traffic(self.frozen())

    def traffic_totals(self) -> Table:
        """Returns the same, added up per intrinsic, direction and what the server sees."""
        from tffsim.tracing.analysis.traffic import traffic_totals

        return traffic_totals(self.traffic())

    def critical_path(self, invocation: int = 0) -> Table:
        """Returns the chain of spans that determined when an invocation ended."""
        from tffsim.tracing.analysis.critical_path import critical_path

        return critical_path(self.frozen(), invocation)

    def diff(self, other: "Trace") -> "Difference":
        """Compares with a trace of the same computation, AST node by AST node."""
        from tffsim.tracing.analysis.difference import compare

        return compare(self.frozen(), other)

    # People and files.

    @property
    def plot(self) -> Any:
        """Draws pictures: `t.plot.timeline()`, `.stack()`, `.clients()`, `.graph()`, `.traffic()`, `.ast()`."""
        # By name: pictures know traces, not the other way round. Loads matplotlib.
        return importlib.import_module("tffsim.views.figures.figures").Figures(self.frozen())

    def summary(self) -> str:
        """Returns the trace as a text of tables, at most 100 columns wide."""
        from tffsim.tracing.analysis.summary import summary

        return summary(self.frozen())

    def save(self, path: "str | pathlib.Path") -> None:
        """Writes a file that `tffsim.load_trace` reads; see `tffsim.tracing.document.trace_file`."""
        from tffsim.tracing.document.trace_file import save

        save(self.snapshot, path)

    def export(self, path: "str | pathlib.Path", format: str | None = None) -> None:  # noqa: A002
        """Writes the trace in the format of another tool; see `tffsim.tracing.exports`.

        Args:
            path: The file, or for `csv` the folder.
            format: `perfetto`, `graphml`, `dot` or `csv`; by default the one that the name
                of the file ends in.
        """
        from tffsim.tracing.exports import export

        export(self.frozen(), path, format)

    def __str__(self) -> str:
        return self.summary()

    def __repr__(self) -> str:
        snapshot = self.snapshot
        calls = len(snapshot.invocations)
        return f"<Trace of {calls} invocation{'s' * (calls != 1)}, {snapshot.num_spans:,} spans>"

    def show(self, *panels: str, title: str = "") -> Any:
        """Returns a widget that shows the trace, live while it is being written.

        A notebook displays that of a finished trace as a page, which needs no kernel.

        Args:
            *panels: Which panels: `stack`, `clients`, `timeline`, `graph`, `ast`, `traffic`; by default all.
            title: What is shown above them.
        """
        # By name, as above: views know traces.
        view = importlib.import_module("tffsim.views.notebook.trace_view")
        return view.TraceView(self, panels, title) if panels else view.TraceView(self, title=title)

    def to_html(self, path: "str | pathlib.Path") -> None:
        """Writes one file that shows the trace in any browser, without Python and without a network."""
        from tffsim.tracing.document.output_files import whole_text_file

        text = importlib.import_module("tffsim.views.notebook.page").page(self)
        with whole_text_file(path) as file:
            file.write(text)

    def _repr_html_(self) -> str:
        from tffsim.tracing.analysis.summary import summary_html

        return summary_html(self.frozen())

    def _ipython_display_(self) -> None:
        """Displays a trace that is being written live, in a notebook; other traces by `_repr_mimebundle_`."""
        if self.is_finished or not importlib.import_module("tffsim.views.notebook.mime_bundle").is_in_kernel():
            raise NotImplementedError
        importlib.import_module("tffsim.views.notebook.trace_view").display_live(self)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        """A trace that is the value of a notebook's cell shows itself; in a terminal it is a line of text."""
        bundle = importlib.import_module("tffsim.views.notebook.mime_bundle")
        if not bundle.is_in_kernel():
            return {"text/plain": repr(self)}
        finished: dict[str, Any] = bundle.mime_bundle(self.frozen())
        return finished
