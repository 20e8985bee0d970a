"""What is told of the steps of a program is what happened."""

import contextvars
import threading

import numpy as np
import pytest
import tensorflow as tf

import tffsim as tff
from tests.unit.tracing.traced_programs import (
    rounds,
    secure_select,
    secure_sum,
    select,
    send_back,
    sum_of_logs,
    traced,
)  # fmt: skip
from tffsim.tracing.analysis.client_work import client_work
from tffsim.tracing.analysis.intervals import length, union
from tffsim.tracing.analysis.program import build_program
from tffsim.tracing.analysis.program_runs import StepRun, step_runs
from tffsim.tracing.document.operations import CREATE_CALL, CREATE_VALUE


def runs_of(snapshot, invocations=None) -> list[StepRun]:
    rows = list(range(len(snapshot.invocations))) if invocations is None else invocations
    return step_runs(snapshot, build_program(snapshot, snapshot.invocations[-1].root), rows)


def test_clients_are_counted_in_each_call():
    assert runs_of(rounds())[2].done == 9
    assert runs_of(rounds(), [1])[2].done == 3


def test_values_that_cross_are_counted_as_in_the_ledger():
    _, broadcast, _, mean, most = runs_of(rounds())
    assert (broadcast.letters, broadcast.size) == (9, 36)
    assert (mean.letters, most.letters) == (9, 9)


def test_what_only_a_total_shows_is_sealed():
    assert runs_of(traced(secure_sum, [1, 2, 3]))[0].is_sealed
    assert not any(run.is_sealed for run in runs_of(rounds()))


def test_a_client_that_failed_is_none_that_was_done():
    run = runs_of(traced(sum_of_logs, [1.0, 7.0, 2.0]))[0]
    assert run.failed == 1
    assert run.done + run.cancelled <= 2


def test_without_clients_nothing_runs_and_nothing_crosses():
    run, total = runs_of(traced(sum_of_logs, []))
    assert run.done == run.elapsed == total.letters == 0


def test_a_value_that_is_sent_to_and_fro_crosses_twice_for_each_client():
    down, up = runs_of(traced(send_back, 3.0, [1.0, 2.0]))
    assert down.letters == up.letters == 2


def test_time_is_that_of_the_step():
    for run in runs_of(rounds())[2:]:
        assert run.elapsed > 0 and run.work > 0


def test_the_time_of_the_server_is_that_of_its_executors_not_of_those_that_wait():
    snapshot = traced(sum_of_logs, [1.0, 2.0])
    columns, (_, total) = snapshot.columns, runs_of(snapshot)
    at_server = np.array([executor.placement == "server" for executor in snapshot.executors] + [False])
    nodes = [number for number, node in enumerate(snapshot.nodes) if node.label == "call federated_sum"]
    spans = at_server[columns["layer"]] & np.isin(columns["node"], nodes)
    assert total.elapsed == length(union(columns["start"][spans], columns["end"][spans])) > 0


def test_the_time_of_a_function_at_clients_is_that_of_all_their_work_for_it():
    snapshot = traced(sum_of_logs, [1.0])
    columns = snapshot.columns
    number = next(k for k, node in enumerate(snapshot.nodes) if node.label == "call federated_map")
    work = client_work(snapshot) & (columns["node"] == number)
    assert set(columns["operation"][work]) == {CREATE_VALUE, CREATE_CALL}
    assert runs_of(snapshot)[0].elapsed == length(union(columns["start"][work], columns["end"][work]))


@pytest.mark.parametrize(("computation", "is_hidden"), [(select, False), (secure_select, True)])
def test_keys_of_a_select_are_counted(computation, is_hidden):
    keys = [np.array([0, 1, 2], np.int32), np.array([1, 1, 9], np.int32)]
    run = runs_of(traced(computation, keys, np.zeros(10, np.float32)))[-1]
    assert (run.keys, run.are_keys_hidden) == (6, is_hidden)
    assert (run.letters, run.size) == (2, 24)
    assert all(run.keys == 0 for run in runs_of(rounds()))


def test_a_client_whose_work_waits_for_a_thread_does_not_run():
    started, go_on = threading.Event(), threading.Event()

    def wait(x):
        started.set()
        assert go_on.wait(60)
        return x

    @tff.tf_computation(np.float32)
    def waits(x):
        return tf.ensure_shape(tf.numpy_function(wait, [x], tf.float32), [])

    @tff.federated_computation(tff.FederatedType(np.float32, tff.CLIENTS))
    def total(xs):
        return tff.federated_sum(tff.federated_map(waits, xs))

    context = tff.SyncExecutionContext(tff.local_executor_factory(max_concurrent_computation_calls=1))
    with tff.trace() as trace:
        here = contextvars.copy_context()
        call = threading.Thread(target=here.run, args=(context.invoke, total, [1.0, 2.0, 3.0]))
        call.start()
        assert started.wait(60)
        pause, tries = threading.Event(), iter(range(1200))
        while len(trace.clients()) < 3 or runs_of(trace.snapshot)[0].running != 1:
            assert next(tries, None) is not None
            pause.wait(0.05)
        go_on.set()
        call.join(60)
    assert (runs_of(trace.snapshot)[0].running, runs_of(trace.snapshot)[0].done) == (0, 3)
