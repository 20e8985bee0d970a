"""The traces that the magics made in this notebook, by name."""

import collections
import dataclasses
import itertools
import time

from tffsim.magics.options import is_taken
from tffsim.traces.trace import Trace

# Traces that got no name are kept only for a while, as a cell may run often.
_MAX_UNNAMED = 20


@dataclasses.dataclass(slots=True)
class _Known:
    trace: Trace
    cell: int


class KnownTraces:
    """Names traces, and lists them.

    Args:
        variables: Those of the user, which get the traces that she named.
    """

    def __init__(self, variables: dict[str, object]) -> None:
        self._variables = variables
        self._known: dict[str, _Known] = {}
        self._unnamed: list[str] = []
        self._numbers = itertools.count(1)

    def add(self, trace: Trace, cell: int, name: str | None = None) -> str:
        """Names a trace.

        Args:
            trace: The trace.
            cell: The number of its cell.
            name: The variable that gets it; by default there is none, and a name is made up.

        Returns:
            The name. It is another one if the cell itself gave this name to something else.
        """
        if name:
            while is_taken(self._variables, name, Trace):
                name += "_trace"
            self._variables[name] = trace
            self._unnamed = [known for known in self._unnamed if known != name]
        else:
            name = next(name for number in self._numbers if (name := f"trace_{number}") not in self._known)
            self._unnamed.append(name)
        self._known[name] = _Known(trace, cell)
        if len(self._unnamed) > _MAX_UNNAMED:
            self._known.pop(self._unnamed.pop(0), None)
        return name

    def find(self, name: str) -> Trace | None:
        """Returns the trace of a name, which may also be that of a variable."""
        known = self._known.get(name)
        found = known.trace if known is not None else self._variables.get(name)
        return found if isinstance(found, Trace) else None

    def names(self) -> list[str]:
        """Returns the names of those in which a computation was called."""
        return [name for name, known in self._known.items() if known.trace.invocations.num_rows]

    def listing(self) -> str:
        """Returns one line for each of these: its name, when and in which cell it began, and what was called."""
        rows = [(name, self._known[name]) for name in self.names()]
        width = max((len(name) for name, _ in rows), default=0)
        return "\n".join(
            f"{name:{width}}  {time.strftime('%H:%M:%S', time.localtime(known.trace.snapshot.started_at))}"
            f"  Cell [{known.cell}]  {_calls(known.trace)}"
            for name, known in rows
        )


def _calls(trace: Trace) -> str:
    counts = collections.Counter(trace.invocations.shown("name").tolist())
    return ", ".join(name if count == 1 else f"{name} × {count}" for name, count in counts.items())
