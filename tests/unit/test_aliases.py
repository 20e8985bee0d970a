"""The names of TensorFlow Federated, in the code and in docs/migration.md."""

import asyncio
import functools
import importlib
import pathlib
import re
import subprocess
import sys
import threading

import federated_language as fl
import numpy as np
import pytest
import tensorflow as tf

import tffsim as tff
from tffsim import aliases

PAGE = pathlib.Path(__file__).parents[2] / "docs" / "migration.md"
ROW = re.compile(r"^\| `([\w.]+)` \| (same|alias|instead) \| (.*) \|$")
ROWS = [match.groups() for line in PAGE.read_text(encoding="utf-8").splitlines() if (match := ROW.match(line))]
KINDS = {name: kind for name, kind, _ in ROWS}


def look_up(name):
    return functools.reduce(getattr, name.split("."), tff)


def names_of(kind):
    return [name for name, found in KINDS.items() if found == kind]


def test_the_page_lists_each_name_once():
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    assert len(ROWS) == sum(line.startswith("| `") for line in lines) - sum("tff.` name" in line for line in lines)
    assert len(KINDS) == len(ROWS) > 250


def test_the_page_lists_what_the_code_knows_and_nothing_else():
    assert set(names_of("alias")) == set(aliases.ALIASES)
    assert {name: text for name, kind, text in ROWS if kind == "instead"} == dict(aliases.INSTEAD)


@pytest.mark.parametrize("name", names_of("same"))
def test_the_same_name_is_the_same_thing(name):
    thing = look_up(name)
    namespace, _, last = name.rpartition(".")
    if namespace != "tensorflow" and last not in (
        "federated_computation",
        "tf_computation",
        "federated_secure_modular_sum",
    ):
        assert thing is getattr(importlib.import_module(f"federated_language.{namespace}".rstrip(".")), last)


@pytest.mark.parametrize("name", aliases.ALIASES)
def test_an_alias_is_the_thing_it_names(name):
    module, _, attribute = aliases.ALIASES[name].partition(":")
    thing = importlib.import_module(module)
    assert look_up(name) is (getattr(thing, attribute) if attribute else thing)
    namespace = name.rpartition(".")[0]
    if namespace != "simulation":  # A package of its own.
        assert name.rpartition(".")[2] in dir(look_up(namespace) if namespace else tff)


@pytest.mark.parametrize("name", aliases.INSTEAD)
def test_a_name_that_is_not_here_says_what_to_use(name):
    if name in aliases._NAMESPACES:
        with pytest.raises(AttributeError):
            look_up(f"{name}.nothing")
        return
    with pytest.raises(AttributeError, match=re.escape(f"tffsim has no `{name}`. {aliases.INSTEAD[name]}")):
        look_up(name)


def test_what_the_sentences_name_exists():
    for sentence in aliases.INSTEAD.values():
        for name in re.findall(r"`(?:tff|tffsim)\.([\w.]+)", sentence):
            try:
                look_up(name)
            except AttributeError:
                importlib.import_module(f"tffsim.{name}")


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("nonsense", "module 'tffsim' has no attribute 'nonsense'"),
        ("backends.native.nonsense", "module 'tffsim.backends.native' has no attribute 'nonsense'"),
        ("framework.nonsense", "module 'tffsim.framework' has no attribute 'nonsense'"),
        ("simulation.nonsense", "module 'tffsim.simulation' has no attribute 'nonsense'"),
    ],
)
def test_other_names_are_unknown_as_in_any_module(name, sentence):
    with pytest.raises(AttributeError, match=sentence):
        look_up(name)
    assert not hasattr(tff, "learning") and not hasattr(tff.framework, "nonsense")


def test_the_names_of_the_language_are_in_its_namespaces():
    for name in dir(fl.framework):
        if not name.startswith("_") and f"framework.{name}" not in aliases.ALIASES:
            assert getattr(tff.framework, name) is getattr(fl.framework, name)
    assert set(dir(fl.program)) - set(dir(tff.program)) == {n for n in dir(fl.program) if n.startswith("_")}
    assert tff.types.computation_types is fl.types.computation_types


def test_looking_up_names_does_not_load_tensorflow():
    code = (
        "import sys, tffsim as tff\n"
        "tff.framework.Block, tff.types.to_type, tff.program.ReleaseManager, tff.backends.native, dir(tff.types)\n"
        "tff.backends.native.set_sync_local_cpp_execution_context(default_num_clients=3)\n"
        "tff.type_at_clients('int32') if hasattr(tff, 'learning') else print('tensorflow' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


# What is more than another name.

num_clients = tff.federated_computation(lambda: tff.federated_sum(tff.federated_value(1, tff.CLIENTS)))


@pytest.fixture
def default_context():
    with tff.use(tff.get_context()):
        yield


SETTERS = [name for name in aliases.ALIASES if ".set_" in name and name.endswith("execution_context")]


@pytest.mark.parametrize("name", [name for name in SETTERS if "async" not in name])
def test_a_setter_sets_the_context_of_all_threads(name, default_context):
    look_up(name)(default_num_clients=3)
    results = []
    thread = threading.Thread(target=lambda: results.append(num_clients()))
    thread.start()
    thread.join(60)
    assert results == [3] and num_clients() == 3


@pytest.mark.parametrize("name", [name for name in SETTERS if "async" in name])
def test_a_setter_of_an_async_context_makes_calls_awaitable(name, default_context):
    look_up(name)(default_num_clients=3)
    assert asyncio.run(num_clients()) == 3


CREATORS = [name for name in aliases.ALIASES if ".create_" in name and "async" not in name]


@pytest.mark.parametrize("name", CREATORS)
def test_a_creator_only_makes_a_context(name):
    before = tff.get_context()
    assert look_up(name)(default_num_clients=2).invoke(num_clients, None) == 2
    assert tff.get_context() is before


def test_contexts_take_the_options_of_the_other_runtime():
    context = tff.backends.native.create_sync_local_cpp_execution_context(
        default_num_clients=2,
        max_concurrent_computation_calls=1,
        stream_structs=True,
        cardinality_inference_fn=lambda value, type_spec: {tff.CLIENTS: 4},
    )
    assert context.invoke(tff.federated_computation(lambda x: x, np.int32), 5) == 5
    everywhere = tff.federated_computation(lambda x: tff.federated_sum(tff.federated_value(x, tff.CLIENTS)), np.int32)
    assert context.invoke(everywhere, 5) == 20
    tree = tff.backends.native.create_local_python_execution_context(3, 2, clients_per_thread=1)
    assert tree.invoke(num_clients, None) == 3


def test_a_default_context_replaces_one_that_the_language_had(default_context):
    ours, theirs = (tff.SyncExecutionContext(tff.local_executor_factory(n)) for n in (2, 5))
    fl.framework.set_default_context(theirs)
    assert num_clients() == 5
    tff.framework.set_default_context(ours)
    assert num_clients() == 2
    with pytest.raises(TypeError, match="Expected an execution context"):
        tff.framework.set_default_context("local")


def test_short_forms_of_placed_types():
    assert tff.type_at_clients(tf.int32) == tff.FederatedType(np.int32, tff.CLIENTS)
    assert tff.type_at_clients((tf.int32, [2]), all_equal=True) == tff.FederatedType((np.int32, [2]), tff.CLIENTS, True)
    assert tff.types.at_server({"a": tf.bool}) == tff.FederatedType({"a": np.bool_}, tff.SERVER)


def test_types_and_computations_go_through_protocol_buffers():
    double = tff.tf_computation(lambda x: 2 * x, tf.int32)
    again = tff.framework.deserialize_computation(tff.framework.serialize_computation(double))
    assert again(4) == 8 and again.type_signature == double.type_signature
    type_spec = tff.type_at_clients(tff.SequenceType(tf.float32))
    assert tff.types.deserialize_type(tff.types.serialize_type(type_spec)) == type_spec


def test_types_become_specs_of_tensorflow():
    type_spec = tff.StructType([("a", tf.int32), ("b", (tf.float32, [None]))])
    specs = tff.types.type_to_tf_tensor_specs(type_spec)
    assert specs == {"a": tf.TensorSpec([], tf.int32), "b": tf.TensorSpec([None], tf.float32)}
    assert tff.types.structure_from_tensor_type_tree(lambda t: t.shape, tff.to_type([tf.int32, (tf.int32, [2])])) == [
        (),
        (2,),
    ]
    assert tff.types.is_tensorflow_compatible_type(type_spec) and tff.types.is_tensorflow_compatible_type(None)
    assert not tff.types.is_tensorflow_compatible_type(tff.type_at_server(tf.int32))
    assert tff.types.count(type_spec, lambda t: isinstance(t, tff.TensorType)) == 2


def test_a_notebook_shows_a_missing_name_in_the_users_lines_only():
    caught = missing_name()
    shown = "\n".join(caught._render_traceback_())
    assert len(shown.splitlines()) <= 12 and "tffsim/aliases.py" not in shown and "simulation.emnist" in shown


def missing_name():
    # Apart from the test: a traceback shows lines around this one.
    with pytest.raises(AttributeError) as caught:
        exec("tff.simulation.datasets.emnist.load_data()", {"tff": tff})
    return caught.value
