"""What a notebook shows of a mistake, without any extension: at most twelve lines, and the user's own only."""

import re

import IPython
import pytest
from jupyter_client.manager import start_new_kernel

from tests.integration.notebooks.kernel import Kernel
from tests.unit.computations.mistakes import MISTAKES, PRELUDE

MAX_LINES = 12
# IPython 7 calls a cell by the file that it makes for it.
LINE = r"(?:Cell In\[\d+\], line |\d+\.py:)"
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
    manager, client = start_new_kernel(kernel_name="python3", startup_timeout=120)
    try:
        kernel = Kernel(manager, client)
        assert kernel.run(PRELUDE).status == "ok"
        yield kernel
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


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
