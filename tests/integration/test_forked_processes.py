"""Processes made by `fork`: before TensorFlow runs they work, afterwards they say that they cannot."""

import textwrap

import pytest

from tests.integration.forked_scripts import Script

_HEAD = """
import multiprocessing, threading
import numpy as np
import tensorflow as tf
import tffsim as tff

double = tff.tf_computation(lambda x: x * 2, np.float32)

def in_child(queue):
    try:
        queue.put(float(double(3.0)))
    except RuntimeError as error:
        queue.put("spawn" in str(error))

def forked():
    fork = multiprocessing.get_context("fork")
    queue = fork.Queue()
    process = fork.Process(target=in_child, args=(queue,), daemon=True)
    process.start()
    return queue.get(timeout=100)
"""
_BEFORE = {"nothing ran": "", "a stack was made": "tff.use(tff.local_executor_factory())"}
_AFTER = {"a computation ran": "double(1.0)", "only TensorFlow ran": "tf.constant(1) + 1"}


def printed(body):
    with Script(_HEAD + textwrap.dedent(body)) as script:
        output, code = script.communicate(timeout=120)
    assert code == 0
    return output.split()


@pytest.mark.parametrize("before", _BEFORE)
def test_a_process_forked_before_tensorflow_runs_works_and_so_does_its_parent(before):
    assert printed(f"{_BEFORE[before]}\nprint(forked())\nprint(double(4.0))") == ["6.0", "8.0"]


@pytest.mark.parametrize("after", _AFTER)
def test_a_process_forked_after_tensorflow_ran_says_what_to_do(after):
    assert printed(f"{_AFTER[after]}\nprint(forked())\nprint(double(4.0))") == ["True", "8.0"]


def test_forking_while_a_computation_runs_leaves_the_parent_alone():
    assert printed("""
        started, may_end, results = threading.Event(), threading.Event(), []

        def held(v):
            started.set()
            may_end.wait(100)
            return v

        computation = tff.tf_computation(
            lambda x: tf.ensure_shape(tf.py_function(held, [x], tf.float32), []), np.float32)
        thread = threading.Thread(target=lambda: results.append(computation(5.0)))
        thread.start()
        started.wait(100)
        print(forked())
        may_end.set()
        thread.join()
        print(float(results[0]), double(4.0))
    """) == ["True", "5.0", "8.0"]
