"""Errors, types, computations, traces and tables go to other processes, or say at once that they do not."""

import concurrent.futures
import copy
import multiprocessing
import pickle

import federated_language as fl
import numpy as np
import pytest
import tensorflow as tf

import tffsim as tff
from tests.unit.tracing.traced_runs import FLOATS, double, mean_of_doubles, traced
from tffsim.tracing.document.trace_file_error import TraceFileError

TEXTS = tff.FederatedType(np.str_, tff.CLIENTS)

# For a process that has to import TensorFlow, on a machine that does much else.
SECONDS = 600

WAYS = {
    "pickle": lambda value: pickle.loads(pickle.dumps(value)),
    "protocol 2": lambda value: pickle.loads(pickle.dumps(value, 2)),
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
}
every_way = pytest.mark.parametrize("again", WAYS.values(), ids=WAYS)


def raised(function, *arguments):
    with pytest.raises(Exception) as caught:  # noqa: PT011
        function(*arguments)
    return caught.value


def failing(value):
    """Fails in the way that its name says; runs in this process or another one."""
    log = tff.tf_computation(lambda x: tf.debugging.check_numerics(tf.math.log(x), "not a number"), np.float32)
    mean = tff.federated_computation(lambda x: tff.federated_mean(tff.federated_map(log, x)), FLOATS)
    return float(mean([value, 1.0]))


def sum_of_texts():
    """Cannot be defined; runs in another process."""
    return tff.federated_computation(tff.federated_sum, TEXTS)


def called(computation, argument):
    return float(computation(argument))


ERRORS = {
    "ExecutionError": lambda: raised(failing, -1.0),
    "ArgumentError": lambda: raised(mean_of_doubles, ["x"]),
    "CardinalityError": lambda: tff.CardinalityError("two numbers"),
    "TraceFileError": lambda: TraceFileError("damaged"),
    "TypeNotAssignableError": lambda: fl.framework.TypeNotAssignableError(fl.TensorType(np.int32), FLOATS),
    "TypesNotEquivalentError": lambda: fl.framework.TypesNotEquivalentError(fl.TensorType(np.int32), FLOATS),
    "a sum of texts": lambda: raised(sum_of_texts),
    "a mean of texts": lambda: raised(tff.federated_computation, tff.federated_mean, TEXTS),
    "nothing returned": lambda: raised(tff.federated_computation, lambda: None),
    "UnexpectedTypeError": lambda: fl.framework.UnexpectedTypeError(fl.TensorType, fl.TensorType(np.int32)),
}


def subclasses(cls):
    return {cls}.union(*(subclasses(child) for child in cls.__subclasses__()))


def test_every_error_of_the_language_survives_whatever_its_constructor_takes():
    errors = [cls for cls in subclasses(Exception) if cls.__module__.startswith("federated_language")]
    assert len(errors) > 15
    for cls in errors:
        error = cls.__new__(cls)
        error.args = ("what was wrong",)
        assert str(pickle.loads(pickle.dumps(error))) == "what was wrong", cls


@every_way
@pytest.mark.parametrize("make", ERRORS.values(), ids=ERRORS)
def test_errors_keep_their_message_their_attributes_and_their_notes(make, again):
    error = make()
    error.add_note("seen in trial 7")
    other = again(error)
    assert type(other) is type(error) and str(other) == str(error) and other.__notes__ == ["seen in trial 7"]
    assert getattr(other, "location", None) == getattr(error, "location", None)


def test_an_execution_error_still_tells_the_client():
    assert WAYS["pickle"](raised(failing, -1.0)).location.client == 0


TYPES = [
    fl.TensorType(np.float32, [None, 3]),
    fl.StructWithPythonType([("a", np.int32), ("b", fl.SequenceType(np.str_))], dict),
    fl.FederatedType(np.int32, fl.CLIENTS),
    fl.FunctionType(fl.FederatedType(np.int32, fl.SERVER, True), fl.FederatedType(np.int32, fl.CLIENTS)),
]


@every_way
@pytest.mark.parametrize("type_spec", TYPES, ids=str)
def test_types_stay_equal_and_keep_their_very_placements(type_spec, again):
    other = again(type_spec)
    assert other == type_spec
    if isinstance(type_spec, fl.FederatedType):
        assert other.placement is type_spec.placement
    assert again(fl.CLIENTS) is fl.CLIENTS and again(fl.SERVER) is fl.SERVER


@every_way
def test_computations_run_and_keep_their_names(again):
    for computation, argument, result in ((double, 2.0, 4.0), (mean_of_doubles, [1.0, 2.0], 3.0)):
        other = again(computation)
        assert other == computation and other.__name__ == computation.__name__
        assert other.type_signature == computation.type_signature
        assert called(other, argument) == result


@every_way
def test_computations_of_the_language_itself_stay_in_its_context_stack(again):
    identity = fl.federated_computation(lambda x: x, np.int32)
    assert again(identity).context_stack is identity.context_stack


def test_a_computation_that_calls_python_says_at_once_that_it_stays():
    halve = tff.tf_computation(
        lambda x: tf.ensure_shape(tf.py_function(lambda y: y / 2, [x], tf.float32), []), np.float32
    )
    total = tff.federated_computation(lambda x: tff.federated_sum(tff.federated_map(halve, x)), FLOATS)
    for computation in (halve, total):
        with pytest.raises(TypeError, match="stay in this process"):
            pickle.dumps(computation)
        for again in (copy.copy, copy.deepcopy):
            assert again(computation) == computation
    assert called(copy.deepcopy(total), [2.0, 4.0]) == 3


@tff.tf_computation
def twice(x):
    return 2 * x


@tff.federated_computation
def as_it_is(x):
    return x


@every_way
@pytest.mark.parametrize("untyped", [twice, as_it_is], ids=["TensorFlow", "federated"])
def test_a_computation_without_types_goes_by_its_name_as_a_function_does(untyped, again):
    assert again(untyped) is untyped


@pytest.fixture(scope="module")
def executor_of_processes():
    with concurrent.futures.ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        yield pool


def test_a_computation_without_types_runs_in_another_process(executor_of_processes):
    assert executor_of_processes.submit(called, twice, np.float32(2)).result(SECONDS) == 4


@pytest.mark.parametrize("make", [tff.tf_computation, tff.federated_computation])
def test_a_computation_without_types_that_no_other_process_finds_says_so(make):
    def local(x):
        return x

    for function, name in ((local, "local"), (lambda x: x, "<lambda>")):
        untyped = make(function)
        with pytest.raises(TypeError, match=rf"{name}` cannot be pickled: without types.*Give it types"):
            pickle.dumps(untyped)
        for again in (copy.copy, copy.deepcopy):
            assert called(again(untyped), np.float32(3)) == 3


def test_libraries_that_send_functions_themselves_send_computations_without_types_too():
    cloudpickle = pytest.importorskip("cloudpickle")
    for make in (tff.tf_computation, tff.federated_computation):
        sent = cloudpickle.dumps(make(lambda x: x))
        assert called(pickle.loads(sent), np.float32(3)) == 3


@every_way
def test_traces_come_back_as_saved_ones_do(again):
    _, trace = traced(mean_of_doubles, [1.0, 2.0], values="all")
    other = again(trace)
    assert str(other) == str(trace) and other.recorder is None
    assert other.snapshot.arrays.keys() == trace.snapshot.arrays.keys()
    assert str(again(other)) == str(trace)


@every_way
def test_a_trace_that_is_still_written_says_at_once_that_it_stays(again):
    with tff.trace() as trace:
        with pytest.raises(TypeError, match=r"trace\.frozen\(\)"):
            again(trace)
        assert again(trace.frozen()).snapshot.num_spans == 0


@pytest.mark.parametrize("again", [pickle.dumps, copy.deepcopy])
@pytest.mark.parametrize("make", [tff.local_executor_factory, tff.debug_executor_factory, tff.sizing_executor_factory])
def test_a_factory_and_its_context_say_at_once_that_they_stay(make, again):
    factory = make()
    for lives_here in (factory, tff.SyncExecutionContext(factory), tff.AsyncExecutionContext(factory)):
        with pytest.raises(TypeError, match=r"stays in its process.*Make another one there"):
            again(lives_here)


@every_way
def test_tables_keep_their_columns_texts_and_units(again):
    _, trace = traced(mean_of_doubles, [1.0, 2.0])
    for table in (trace.spans, trace.timing(), trace.traffic()):
        other = again(table)
        assert other.texts == table.texts and other.units == table.units
        for name in table:
            np.testing.assert_array_equal(other[name], table[name])
    difference = again(trace.diff(trace))
    assert str(difference) == str(trace.diff(trace))


def test_processes_send_each_other_errors_computations_and_traces():
    spawn = multiprocessing.get_context("spawn")
    with spawn.Pool(1) as pool:
        assert pool.apply_async(called, (mean_of_doubles, [1.0, 2.0])).get(SECONDS) == 3
        with pytest.raises(tff.ExecutionError, match=r"client 0 \(of 2\)"):
            pool.apply_async(failing, (-1.0,)).get(SECONDS)
        trace = pool.apply_async(traced_there, ()).get(SECONDS)
    assert trace.snapshot.invocations[0].name == "mean_of_doubles"


def test_an_executor_of_processes_goes_on_after_an_error(executor_of_processes):
    submit = executor_of_processes.submit
    failed, undefined, right = submit(failing, -1.0), submit(sum_of_texts), submit(failing, 1.0)
    assert isinstance(failed.exception(SECONDS), tff.ExecutionError)
    assert "not numeric" in str(undefined.exception(SECONDS))
    assert right.result(SECONDS) == 0


def traced_there():
    return traced(mean_of_doubles, [1.0, 2.0])[1]
