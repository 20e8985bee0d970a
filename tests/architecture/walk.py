"""The walk of a client's value: `python -m tests.architecture.walk` prints which functions hold it, down and back.

A value *stays* with a function that is called with it. The functions are told apart by the operation of an executor
for which they work. Within one operation, a call

- *climbs* if it leads to a module that imports the caller's, or back into an executor that is at work above: a reader
  who goes down meets code from above;
- *returns* if it leads to another file in which the value has been before: a reader opens it again.

A call of an executor below is the stack itself, and begins a new operation. Code in `concurrency` runs what it is
given, so it is looked through: the caller is the one who gave it. A `Deferred` is called by the one who made it.
A method may call any method of its own object.
"""

import argparse
import collections
import dataclasses
import functools
import json
import pathlib
import sys
import threading
import types
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import networkx as nx
import numpy as np
from federated_language.common_libs import structure
from federated_language.framework import Executor, ExecutorValue

from tests.architecture.test_import_direction import ROOT, imports, module_of, room_of
from tffsim.concurrency.deferred import Deferred

PACKAGE = str(ROOT / "tffsim")
_OPERATIONS = frozenset({"create_value", "create_call", "create_struct", "create_selection"})
_MAX_DEPTH = 4
STACKS = {"flat": 100, "tree": 2}
"""How many children an executor may have in each."""


@dataclasses.dataclass(frozen=True, slots=True)
class Stay:
    """A function that was called with the value.

    Attributes:
        operation: For which operation of which executor it works, such as `3 EagerTFExecutor.create_value`.
        function: Its name, with that of its class.
        module: Where it is.
        caller: The module that called it; empty if the event loop did.
        climbs: Whether that goes against the direction of imports.
        returns: Whether the value had been in this file, not the caller's, in this operation.
    """

    operation: str
    function: str
    module: str
    caller: str
    climbs: bool
    returns: bool


class Walk:
    """Follows a value by its contents, while it is used as a profiler.

    Args:
        contents: What the value is, from stage to stage. Nothing else may be equal to one of these arrays.
    """

    def __init__(self, contents: Sequence["np.ndarray"]) -> None:
        self.stays: list[Stay] = []
        self._contents = contents
        self._is_following = False
        self._started: dict[int, types.FrameType] = {}
        self._makers: dict[int, types.FrameType | None] = {}
        self._operations: dict[int, str] = {}
        self._num_operations = 0
        self._places: dict[str, set[str]] = collections.defaultdict(set)

    def follow(self, run: Callable[[], Any]) -> Any:
        """Calls a function, and follows the value in this thread and in those that are started meanwhile."""
        self._is_following = True
        threading.setprofile(self._profile)
        sys.setprofile(self._profile)
        try:
            return run()
        finally:
            self._is_following = False
            sys.setprofile(None)
            threading.setprofile(None)  # type: ignore[arg-type]
            # Frames keep alive all that their functions knew.
            self._started.clear()
            self._makers.clear()
            self._operations.clear()

    def _profile(self, frame: types.FrameType, event: str, _: object) -> None:
        if not self._is_following:
            sys.setprofile(None)  # In a thread that has outlived the walk.
            return
        # A coroutine is called once, however often it is resumed.
        if event != "call" or not _is_ours(frame) or id(frame) in self._started:
            return
        self._started[id(frame)] = frame
        self._operations[id(frame)] = self._operation(frame)
        arguments = [frame.f_locals[name] for name in _names_of_arguments(frame.f_code) if name in frame.f_locals]
        owner = arguments[0] if arguments else None
        if type(owner) is Deferred and frame.f_code.co_name == "__init__":
            self._makers[id(owner)] = self._caller(frame)
        if _room(frame) != "concurrency" and any(map(self._holds, arguments)):
            self._stay(frame)

    def _stay(self, frame: types.FrameType) -> None:
        module, operation, caller = _module(frame), self._operations[id(frame)], self._caller(frame)
        climbs = returns = False
        if caller is not None and _is_operation(frame):
            climbs = _executor(caller) is not _executor(frame) and _is_at_work(_executor(frame), caller)
        elif caller is not None and _owner(caller) is not _owner(frame) and _module(caller) != module:
            climbs = _imports(module, _module(caller))
            returns = module in self._places[operation]
        from_where = _module(caller) if caller is not None else ""
        self.stays.append(Stay(operation, frame.f_code.co_qualname, module, from_where, climbs, returns))
        self._places[operation].add(module)

    def _caller(self, frame: types.FrameType) -> types.FrameType | None:
        """Returns who called a function: the next function of ours that does not merely run what it is given."""
        above = frame.f_back
        while above is not None:
            if _is_ours(above):
                owner = _owner(above)
                if type(owner) is Deferred and id(owner) in self._makers:
                    return self._makers[id(owner)]
                if _room(above) != "concurrency":
                    return above
            above = above.f_back
        return None

    def _operation(self, frame: types.FrameType) -> str:
        """Returns the operation of an executor for which a function works, with a number."""
        if _is_operation(frame):
            self._num_operations += 1
            return f"{self._num_operations} {type(_owner(frame)).__name__}.{frame.f_code.co_name}"
        above = frame.f_back
        while above is not None and id(above) not in self._operations:
            above = above.f_back
        if above is not None:
            return self._operations[id(above)]
        return "a worker" if threading.current_thread().name.startswith("tffsim-worker") else "the execution context"

    def _holds(self, value: object, depth: int = 0) -> bool:
        if depth > _MAX_DEPTH:
            return False
        if isinstance(value, ExecutorValue):
            return self._holds(getattr(value, "reference", None), depth + 1)
        if isinstance(value, dict):
            value = list(value.values())
        if isinstance(value, (tuple, list, structure.Struct)):
            return any(self._holds(element, depth + 1) for element in value)
        if isinstance(value, np.ndarray) or type(value).__name__ == "EagerTensor":
            found = np.asarray(value)
            return any(found.shape == known.shape and np.array_equal(found, known) for known in self._contents)
        return False


def _names_of_arguments(code: types.CodeType) -> tuple[str, ...]:
    count = code.co_argcount + code.co_kwonlyargcount
    count += bool(code.co_flags & 0x04) + bool(code.co_flags & 0x08)  # *args and **kwargs
    return code.co_varnames[:count]


def _is_ours(frame: types.FrameType) -> bool:
    return frame.f_code.co_filename.startswith(PACKAGE)


def _module(frame: types.FrameType) -> str:
    return _module_of(frame.f_code.co_filename)


@functools.cache
def _module_of(file: str) -> str:
    return module_of(pathlib.Path(file))


def _room(frame: types.FrameType) -> str:
    return _room_of(_module(frame))


_room_of = functools.cache(room_of)
_imports = functools.cache(functools.partial(nx.has_path, imports()))


def _owner(frame: types.FrameType) -> object:
    """Returns the `self` of a method; for a function, its frame, which is nobody's else."""
    names = frame.f_code.co_varnames[:1]
    return frame.f_locals.get("self", frame) if names == ("self",) else frame


def _executor(frame: types.FrameType) -> object:
    """Returns the executor whose method this is, or a method of one of its handles; for others, their owner."""
    owner = _owner(frame)
    return getattr(owner, "executor", owner) if isinstance(owner, ExecutorValue) else owner


def _is_at_work(executor: object, frame: types.FrameType) -> bool:
    """Whether an operation of an executor is under way in a function, or in those that called it."""
    above: types.FrameType | None = frame
    while above is not None:
        if _is_ours(above) and _is_operation(above) and _executor(above) is executor:
            return True
        above = above.f_back
    return False


def _is_operation(frame: types.FrameType) -> bool:
    owner, name = _owner(frame), frame.f_code.co_name
    return (isinstance(owner, Executor) and name in _OPERATIONS) or (
        isinstance(owner, ExecutorValue) and name == "compute"
    )


def client_value(stack: str, *, is_struct: bool) -> Walk:
    """Follows the value of one client: given, doubled at the client, added up, returned.

    Args:
        stack: One of `STACKS`.
        is_struct: Whether the value is a vector in a struct, and not the vector.
    """
    import tffsim as tff

    vector = tff.TensorType(np.float32, [3])
    member_type = tff.to_type(collections.OrderedDict(x=vector)) if is_struct else vector
    double = tff.tf_computation(lambda v: {"x": v["x"] * 2.0} if is_struct else v * 2.0, member_type)

    @tff.federated_computation(tff.FederatedType(member_type, tff.CLIENTS))
    def total(values: Any) -> Any:
        return tff.federated_sum(tff.federated_map(double, values))

    given, other = np.float32([17.25, 19.5, 23.75]), np.float32([1, 2, 3])
    members = [{"x": v} if is_struct else v for v in (given, other, other)]
    walk = Walk([given, 2 * given, 2 * given + 2 * other, 2 * given + 4 * other])
    with tff.use(tff.local_executor_factory(max_fanout=STACKS[stack])):
        walk.follow(lambda: total(members))
    return walk


def report(stays: Sequence[Stay]) -> Iterator[str]:
    """Yields the lines that describe a walk: each stay, then the sums of the operations and of all."""
    operation = ""
    for stay in stays:
        if stay.operation != operation:
            operation = stay.operation
            yield operation
        marks = " climbs" * stay.climbs + " returns" * stay.returns
        yield f"    {stay.module.removeprefix('tffsim.'):58} {stay.function}{'  <-' + marks if marks else ''}"
    yield ""
    for operation in dict.fromkeys(stay.operation for stay in stays):
        yield f"{operation}: {sums([stay for stay in stays if stay.operation == operation])}"
    yield f"all: {sums(stays)}"


def sums(stays: Sequence[Stay]) -> str:
    """Returns how often a value stays, climbs and returns."""
    climbs, returns = sum(stay.climbs for stay in stays), sum(stay.returns for stay in stays)
    return f"{len(stays)} stays in {len({stay.module for stay in stays})} files, {climbs} climbs, {returns} returns"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stack", choices=STACKS, default="flat", help="which execution stack")
    parser.add_argument("--struct", action="store_true", help="follow a vector in a struct")
    parser.add_argument("--json", action="store_true", help="print the stays as JSON")
    arguments = parser.parse_args()
    found = client_value(arguments.stack, is_struct=arguments.struct).stays
    if arguments.json:
        print(json.dumps([dataclasses.asdict(stay) for stay in found]))
    else:
        print("\n".join(report(found)))
