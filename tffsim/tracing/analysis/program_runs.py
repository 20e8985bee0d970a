"""What happened in each step of a program: how often it ran, for how long, for whom, and what crossed in it."""

import dataclasses
from collections.abc import Mapping
from typing import TypedDict

import numpy as np

from tffsim.tracing.analysis.client_work import client_work
from tffsim.tracing.analysis.intervals import length, union
from tffsim.tracing.analysis.lost_work import lost_work
from tffsim.tracing.analysis.program import CLIENTS, SERVER, Program, ProgramStep
from tffsim.tracing.analysis.traffic import entering_clients, traffic
from tffsim.tracing.document.operations import CANCELLED, CREATE_CALL, ERROR, OK, RUNNING
from tffsim.tracing.document.snapshot import Snapshot

_BYTES_OF_A_KEY = 4
"""The language has keys that are int32."""


@dataclasses.dataclass(frozen=True, slots=True)
class StepRun:
    """What happened in a step, in all calls of the computation that were asked about.

    Attributes:
        done: A function at clients: for how many clients it ended, each call of the computation counted.
            At the server, or nowhere: in how many calls of the computation it began.
        failed: For how many of these it failed.
        cancelled: For how many it was given up.
        running: For how many it is under way.
        elapsed: For how many nanoseconds it was under way, or made ready, for at least one of them. At the server, for
            how many the server was at work for it.
        work: Its own work and that of the executors below, added up, in nanoseconds.
        letters: How many values crossed between server and clients, in the direction of the step.
        size: Their size in bytes.
        is_sealed: Whether the server could read none of them, but only what they add up to.
        keys: Of a select: with how many keys clients asked the server for parts of its value, all added up.
        are_keys_hidden: Whether the server could read none of these keys.
    """

    done: int = 0
    failed: int = 0
    cancelled: int = 0
    running: int = 0
    elapsed: int = 0
    work: int = 0
    letters: int = 0
    size: int = 0
    is_sealed: bool = False
    keys: int = 0
    are_keys_hidden: bool = False


class _Calls(TypedDict):
    done: int
    failed: int
    running: int
    cancelled: int
    elapsed: int
    work: int


class _Crossed(TypedDict):
    letters: int
    size: int
    is_sealed: bool
    keys: int
    are_keys_hidden: bool


def step_runs(snapshot: Snapshot, program: Program, invocations: list[int]) -> list[StepRun]:
    """Returns what happened in each step of a program.

    Args:
        snapshot: What was recorded.
        program: A program of this trace.
        invocations: Which calls of it to look at, as rows of `trace.invocations`.
    """
    steps = _steps_of_spans(snapshot, program, invocations)
    crossed = _crossed(snapshot, program, steps)
    return [
        StepRun(**_run(snapshot, step, np.flatnonzero(steps == number)), **crossed[number])
        for number, step in enumerate(program.steps)
    ]


def step_calls(snapshot: Snapshot, program: Program, invocations: list[int]) -> "list[np.ndarray]":
    """Returns the spans of each step that are counted; see `step_runs` for the arguments.

    Of a function at clients these are the calls at the border of each client, of others all that is done in it.
    """
    steps = _steps_of_spans(snapshot, program, invocations)
    return [_calls(snapshot, step, np.flatnonzero(steps == number)) for number, step in enumerate(program.steps)]


def step_times(snapshot: Snapshot, program: Program, invocations: list[int]) -> "list[np.ndarray]":
    """Returns the spans of each step whose time is the time of the step; see `step_runs` for the arguments.

    Those of a function at clients also make it ready for a client. At the server, they are those of its own executors.
    """
    steps = _steps_of_spans(snapshot, program, invocations)
    return [_timed(snapshot, step, np.flatnonzero(steps == number)) for number, step in enumerate(program.steps)]


def _steps_of_spans(snapshot: Snapshot, program: Program, invocations: list[int]) -> "np.ndarray":
    """Returns for each span the step to which it belongs; -1 for none."""
    roots = [snapshot.invocations[row].span for row in invocations]
    is_asked = np.isin(snapshot.columns["invocation"], roots) & ~lost_work(snapshot)
    return np.where(is_asked, owners(snapshot, program)[snapshot.columns["node"]], -1)


def owners(snapshot: Snapshot, program: Program) -> "np.ndarray":
    """Returns the step to which each AST node belongs, -1 for none; one entry more, for no node."""
    step_of_call = {step.node: number for number, step in enumerate(program.steps)}
    owner = np.full(len(snapshot.nodes) + 1, -1)
    for number in range(program.root, len(snapshot.nodes)):
        parent = snapshot.nodes[number].parent
        if number > program.root and parent < program.root:
            break
        owner[number] = step_of_call.get(number, owner[parent] if number > program.root else -1)
    return owner


def _calls(snapshot: Snapshot, step: ProgramStep, spans: "np.ndarray") -> "np.ndarray":
    if step.placement != CLIENTS:
        return spans
    return spans[entering_clients(snapshot)[spans] & (snapshot.columns["operation"][spans] == CREATE_CALL)]


def _timed(snapshot: Snapshot, step: ProgramStep, spans: "np.ndarray") -> "np.ndarray":
    if step.placement == CLIENTS:
        return _calls(snapshot, step, spans) if step.crosses_to else spans[client_work(snapshot)[spans]]
    # Other executors only wait, for clients and for workers, while the server does nothing.
    at_server = np.array([executor.placement == "server" for executor in snapshot.executors] + [False])
    by_server = spans[at_server[snapshot.columns["layer"][spans]]]
    return by_server if len(by_server) else spans


def _run(snapshot: Snapshot, step: ProgramStep, spans: "np.ndarray") -> _Calls:
    columns = snapshot.columns
    calls, timed = _calls(snapshot, step, spans), _timed(snapshot, step, spans)
    whom = columns["invocation"][calls].astype(np.int64) << 32
    if step.placement == CLIENTS:
        whom |= columns["client"][calls]
    outcomes = [columns["outcome"][calls] == outcome for outcome in (ERROR, RUNNING, CANCELLED, OK)]
    if step.placement == CLIENTS:
        outcomes[1] &= ~np.isin(whom, _that_wait(columns))
    counts, seen = [], np.zeros(0, np.int64)
    for outcome in outcomes:
        found = np.setdiff1d(whom[outcome], seen)
        counts.append(len(found))
        seen = np.union1d(seen, found)
    failed, running, cancelled, done = counts
    return {
        "done": done,
        "failed": failed,
        "running": running,
        "cancelled": cancelled,
        "elapsed": length(union(columns["start"][timed], columns["end"][timed])),
        "work": int((columns["self_time"] + columns["worker_time"])[spans].sum()),
    }


def _that_wait(columns: "Mapping[str, np.ndarray]") -> "np.ndarray":
    """Returns which clients, of which calls, have work that waits for a thread: their turn has not come."""
    waits = (columns["outcome"] == RUNNING) & (columns["queue_time"] > 0) & (columns["worker"] < 0)
    return (columns["invocation"][waits].astype(np.int64) << 32) | columns["client"][waits]


def _crossed(snapshot: Snapshot, program: Program, steps: "np.ndarray") -> list[_Crossed]:
    """Counts what crossed in each step, in the direction of the step, and the keys that went the other way."""
    count = len(program.steps)
    to_server = np.array([*(step.crosses_to == SERVER for step in program.steps), False])
    ledger = traffic(snapshot)
    step_of = steps[ledger["span"]]
    is_up = ledger["direction"] == "clients to server"
    is_down = ledger["direction"] == "server to clients"
    is_along = np.where(to_server[step_of], is_up, is_down)
    crossings, along = ledger.where(is_along & (step_of >= 0)), step_of[is_along & (step_of >= 0)]
    asked, asking = ledger.where(is_up & ~is_along & (step_of >= 0)), step_of[is_up & ~is_along & (step_of >= 0)]
    letters = np.bincount(along, crossings["copies"], minlength=count)
    sizes = np.bincount(along, crossings["copies"] * crossings["size"], minlength=count)
    sealed = np.bincount(along, crossings["visibility"] == "aggregate", minlength=count)
    keys = np.bincount(asking, asked["size"], minlength=count) // _BYTES_OF_A_KEY
    hidden = np.bincount(asking, asked["visibility"] == "hidden", minlength=count)
    return [
        {
            "letters": int(letters[k]), "size": int(sizes[k]), "is_sealed": bool(sealed[k]),
            "keys": int(keys[k]), "are_keys_hidden": bool(hidden[k]),
        }
        for k in range(count)
    ]  # fmt: skip
