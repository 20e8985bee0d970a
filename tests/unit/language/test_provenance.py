"""A function is blamed for its own failures, whichever other function has the same graph."""

import gc
import importlib
import inspect
import linecache
import sys

import numpy as np
import pytest
import tensorflow as tf
from federated_language.proto import computation_pb2 as pb

import tffsim as tff
from tffsim.executor_stacks.sizing import sizing_executor_factory
from tffsim.external_runtime.tensorflow.functions.tensorflow_function import tensorflow_function
from tffsim.language import provenance

INTS = tff.FederatedType(np.int32, tff.CLIENTS)
INT_AT_SERVER = tff.FederatedType(np.int32, tff.SERVER)

FACTORIES = {
    "flat": tff.local_executor_factory,
    "tree": lambda: tff.local_executor_factory(max_fanout=2),
    "debug": tff.debug_executor_factory,
    "sizing": sizing_executor_factory,
}


@tff.tf_computation(np.int32)
def age_group(age):
    return tf.gather(tf.constant([10, 20, 30]), age)


@tff.tf_computation(np.int32)
def shelf(number):
    return tf.gather(tf.constant([10, 20, 30]), number)


@tff.federated_computation(INTS)
def groups(ages):
    return tff.federated_map(age_group, ages)


@tff.federated_computation(INTS)
def shelves(numbers):
    return tff.federated_map(shelf, numbers)


def failure_of(function, *arguments):
    """Returns where a call fails."""
    with pytest.raises(tff.ExecutionError) as caught:
        function(*arguments)
    return caught.value.location


def line_of(computation):
    """Returns the number of the line after `def`, where the bodies above fail."""
    function = inspect.unwrap(computation)
    return function.__code__.co_firstlineno + 2


@pytest.fixture(params=FACTORIES.values(), ids=FACTORIES)
def stack(request):
    with tff.use(request.param()):
        yield


@pytest.mark.usefixtures("stack")
class TestOnEveryStack:
    @pytest.mark.parametrize("order", [(groups, shelves), (shelves, groups)], ids=["as defined", "reversed"])
    def test_each_of_two_functions_with_equal_graphs_is_blamed_for_its_own_failure(self, order):
        functions = {groups: age_group, shelves: shelf}
        for outer in order:
            location = failure_of(outer, [0, 1, 7])
            assert (location.computation, location.client) == (functions[outer].__name__, 2)
            assert location.source.startswith(f"test_provenance.py:{line_of(functions[outer])}: return tf.gather")

    def test_both_may_be_mapped_in_one_computation(self):
        @tff.federated_computation(INTS, INTS)
        def both(ages, numbers):
            return tff.federated_map(age_group, ages), tff.federated_map(shelf, numbers)

        assert failure_of(both, [1, 7], [0, 1]).computation == "age_group"
        assert failure_of(both, [1, 1], [7, 1]).computation == "shelf"

    def test_the_server_may_run_one_and_the_clients_the_other(self):
        @tff.federated_computation(INTS, INT_AT_SERVER)
        def both(ages, number):
            return tff.federated_sum(tff.federated_map(age_group, ages)), tff.federated_map(shelf, number)

        at_server, at_clients = failure_of(both, [1, 1], 7), failure_of(both, [7, 1], 1)
        assert (at_server.placement, at_server.computation) == ("server", "shelf")
        assert (at_clients.placement, at_clients.computation) == ("clients", "age_group")

    def test_names_survive_several_levels_of_computations(self):
        @tff.federated_computation(np.int32)
        def one_down(number):
            return shelf(number)

        @tff.federated_computation(np.int32)
        def two_down(number):
            return one_down(age_group(number)), one_down(number)

        @tff.federated_computation(INTS)
        def mapped(numbers):
            return tff.federated_map(two_down, numbers)

        @tff.federated_computation(INTS)
        def outermost(numbers):
            return mapped(numbers)

        assert failure_of(outermost, [7]).computation == "age_group"
        location = failure_of(outermost, [0])
        assert location.computation == "shelf"
        assert location.source.startswith(f"test_provenance.py:{line_of(shelf)}:")

    def test_a_traced_call_fails_with_the_same_name(self):
        with tff.trace() as trace:
            assert failure_of(shelves, [7]).computation == "shelf"
        assert any("7 is not in [0, 3)" in text for text in trace.snapshot.errors.values())


def test_two_lambdas_of_one_line_are_told_from_functions_elsewhere():
    first, second = tff.tf_computation(lambda x: 7 // x, np.int32), tff.tf_computation(lambda y: 7 // y, np.int32)

    @tff.tf_computation(np.int32)
    def divide(z):
        return 7 // z

    line = first.__wrapped__.__code__.co_firstlineno
    for computation in (first, second):
        location = failure_of(computation, 0)
        assert location.computation == "<lambda>"
        assert location.source.startswith(f"test_provenance.py:{line}: first, second = ")
    assert failure_of(divide, 0).computation == "divide"


def test_functions_that_a_loop_makes_have_their_own_names():
    made = {}
    for name in ("zero", "one", "two"):

        def function(x):
            return tf.gather([1, 2, 3], x)

        function.__name__ = name
        made[name] = tff.tf_computation(function, np.int32)
    assert [failure_of(computation, 9).computation for computation in made.values()] == list(made)


def test_one_function_that_is_decorated_twice_is_one_computation():
    def function(x):
        return tf.gather([1, 2, 3], x)

    first, second = tff.tf_computation(function, np.int32), tff.tf_computation(function, np.int32)
    assert first == second and hash(first) == hash(second)
    assert tensorflow_function(first.to_proto()) is tensorflow_function(second.to_proto())


def test_functions_with_equal_graphs_are_imported_once_and_nothing_in_the_graph_tells_them_apart():
    protos = [age_group.to_proto(), shelf.to_proto()]
    assert protos[0].tensorflow.graph_def == protos[1].tensorflow.graph_def
    first, second = (tensorflow_function(proto) for proto in protos)
    assert (first.name, second.name) == ("age_group", "shelf")
    # What is learned about the one holds for the other.
    assert first.duration is second.duration


def test_both_types_of_an_untyped_function_have_its_name():
    @tff.tf_computation
    def nth(x):
        return tf.gather([1, 2, 3], x)

    @tff.tf_computation
    def item(x):
        return tf.gather([1, 2, 3], x)

    for value in (np.int32(5), np.int64(5)):
        assert failure_of(nth, value).computation == "nth"
        assert failure_of(item, value).computation == "item"


def test_a_tensorflow_function_that_calls_another_names_the_line_of_the_right_one():
    @tff.tf_computation(np.int32)
    def through_age_group(x):
        return age_group(x)

    @tff.tf_computation(np.int32)
    def through_shelf(x):
        return shelf(x)

    for outer, inner in ((through_age_group, age_group), (through_shelf, shelf)):
        location = failure_of(outer, 7)
        assert location.computation == outer.__name__
        assert location.source.startswith(f"test_provenance.py:{line_of(inner)}:")


def test_a_computation_outlives_the_function_that_it_was_made_of():
    def build():
        @tff.tf_computation(np.int32)
        def short_lived(x):
            return tf.gather(tf.constant([10, 20, 30]), x)

        return tff.federated_computation(lambda values: tff.federated_map(short_lived, values), INTS)

    outer = build()
    gc.collect()
    assert failure_of(outer, [7]).computation == "short_lived"


def test_equal_cells_of_a_notebook_are_two_places():
    source = "def cell(x):\n    return tf.gather([1, 2, 3], x)\n"
    computations = []
    for filename in ("/tmp/ipykernel_1/11.py", "/tmp/ipykernel_1/22.py"):
        # As IPython does for the cells that it runs.
        linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
        namespace = {"tf": tf}
        exec(compile(source, filename, "exec"), namespace)
        computations.append(tff.tf_computation(namespace["cell"], np.int32))
    sources = [failure_of(computation, 7).source for computation in computations]
    assert sources == [f"{number}.py:2: return tf.gather([1, 2, 3], x)" for number in (11, 22)]


def test_a_module_that_is_edited_and_loaded_again_shows_its_new_line(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    body = "import tensorflow as tf\n{gap}def pick(x):\n    return tf.gather([1, 2, 3], x){comment}\n"
    path = tmp_path / "edited_while_running.py"
    sources = []
    for gap, comment in (("", ""), ("\n\n", "  # after the edit")):
        path.write_text(body.format(gap=gap, comment=comment), encoding="utf-8")
        importlib.invalidate_caches()
        module = sys.modules.get(path.stem)
        module = importlib.reload(module) if module else importlib.import_module(path.stem)
        sources.append(failure_of(tff.tf_computation(module.pick, np.int32), 7).source)
    monkeypatch.delitem(sys.modules, path.stem)
    line = "return tf.gather([1, 2, 3], x)"
    assert sources == [f"{path.name}:3: {line}", f"{path.name}:5: {line}  # after the edit"]


def test_a_copy_that_was_written_and_read_again_is_still_known():
    proto = pb.Computation.FromString(shelf.to_proto().SerializeToString())
    assert provenance.provenance_of(proto).name == "shelf"


def test_a_computation_from_elsewhere_has_no_provenance():
    proto = pb.Computation()
    proto.CopyFrom(shelf.to_proto())
    proto.tensorflow.ClearField("cache_key")
    assert provenance.provenance_of(proto) is None
    assert tensorflow_function(proto).name is None


def test_what_is_used_stays_known_when_old_entries_are_forgotten(monkeypatch):
    monkeypatch.setattr(provenance, "_graphs", provenance._Entries(3))

    def entry(line):
        proto = pb.Computation()
        proto.CopyFrom(shelf.to_proto())
        provenance.record(proto, provenance.Provenance(provenance.Source("f", "model.py", line), {}))
        return proto

    used, unused = entry(1), entry(2)
    for line in range(3, 10):
        assert provenance.provenance_of(used) is not None
        entry(line)
    assert provenance.provenance_of(unused) is None
    assert provenance.provenance_of(used).source.line == 1
