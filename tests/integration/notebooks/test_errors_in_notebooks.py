"""What a notebook shows of a mistake, without any extension: at most twelve lines, and the user's own only."""

import re

import IPython
import pytest

from tests.integration.notebooks.kernel import running_kernel
from tests.unit.computations.mistakes import MISTAKES, PRELUDE

MAX_LINES = 12
# IPython 7 calls a cell in its tracebacks by the file that it makes for it.
LINE = r"(?:Cell \[\d+\] line |\d+\.py:)"
NESTED = """
def helper(x):
    # A long function, of which a notebook would show five lines.
    first = x
    second = first + 1
    third = second
    return third


def make():
    # And another one.
    name = "mean"
    return tff.federated_computation(lambda x: helper(x), AT_CLIENTS)


make()
"""


@pytest.fixture(scope="module")
def kernel():
    with running_kernel(PRELUDE) as kernel:
        yield kernel


def shown(kernel, code):
    """Returns the traceback that the front end gets."""
    seen = kernel.run(code)
    assert [name for name, _ in seen.errors] in (["DefinitionError"], ["ArgumentError"])
    return seen.errors[0][1]


def test_each_mistake_is_shown_on_twelve_lines_of_the_cell(kernel):
    for name, (code, message) in MISTAKES.items():
        text = shown(kernel, code)
        assert len(text.splitlines()) <= MAX_LINES, f"{name}: {text}"
        assert message in text, name
        # Frames of files start so; those of cells do not.
        assert not re.search(r"^File ", text, re.MULTILINE), f"{name}: {text}"


def test_a_line_of_a_cell_is_called_by_its_cell(kernel):
    text = shown(kernel, "@tff.federated_computation(AT_CLIENTS)\ndef mean(x):\n    return x + 1")
    assert re.search(rf"line:     {LINE}3: return x \+ 1$", text)


def test_a_mistake_in_functions_within_functions_is_shown_on_twelve_lines(kernel):
    text = shown(kernel, NESTED)
    assert len(text.splitlines()) <= MAX_LINES
    if IPython.version_info[0] >= 8:  # The older one shows as many frames, and each is longer.
        assert "in helper(x)" in text and "in make()" in text
    assert re.search(rf"{LINE}4: second = first \+ 1", text)


def test_an_error_while_a_computation_runs_is_shown_in_the_same_way(kernel):
    kernel.run("checked = tff.tf_computation(lambda x: tf.debugging.check_numerics(x, 'not finite'), np.float32)")
    ((name, text),) = kernel.run("checked(float('inf'))").errors
    assert name == "ExecutionError" and "not finite" in text
    assert len(text.splitlines()) <= MAX_LINES and not re.search(r"^File ", text, re.MULTILINE)


def test_the_error_remains_with_all_that_it_arose_from(kernel):
    shown(kernel, "@tff.federated_computation(AT_CLIENTS)\ndef mean(x):\n    return x + 1")
    seen = kernel.run("import sys\ntype(sys.last_value.__cause__).__name__")
    assert seen.result == "'TypeError'"


def test_an_error_of_the_users_own_is_shown_as_it_is(kernel):
    ((name, text),) = kernel.run("tff.tf_computation(lambda x: x + undefined, np.float32)").errors
    assert name == "NameError" and "'undefined' is not defined" in text
    assert "File" not in text


_LOG_OF = """@tff.tf_computation(np.float32)
def log_of(x):
    tf.debugging.assert_none_equal(x, 7.0, message="a client sent seven")
    return tf.math.log(x)

mean_log = tff.federated_computation(
    lambda v: tff.federated_mean(tff.federated_map(log_of, v)), AT_CLIENTS)
"""


def test_a_failing_cell_shows_first_who_where_and_why_with_her_source_and_the_value(kernel):
    kernel.run("import tensorflow as tf")
    kernel.run(_LOG_OF)
    ((name, text),) = kernel.run("mean_log([1.0, 2.0, 7.0])").errors
    first, *source, given, _ = text.splitlines()[:7]
    if IPython.version_info[0] >= 8:
        assert re.fullmatch(r"client 2 \(of 3\), in `log_of`, Cell \[\d+\] line 3: a client sent seven", first)
    assert [line[6:] for line in source] == [
        "1 @tff.tf_computation(np.float32)",
        "2 def log_of(x):",
        '3     tf.debugging.assert_none_equal(x, 7.0, message="a client sent seven")',
        "4     return tf.math.log(x)",
    ]
    assert source[2].startswith("----> ") and given == "It had been given x = 7.0"
    assert name == "ExecutionError" and "where:" not in text
    assert "mean_log([1.0, 2.0, 7.0])" in text and text.count("a client sent seven\n") == 2
