"""The parts of the time of a call add up, and are those of who was at work."""

import numpy as np

from tests.unit.tracing.traced_programs import half, rounds, sum_of_logs, traced
from tffsim.tracing.analysis.client_work import client_work
from tffsim.tracing.analysis.intervals import length, union
from tffsim.tracing.analysis.phases import phases
from tffsim.tracing.analysis.traffic import entering_clients
from tffsim.tracing.document.operations import CREATE_VALUE


def test_the_parts_add_up_to_the_whole():
    snapshot = rounds()
    for row, call in enumerate(snapshot.invocations):
        found = phases(snapshot, row)
        assert found.total == snapshot.columns["end"][call.span] - snapshot.columns["start"][call.span]
        assert found.clients + found.server + found.preparing == found.total
        assert found.clients > 0 and found.server > 0


def test_a_client_for_which_a_function_is_made_ready_is_at_work():
    snapshot = rounds()
    columns = snapshot.columns
    functions = np.array([type_info.is_function for type_info in snapshot.types] + [False])
    is_made = (columns["operation"] == CREATE_VALUE) & functions[columns["type"]] & entering_clients(snapshot)
    made = np.flatnonzero(is_made & (columns["invocation"] == snapshot.invocations[0].span))
    assert len(made) > 0
    assert phases(snapshot, 0).clients >= length(union(columns["start"][made], columns["end"][made]))
    assert client_work(snapshot)[made].all()


def test_what_the_caller_passes_is_no_work_of_a_client():
    snapshot = rounds()
    columns = snapshot.columns
    passed = [node.kind == "Lambda" for node in snapshot.nodes]
    assert not client_work(snapshot)[np.array([*passed, False])[columns["node"]]].any()


def test_without_clients_no_time_is_spent_at_them():
    assert phases(traced(sum_of_logs, []), 0).clients == 0


def test_a_function_without_placement_is_at_neither():
    found = phases(traced(half, 3.0), 0)
    assert found.clients == found.server == 0
