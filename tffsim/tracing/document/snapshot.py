"""What a trace consists of: plain data, the same whether it was recorded here or loaded from a file."""

import dataclasses

import numpy as np

from tffsim.tracing.document.sketches import Sketches
from tffsim.tracing.document.type_info import TypeInfo

COLUMNS: dict[str, str] = {
    "parent": "i4", "invocation": "i4", "layer": "i4", "operation": "u1", "outcome": "u1", "client": "i4", "node": "i4",
    "thread": "i2", "worker": "i2", "start": "i8", "end": "i8", "self_time": "i8", "queue_time": "i8",
    "worker_time": "i8", "type": "i4", "size": "i8", "scalar": "f8", "alias": "i4", "index": "i4", "num_inputs": "i4",
}  # fmt: skip
"""The columns of the spans, by name; the row of a span is its number.

Times are nanoseconds since the trace began. `parent`, `alias` and `inputs` are numbers of
spans, -1 for none. A span that made or computed a value says what it is: `type`, `size` in
bytes, `scalar` (NaN if it is none) and `alias`, the value below that it is the same as.
`index` is the element that a selection selects, -1 for other operations.
"""


@dataclasses.dataclass(frozen=True, slots=True)
class ExecutorInfo:
    """An executor of the stack. `parent` is the number of the one above, or -1."""

    name: str
    role: str
    placement: str
    first_client: int
    num_clients: int
    device: str
    parent: int

    @property
    def label(self) -> str:
        """Its name, and what it is there for."""
        return f"{self.name} · {self.role}" if self.role else self.name


@dataclasses.dataclass(frozen=True, slots=True)
class FunctionInfo:
    """A function of the user that takes part.

    Attributes:
        name: Its name.
        file: The cell or the file that defines it, such as `Cell In[3]` or `model.py`.
        line: The first line of `text`, counted from 1; 0 if nobody knows it.
        text: Its source, decorators included; empty if nobody knows it, or the trace leaves it out.
    """

    name: str
    file: str
    line: int
    text: str


def without_source(function: FunctionInfo) -> FunctionInfo:
    """Returns a function without its text."""
    return dataclasses.replace(function, text="")


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
    """

    parent: int
    kind: str
    label: str
    type: str
    edge: str
    function: int = -1
    line: int = 0
    variable: str = ""
    placement: str = ""
    binding: int = -1


@dataclasses.dataclass(frozen=True, slots=True)
class InvocationInfo:
    """A call of a computation: its root span, name, AST root (or -1) and cardinalities."""

    span: int
    name: str
    root: int
    cardinalities: dict[str, int]


@dataclasses.dataclass(frozen=True, slots=True)
class ThreadInfo:
    """A thread: its name, and for how many nanoseconds spans ran on it."""

    name: str
    busy: int


@dataclasses.dataclass(frozen=True)
class Snapshot:
    """A trace as data.

    Attributes:
        columns: The spans; see `COLUMNS`.
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


def input_offsets(snapshot: Snapshot) -> "np.ndarray":
    """Returns where the inputs of each span begin in `inputs`; one entry more than spans."""
    return np.concatenate([[0], np.cumsum(snapshot.columns["num_inputs"])])


def rows_of_inputs(snapshot: Snapshot) -> "np.ndarray":
    """Returns for each entry of `inputs` the span that uses it."""
    return np.repeat(np.arange(snapshot.num_spans), snapshot.columns["num_inputs"])
