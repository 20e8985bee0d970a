"""The error of a function that cannot become a computation: what it is, and what one can do with it."""

import copy
import os
import pickle
import subprocess
import sys
import traceback

import federated_language as fl
import numpy as np
import pytest
import tensorflow as tf

import tffsim as tff

AT_CLIENTS = tff.FederatedType(np.float32, tff.CLIENTS)


def error_of(function, *types, decorator=tff.federated_computation):
    """Returns the error of a definition."""
    with pytest.raises(tff.DefinitionError) as caught:
        decorator(function, *types)
    return caught.value


def add_one(x):
    return x + 1


def forgets(x):
    tff.federated_mean(x)


CLASSES = [
    (lambda: error_of(add_one, AT_CLIENTS), TypeError),
    (lambda: error_of(lambda x: x == 3, AT_CLIENTS), TypeError),
    (lambda: error_of(lambda x: x.shape, AT_CLIENTS), AttributeError),
    (lambda: error_of(forgets, AT_CLIENTS), fl.framework.ComputationReturnedNoneError),
    (lambda: error_of(lambda x: None, np.float32, decorator=tff.tf_computation), ValueError),
    (lambda: error_of(lambda x: np.mean(x), np.float32, decorator=tff.tf_computation), NotImplementedError),
    (lambda: error_of(lambda x: tf.Variable(1.0) and x, np.float32, decorator=tff.tf_computation), TypeError),
    (lambda: error_of(lambda x: tff.tf_computation(lambda y: y, np.int32)(x), np.float32), TypeError),
]


@pytest.mark.parametrize(("make", "cls"), CLASSES)
def test_it_is_also_of_the_class_that_was_raised_before(make, cls):
    error = make()
    assert isinstance(error, cls) and type(error).__name__ == "DefinitionError"


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda error: pickle.loads(pickle.dumps(error))])
@pytest.mark.parametrize(("make", "cls"), CLASSES)
def test_a_copy_is_of_the_same_classes_and_says_the_same(make, cls, copied):
    error = make()
    error.add_note("Seen by Ann.")
    other = copied(error)
    assert type(other) is type(error) and str(other) == str(error)
    assert (other.function, other.source) == (error.function, error.source)
    assert other.__notes__ == ["Seen by Ann."]


def test_it_knows_its_function_and_its_line():
    error = error_of(add_one, AT_CLIENTS)
    assert error.function == "add_one"
    assert error.source.startswith("test_definition.py:") and error.source.endswith(": return x + 1")
    assert error_of(forgets, AT_CLIENTS).source.endswith(": def forgets(x):")


def test_the_original_error_is_its_cause_with_the_users_lines_only():
    error = error_of(add_one, AT_CLIENTS)
    assert type(error.__cause__) is TypeError and "unsupported operand" in str(error.__cause__)
    assert [frame.name for frame in traceback.extract_tb(error.__cause__.__traceback__)] == ["add_one"]
    assert len(traceback.extract_tb(error.whole_traceback)) > 5


def test_a_message_of_tffsim_is_not_said_twice():
    assert error_of(lambda x: object(), np.float32, decorator=tff.tf_computation).__cause__ is None
    assert error_of(lambda x: x == 3, AT_CLIENTS).__cause__ is None


def raise_it(error):
    raise error


class OwnError(Exception):
    def __init__(self, first, second):
        super().__init__(first, second)


@pytest.mark.parametrize("decorator", [tff.federated_computation, tff.tf_computation])
@pytest.mark.parametrize("error", [OwnError(1, 2), ZeroDivisionError("mine"), KeyError("mine"), AssertionError("mine")])
def test_an_error_of_the_users_own_is_raised_as_it_is(decorator, error):
    with pytest.raises(type(error)) as caught:
        decorator(lambda x: raise_it(error), np.float32)
    assert caught.value is error
    assert {str(entry.path) for entry in caught.traceback} == {__file__}


def test_an_interrupt_is_no_mistake():
    with pytest.raises(KeyboardInterrupt):
        tff.tf_computation(lambda x: raise_it(KeyboardInterrupt()), np.float32)


def test_an_error_of_an_inner_definition_comes_out_as_it_is():
    def outer(x):
        return tff.federated_map(tff.tf_computation(lambda v: np.mean(v)), x)

    error = error_of(outer, AT_CLIENTS)
    assert error.function == "<lambda>" and "np.mean(v)" in str(error)
    assert {frame.filename for frame in traceback.extract_tb(error.__traceback__)} == {__file__}


def test_the_user_may_catch_what_python_raises_within_his_function():
    def careful(x):
        try:
            return x == 3
        except TypeError:
            return tff.federated_mean(x)

    assert tff.federated_computation(careful, AT_CLIENTS)([1.0, 3.0]) == 2


def test_a_message_of_a_library_is_cut_before_the_line():
    def long(x):
        raise_in_library = tf.debugging.assert_shapes
        raise_in_library([(x, [123_456_789 + i for i in range(200)])])
        return x

    error = error_of(long, tff.TensorType(np.float32, [1]), decorator=tff.tf_computation)
    assert len(str(error)) <= 500
    assert "\n  line:     test_definition.py:" in str(error)


SCRIPT = """
import numpy as np
import tffsim as tff

@tff.federated_computation(tff.FederatedType(np.float32, tff.CLIENTS))
def average(x):
    return tff.federated_map(x, x)
"""


def test_a_script_shows_the_users_lines_only(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, script], env=environment, capture_output=True, text=True, check=False)
    files = [line for line in done.stderr.splitlines() if line.startswith("  File ")]
    assert files and all(str(script) in line for line in files)
    assert "tffsim.DefinitionError: `average` cannot be defined. `federated_map` needs a computation" in done.stderr


def test_code_without_source_is_named_without_its_text():
    code = "@tff.federated_computation(AT_CLIENTS)\ndef mean(x):\n    return x + 1\n"
    with pytest.raises(tff.DefinitionError, match=r"`x` stands for|federated values are no numbers") as caught:
        exec(compile(code, "<generated>", "exec"), {"tff": tff, "AT_CLIENTS": AT_CLIENTS})
    assert str(caught.value).endswith("line:     <generated>:3")


def needs_one(value):
    return value


class Settings:
    """Has no rate."""


OWN = {
    "a wrong call of an own function": lambda x: needs_one(x, 1),
    "an unknown attribute of an own object": lambda x: Settings().rate or x,
    "arithmetic of own objects": lambda x: (Settings() + 1, x),
    "an own operand beside a value": lambda x: [x, "a" + 1],
}


@pytest.mark.parametrize("function", OWN.values(), ids=OWN)
@pytest.mark.parametrize("decorator", [tff.federated_computation, tff.tf_computation])
def test_a_mistake_with_own_objects_is_no_mistake_with_values(decorator, function):
    for spec in (np.float32, AT_CLIENTS)[: 1 + (decorator is tff.federated_computation)]:
        with pytest.raises((TypeError, AttributeError)) as caught:
            decorator(function, spec)
        assert not isinstance(caught.value, tff.DefinitionError)


def test_an_error_of_the_users_own_in_an_untyped_computation_is_raised_as_it_is():
    with pytest.raises(TypeError, match=r"^mine$") as caught:
        tff.tf_computation(lambda x: raise_it(TypeError("mine")))(1.0)
    assert type(caught.value) is TypeError


def test_no_error_that_it_arose_from_shows_frames_of_libraries():
    for function in (lambda x: tff.federated_map(x, needs_one), lambda x: tff.federated_map(double, x)):
        error = error_of(function, tff.FederatedType(np.int32, tff.CLIENTS))
        while error is not None:
            assert {frame.filename for frame in traceback.extract_tb(error.__traceback__)} <= {__file__}
            error = error.__cause__ or error.__context__


@tff.tf_computation(np.float32)
def double(x):
    return 2 * x
