"""What a trace consists of: plain data, the same whether it was recorded here or loaded from a file."""

import dataclasses
from typing import Annotated

import numpy as np

from tffsim.tracing.document.operations import HOST_EVENTS, PLACEMENTS
from tffsim.tracing.document.rows import Added, AtMost, Between, Count, NotForViews, OneOf, Reference, Source, Text
from tffsim.tracing.document.schema import MAX_AMOUNT, MAX_COUNT
from tffsim.tracing.document.sketches import Sketches
from tffsim.tracing.document.type_info import TypeInfo

Amount = Annotated[int, Between(0, MAX_AMOUNT)]

_MAX_PLACEMENTS = 16
_MAX_PARAMETERS = 256


@dataclasses.dataclass(frozen=True, slots=True)
class ExecutorInfo:
    """An executor of the stack.

    Attributes:
        name: The class of the executor.
        role: What it is there for, such as `server` or `clients 0-19`; may be empty.
        placement: `server`, `clients`, or empty where it is neither.
        first_client: Index of the first client that it serves; -1 if it serves none.
        num_clients: How many clients it serves.
        device: The name of its TensorFlow device; empty if it has no own one.
        parent: The number of the executor above it, or -1.
    """

    name: Text
    role: Text
    placement: Annotated[str, OneOf(PLACEMENTS)]
    first_client: Reference
    num_clients: Count
    device: Text
    parent: Reference

    @property
    def label(self) -> str:
        """Its name, and what it is there for."""
        return f"{self.name} · {self.role}" if self.role else self.name


@dataclasses.dataclass(frozen=True, slots=True)
class FunctionInfo:
    """A function of the user that takes part.

    Attributes:
        name: Its name.
        file: The cell or the file that defines it, such as `Cell [3]` or `model.py`.
        line: The first line of `text`, counted from 1; 0 if nobody knows it.
        text: Its source, decorators included; empty if nobody knows it, or the trace leaves it out.
        parameters: The names of its parameters; none if nobody knows them.
    """

    name: Text
    file: Text
    line: Count
    text: Source
    parameters: Annotated[tuple[Text, ...], AtMost(_MAX_PARAMETERS), Added(), NotForViews()] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class AstNode:
    """A node of an AST, as a trace keeps it.

    Attributes:
        parent: The number of the node above; -1 for a root.
        kind: `Lambda`, `Block`, `Call`, `Reference`, `Struct`, `Selection`, `Literal`, `Intrinsic`, …
        label: What it is, in a few words, such as `federated_map`, or the user's name of
            a TensorFlow function.
        type: Its type, abridged.
        edge: What it is to the node above, such as `argument`, or the name of a local.
        function: The number of the user's function that it is, or in which it was written; -1 if nobody knows.
        line: The line in which it was written; 0 if nobody knows.
        variable: The user's variable for its result; empty if there is none.
        placement: Where its value is: `server`, `clients`, or empty if it is at neither.
        binding: For a reference, the number of the node that it stands for: a value of a block,
            or the lambda whose parameter it is. -1 for other nodes, and if nobody knows.
        output_line: For a TensorFlow function, the line with the operation that makes its result, or the first
            member of it; 0 for other nodes, and if nobody knows.
    """

    parent: Reference
    kind: Text
    label: Text
    type: Text
    edge: Text
    function: Reference = -1
    line: Count = 0
    variable: Text = ""
    placement: Annotated[str, OneOf(PLACEMENTS), Added(), NotForViews()] = ""
    binding: Annotated[int, Between(-1, MAX_COUNT), Added(), NotForViews()] = -1
    output_line: Annotated[int, Between(0, MAX_COUNT), Added(), NotForViews()] = 0


@dataclasses.dataclass(frozen=True, slots=True)
class InvocationInfo:
    """A call of a computation: its root span, its name, the root of its AST, and how many participants there are.

    Beside these, `num_dropped` clients have dropped out. What started before `counted_from`, in nanoseconds since the
    beginning of the trace, was given up, and done again without them.
    """

    span: Count
    name: Text
    root: Count
    cardinalities: Annotated[dict[Text, Count], AtMost(_MAX_PLACEMENTS)]
    num_dropped: Annotated[int, Between(0, MAX_COUNT), Added(), NotForViews()] = 0
    counted_from: Annotated[int, Between(0, MAX_AMOUNT), Added(), NotForViews()] = 0


@dataclasses.dataclass(frozen=True, slots=True)
class ThreadInfo:
    """A thread: its name, and for how many nanoseconds spans ran on it."""

    name: Text
    busy: Annotated[int, Between(0, MAX_AMOUNT), NotForViews()]


@dataclasses.dataclass(frozen=True, slots=True)
class HostInfo:
    """Another process that runs spans, such as a worker.

    Attributes:
        name: What it is called: the address of a worker.
        busy: For how many nanoseconds its spans ran.
    """

    name: Text
    busy: Annotated[int, Between(0, MAX_AMOUNT), Added()] = 0


@dataclasses.dataclass(frozen=True, slots=True)
class HostEvent:
    """What happened to a host, or was given to it, and when.

    Attributes:
        host: The number of the host.
        moment: When, in nanoseconds since the beginning of the trace.
        what: One of `operations.HOST_EVENTS`.
        invocation: The span of the call for which clients run there; -1 for what befalls a host.
        first_client: Index of the first client that runs there; -1 for what befalls a host.
        num_clients: How many clients run there.
        before: The host that had these clients before, and was lost; -1 for none.
        detail: Who serves there, or why it was lost.
    """

    host: Count
    moment: Amount
    what: Annotated[str, OneOf(HOST_EVENTS)]
    invocation: Reference = -1
    first_client: Reference = -1
    num_clients: Count = 0
    before: Reference = -1
    detail: Text = ""


@dataclasses.dataclass(frozen=True, slots=True)
class WireInfo:
    """How many bytes of messages went between this process and a host, for one reason.

    Attributes:
        host: The number of the host.
        invocation: The span of the call for which they went; -1 if for none, such as heart-beats.
        node: The AST node whose values they are; -1 for all that is no value: programs, spans, leases.
        down: How many bytes went to the host.
        up: How many came from it.
        num_messages: In how many messages.
        is_repeated: Whether it was done before, at a host that was lost.
    """

    host: Count
    invocation: Reference
    node: Reference
    down: Amount
    up: Amount
    num_messages: Count
    is_repeated: bool


@dataclasses.dataclass(frozen=True, slots=True)
class Place:
    """A line of the user: the cell or the file, such as `Cell [3]` or `model.py`, and the number of the line."""

    file: Text
    line: Count

    def __str__(self) -> str:
        return f"{self.file} line {self.line}" if " [" in self.file else f"{self.file}:{self.line}"


@dataclasses.dataclass(frozen=True)
class Snapshot:
    """A trace as data.

    Attributes:
        columns: The spans; see `tffsim.tracing.document.schema.COLUMNS`.
        inputs: The values that the spans use, those of one span after those of another.
        executors: The executors of the stack.
        threads: The threads that ran spans.
        types: The types that `type` numbers.
        nodes: The nodes of the ASTs that `node` numbers.
        functions: The user's functions that `function` of a node numbers.
        invocations: The calls, in the order in which they started.
        errors: What failed spans raised, by the number of the span.
        sketches: What values were, by their number.
        arrays: Whole values, by their number.
        started_at: When the trace began, in seconds since 1970.
        num_dropped: How many spans were not recorded because the trace was full.
        num_values_dropped: How many whole values were not kept for the same reason.
        places: Where failed spans failed, of those of which it is known.
        hosts: The other processes that `host` numbers.
        host_events: What happened to them, in the order of time.
        wire: What went between them and this process.
        is_interrupted: Whether somebody interrupted the code that was recorded.
        is_active: Whether more is to come; no file says that.
    """

    columns: dict[str, "np.ndarray"]
    inputs: "np.ndarray"
    executors: list[ExecutorInfo]
    threads: list[ThreadInfo]
    types: list[TypeInfo]
    nodes: list[AstNode]
    functions: list[FunctionInfo]
    invocations: list[InvocationInfo]
    errors: dict[int, str]
    sketches: Sketches
    arrays: dict[int, "np.ndarray"]
    started_at: float
    num_dropped: int = 0
    num_values_dropped: int = 0
    places: dict[int, Place] = dataclasses.field(default_factory=dict)
    hosts: list[HostInfo] = dataclasses.field(default_factory=list)
    host_events: list[HostEvent] = dataclasses.field(default_factory=list)
    wire: list[WireInfo] = dataclasses.field(default_factory=list)
    is_interrupted: bool = False
    is_active: bool = False

    @property
    def num_spans(self) -> int:
        """The number of spans."""
        return len(self.columns["parent"])

    @property
    def type_texts(self) -> list[str]:
        """The types, as people read them."""
        return [type_info.text for type_info in self.types]


@dataclasses.dataclass(frozen=True, slots=True)
class Legend:
    """What the numbers of a trace stand for; see `Snapshot`."""

    executors: list[ExecutorInfo]
    threads: list[ThreadInfo]
    nodes: list[AstNode]
    functions: list[FunctionInfo]
    invocations: list[InvocationInfo]
    errors: dict[int, str]
    hosts: list[HostInfo]
    host_events: list[HostEvent]
    wire: list[WireInfo]


ROWS: dict[str, type] = {
    "executors": ExecutorInfo,
    "threads": ThreadInfo,
    "types": TypeInfo,
    "nodes": AstNode,
    "functions": FunctionInfo,
    "invocations": InvocationInfo,
    "hosts": HostInfo,
    "host_events": HostEvent,
    "wire": WireInfo,
}
"""The lists of a trace, and of what rows they are."""
LISTS_FOR_VIEWS = ("executors", "threads", "nodes", "functions", "invocations")
"""Those of them that views get."""


def without_source(snapshot: Snapshot) -> Snapshot:
    """Returns a trace without the source of the user's functions; their names and lines stay."""
    return dataclasses.replace(snapshot, functions=[dataclasses.replace(f, text="") for f in snapshot.functions])


def input_offsets(snapshot: Snapshot) -> "np.ndarray":
    """Returns where the inputs of each span begin in `inputs`; one entry more than spans."""
    return np.concatenate([[0], np.cumsum(snapshot.columns["num_inputs"])])


def rows_of_inputs(snapshot: Snapshot) -> "np.ndarray":
    """Returns for each entry of `inputs` the span that uses it."""
    return np.repeat(np.arange(snapshot.num_spans), snapshot.columns["num_inputs"])
