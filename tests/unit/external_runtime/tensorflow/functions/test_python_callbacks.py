"""Python functions of graphs, and prints, run in the context of who runs the computation."""

import contextvars
import gc
import sys
import threading
import weakref

import numpy as np
import pytest
import tensorflow as tf

import tffsim as tff
from tffsim.external_runtime.tensorflow.functions.python_callbacks import Callbacks, current_callbacks

where: contextvars.ContextVar[str] = contextvars.ContextVar("where", default="nowhere")
SCALAR = tf.TensorSpec([], tf.float32)


def tell(seen, make=tf.numpy_function):
    """Returns a TensorFlow function that notes where it is called, and gives back its argument."""

    def note(x):
        seen.append((float(x), where.get()))
        return x

    return lambda x: tf.ensure_shape(make(note, [x], tf.float32), [])


def generated(seen, x):
    def generate():
        seen.append((1.0, where.get()))
        yield 1.0

    return x * tf.data.Dataset.from_generator(generate, output_signature=SCALAR).reduce(0.0, lambda total, y: total + y)


def from_dataset(x, function, **options):
    return tf.data.Dataset.from_tensors(x).map(function, **options).reduce(0.0, lambda total, y: total + y)


WAYS = {
    "numpy_function": lambda seen, x: tell(seen)(x),
    "py_function": lambda seen, x: tell(seen, tf.py_function)(x),
    "branch": lambda seen, x: tf.cond(x > 0, lambda: tell(seen)(x), lambda: -x),
    "loop": lambda seen, x: tf.while_loop(lambda n, _: n < 3, lambda n, y: (n + 1, tell(seen)(y)), (0, x))[1],
    "map of a dataset": lambda seen, x: from_dataset(x, tell(seen)),
    "parallel map of a dataset": lambda seen, x: from_dataset(x, tell(seen), num_parallel_calls=2),
    "reduction": lambda seen, x: tf.data.Dataset.range(2).reduce(x, lambda y, _: tell(seen)(y)),
    "map_fn": lambda seen, x: tf.map_fn(tell(seen), tf.stack([x, x]), parallel_iterations=2)[0],
    "generator": generated,
    "function": lambda seen, x: tf.function(tell(seen, tf.py_function))(x),
}


@pytest.fixture(params=["local", "tree", "debug"])
def stack(request):
    factory = {
        "local": tff.local_executor_factory,
        "tree": lambda: tff.local_executor_factory(max_fanout=2),
        "debug": tff.debug_executor_factory,
    }[request.param]()
    with tff.use(factory):
        yield


def call_from(place, function, *arguments):
    """Calls a function as somebody who has callbacks, and whose context variable tells where."""

    def call():
        where.set(place)
        current_callbacks.set(Callbacks(contextvars.copy_context()))
        return function(*arguments)

    return contextvars.copy_context().run(call)


def mapped(function):
    computation = tff.tf_computation(function, np.float32)
    return tff.federated_computation(
        lambda x: tff.federated_map(computation, x), tff.FederatedType(np.float32, tff.CLIENTS)
    )


@pytest.mark.usefixtures("stack")
@pytest.mark.parametrize("way", WAYS)
def test_python_functions_know_who_runs_the_computation(way):
    seen = []
    computation = mapped(lambda x: WAYS[way](seen, x))
    plain = computation([1.0, 1.0])
    seen.clear()
    for place in ("here", "there"):
        assert call_from(place, computation, [1.0, 1.0]) == plain
        assert len(seen) >= 2 and {found for _, found in seen} == {place}
        seen.clear()
    assert computation([1.0, 1.0]) == plain


def test_who_runs_the_same_computation_at_the_same_time_is_told_apart():
    seen = []
    computation = mapped(lambda x: from_dataset(x, tell(seen), num_parallel_calls=2))
    threads = [threading.Thread(target=call_from, args=(str(k), computation, [float(k)] * 20)) for k in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(seen) == sorted((float(k), str(k)) for k in range(1, 5) for _ in range(20))


@pytest.mark.usefixtures("stack")
@pytest.mark.parametrize("options", [{}, {"end": "!"}, {"output_stream": "stdout"}])
def test_prints_are_written_where_the_caller_writes(options, monkeypatch):
    class Stream:
        def write(self, text):
            written.append((text, where.get()))

        def flush(self):
            pass

    def talk(x):
        tf.print("é", x, **{**options, **({"output_stream": tf_stdout} if "output_stream" in options else {})})
        return from_dataset(x, lambda y: tf.tuple([y], control_inputs=[tf.print("inside")])[0])

    written, tf_stdout = [], sys.stdout
    computation = mapped(talk)
    monkeypatch.setattr("sys.stdout", Stream())
    assert call_from("here", computation, [1.5]) == [1.5]
    assert sorted(written) == [("inside\n", "here"), (f"é 1.5{options.get('end', chr(10))}", "here")]


def test_a_print_to_a_file_goes_to_the_file(tmp_path):
    def talk(x):
        tf.print("kept", output_stream=f"file://{tmp_path / 'log'}")
        return x

    assert call_from("here", mapped(talk), [1.0]) == [1.0]
    assert (tmp_path / "log").read_text() == "kept\n"


def test_gradients_flow_through_python_functions():
    def slope(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.py_function(lambda v: v * v, [x], tf.float32)
        return tape.gradient(y, x)

    computation = mapped(slope)
    assert call_from("here", computation, [3.0, 4.0]) == computation([3.0, 4.0]) == [6, 8]


def test_an_error_in_a_python_function_tells_the_same_place():
    def fail(x):
        raise ValueError(f"not {float(x)}")

    computation = mapped(lambda x: tf.ensure_shape(tf.numpy_function(fail, [x], tf.float32), []))
    with pytest.raises(tff.ExecutionError) as plain:
        computation([1.0])
    with pytest.raises(tff.ExecutionError) as called_back:
        call_from("here", computation, [1.0])
    assert str(called_back.value) == str(plain.value) and "raise ValueError" in str(plain.value)


def test_random_numbers_are_those_of_any_caller():
    def draw(x):
        tf.print(end="")
        return x + tf.random.uniform([], seed=3)

    computation = mapped(draw)
    assert call_from("here", computation, [1.0]) == computation([1.0])


def test_a_computation_inside_of_a_python_function_runs():
    double = tff.tf_computation(lambda x: 2 * x, np.float32)
    computation = mapped(lambda x: tf.ensure_shape(tf.numpy_function(lambda v: double(v), [x], tf.float32), []))
    assert call_from("here", computation, [1.0, 2.0]) == [2, 4]


def test_a_dataset_that_is_read_later_works_when_its_caller_is_gone():
    seen = []
    make = tff.tf_computation(lambda x: tf.data.Dataset.from_tensors(x).map(tell(seen)), np.float32)
    dataset = call_from("here", make, 3.0)
    gc.collect()
    assert [float(x) for x in dataset] == [3.0] and seen[-1][0] == 3.0


def test_what_was_imported_for_callbacks_goes_with_them():
    computation = mapped(lambda x: tell([])(x))

    def call():
        callbacks = Callbacks(contextvars.copy_context())
        current_callbacks.set(callbacks)
        computation([1.0])
        (function,) = callbacks._functions.values()
        return weakref.ref(callbacks), weakref.ref(function)

    with tff.use(tff.local_executor_factory()):
        references = contextvars.Context().run(call)
        for _ in range(100):
            gc.collect()
            if not any(reference() for reference in references):
                break
            computation([1.0])  # A thread that waits for work may hold its last one.
    assert [reference() for reference in references] == [None, None]


def test_a_computation_without_python_functions_is_imported_for_all():
    callbacks = Callbacks(contextvars.copy_context())

    def call():
        current_callbacks.set(callbacks)
        return mapped(lambda x: 2 * x)([1.0])

    assert contextvars.copy_context().run(call) == [2] and callbacks._functions == {}
