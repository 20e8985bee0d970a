"""The columns of a trace, declared once.

From here follow the rows that are recorded, the parts of a trace file and what is checked when one is loaded, the
columns that views get, `widgets/src/model/schema.ts`, and the table in `docs/reference/trace_columns.md`
(`make schema` writes both). Whoever adds a column adds a line here, and what fills it. What is no column is
declared likewise: by the classes in `snapshot`, and the words in `operations`.
"""

import dataclasses

MAX_COUNT = 1 << 30
"""No client, no index and no number of entries is as large."""
MAX_AMOUNT = 1 << 60
"""No time in nanoseconds and no size in bytes is as large."""


@dataclasses.dataclass(frozen=True, slots=True)
class Column:
    """A column: one number for each span.

    Attributes:
        name: Its name.
        dtype: Its NumPy dtype, without the order of bytes.
        meaning: What it says, in a few words.
        unit: `ns`, `bytes`, or empty.
        refers_to: What it numbers: the words `operations` and `outcomes`, or a list of the trace; empty for no list.
        has_none: Whether -1 stands for none.
        limit: All numbers are smaller; 0 for a column whose limit is the length of what it refers to, or that has none.
        is_optional: Whether some spans have no such number, whatever it would be. Then a column `has_…` says which
            ones have it: NaN is a number, none is not. NaN stands where there is none, too.
        for_views: Whether views get it.
        since: The version of the trace file that has it first.
    """

    name: str
    dtype: str
    meaning: str
    unit: str = ""
    refers_to: str = ""
    has_none: bool = False
    limit: int = 0
    is_optional: bool = False
    for_views: bool = False
    since: int = 3

    @property
    def validity(self) -> str:
        """The name of the column that says which spans have this number, if it is optional."""
        return f"has_{self.name}"


def _number_of(name: str, refers_to: str, meaning: str, dtype: str = "i4", for_views: bool = True) -> Column:
    return Column(name, dtype, meaning, refers_to=refers_to, has_none=True, for_views=for_views)


def _word(name: str, refers_to: str, meaning: str) -> Column:
    return Column(name, "u1", meaning, refers_to=refers_to, for_views=True)


def _time(name: str, meaning: str) -> Column:
    return Column(name, "i8", meaning, unit="ns", limit=MAX_AMOUNT, for_views=True)


_DECLARED = (
    _number_of("parent", "spans", "The span inside which it started; none for the call of a computation."),
    _number_of("invocation", "spans", "The span of the call to which it belongs."),
    _number_of("layer", "executors", "The executor; none for the call of a computation."),
    _word("operation", "operations", "What was done."),
    _word("outcome", "outcomes", "How it ended."),
    Column("client", "i4", "The client for which it was done.", has_none=True, limit=MAX_COUNT, for_views=True),
    _number_of("node", "nodes", "The AST node for which it was done."),
    _number_of("thread", "threads", "The thread on which it started.", "i2"),
    _number_of("worker", "threads", "The thread that did its work, where another one waited for it.", "i2"),
    _time("start", "When it started."),
    _time("end", "When it ended."),
    _time("self_time", "For how long its own code ran, on its own thread."),
    _time("queue_time", "For how long its work waited for a worker thread."),
    _time("worker_time", "For how long its work ran in a worker thread."),
    _number_of("type", "types", "The type of the value that it made or computed.", for_views=False),
    Column("size", "i8", "How large that value is; 0 if that is unknown.", unit="bytes", limit=MAX_AMOUNT),
    Column(
        "scalar",
        "f8",
        "That value, if it is one real number.",
        is_optional=True,
        for_views=True,
    ),
    _number_of("alias", "spans", "The value below that this value is the same as.", for_views=False),
    Column("index", "i4", "The element that a selection selects.", has_none=True, limit=MAX_COUNT),
    Column(
        "host",
        "i2",
        "The other process that did it; none for this one.",
        refers_to="hosts",
        has_none=True,
        since=5,
    ),
    Column("num_inputs", "i4", "How many values it used; `inputs` has their numbers."),
)


def _with_validity() -> dict[str, Column]:
    columns: dict[str, Column] = {}
    for column in _DECLARED:
        columns[column.name] = column
        if column.is_optional:
            means = f"Whether it has a `{column.name}`."
            columns[column.validity] = Column(column.validity, "b1", means, for_views=column.for_views, since=4)
    return columns


COLUMNS = _with_validity()
"""The columns of the spans, by name; the row of a span is its number. Times count from the beginning of the trace."""

INPUTS_DTYPE = "i4"
"""That of the numbers of the values that spans use, which are those of one span after those of another."""

TICK = 125
"""In how many nanoseconds a page counts times."""

NUMBERS_FOR_VIEWS = tuple(
    column.name for column in COLUMNS.values() if column.for_views and column.unit != "ns" and not column.is_optional
)
"""The columns that views get as whole numbers, beside the numbers of the spans."""
TIMES_FOR_VIEWS = tuple(column.name for column in COLUMNS.values() if column.for_views and column.unit == "ns")
OPTIONAL_FOR_VIEWS = tuple(column.name for column in COLUMNS.values() if column.for_views and column.is_optional)
