"""Federated operators outside of a federated computation: one sentence that says where they belong."""

import inspect
import subprocess
import sys
import threading

import federated_language as fl
import numpy as np
import pytest

import tffsim as tff
from tffsim.failures.notebook_traceback import lines_for_notebook

CALLS = {
    "federated_aggregate": "tff.federated_aggregate([1.0], 0.0, f, f, f)",
    "federated_broadcast": "tff.federated_broadcast(1.0)",
    "federated_eval": "tff.federated_eval(f, tff.CLIENTS)",
    "federated_map": "tff.federated_map(f, [1.0, 2.0])",
    "federated_max": "tff.federated_max([1.0, 2.0])",
    "federated_mean": "tff.federated_mean([1.0, 2.0])",
    "federated_min": "tff.federated_min(np.ones(2))",
    "federated_secure_modular_sum": "tff.federated_secure_modular_sum([1, 2], 5)",
    "federated_secure_select": "tff.federated_secure_select([[1]], 3, [1], f)",
    "federated_secure_sum": "tff.federated_secure_sum([1, 2], 5)",
    "federated_secure_sum_bitwidth": "tff.federated_secure_sum_bitwidth([1, 2], 5)",
    "federated_select": "tff.federated_select([[1]], 3, [1], f)",
    "federated_sum": "tff.federated_sum(value=[1, 2])",
    "federated_value": "tff.federated_value(1.0, tff.SERVER)",
    "federated_zip": "tff.federated_zip(([1.0], [2.0]))",
    "sequence_map": "tff.sequence_map(f, [1.0])",
    "sequence_reduce": "tff.sequence_reduce([1.0], 0.0, f)",
    "sequence_sum": "tff.sequence_sum([1, 2])",
}


@pytest.fixture(scope="module")
def computation():
    return tff.tf_computation(lambda x: x, np.float32)


@pytest.mark.parametrize("operator", CALLS)
def test_the_operator_is_named_with_where_it_belongs(operator, computation):
    with pytest.raises(tff.framework.ContextError) as caught:
        exec(compile(CALLS[operator], "cell.py", "exec"), {"tff": tff, "np": np, "f": computation})
    assert str(caught.value) == (
        f"`{operator}` is a step of a federated computation, and none is being defined here. Write a function with "
        f"`@tff.federated_computation(...)` that calls `tff.{operator}`, and call that function with your values."
    )
    assert isinstance(caught.value, TypeError)
    shown = "\n".join(lines_for_notebook(caught.value))
    assert len(shown.splitlines()) <= 12 and "federated_language" not in shown


def test_all_operators_of_the_language_are_covered():
    names = {name for name in dir(fl) if name.startswith(("federated_", "sequence_"))}
    operators = {name for name in names if inspect.isfunction(getattr(fl, name))}
    assert {*operators, "federated_secure_modular_sum"} == set(CALLS)


def test_the_operators_are_those_of_the_language():
    assert tff.federated_mean is fl.federated_mean


def test_a_thread_without_a_context_says_the_same(computation):
    found = []

    def call():
        try:
            tff.federated_sum([1])
        except tff.framework.ContextError as error:
            found.append(str(error))

    thread = threading.Thread(target=call)
    thread.start()
    thread.join()
    assert found[0].startswith("`federated_sum` is a step of a federated computation")


def test_it_needs_no_tensorflow():
    code = (
        "import sys, tffsim as tff\n"
        "try:\n    tff.federated_mean([1.0])\n"
        "except tff.framework.ContextError as error:\n    print('a step' in str(error), 'tensorflow' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "True False\n"
