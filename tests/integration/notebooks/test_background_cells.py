"""What cells in the background show: below themselves, and not below others. A real kernel runs them."""

import pytest

from tests.integration.notebooks.kernel import of_a_kernel_that_knows_several_cells, running_kernel

SETUP = """
import os, sys, subprocess
import matplotlib.pyplot as plt
import tensorflow as tf

warnings.simplefilter("ignore", ResourceWarning)
begun, go_on = threading.Event(), threading.Event()
def wait_for_others():
    begun.set()
    assert go_on.wait(60)
def let_go_on():
    go_on.set()

def says(x):
    print(f"says {int(x)}\\n", end=""); return x
def generated():
    print("says 1"); yield 1.0
def flush():
    sys.stdout.flush(); sys.stderr.flush()
def in_python(x):
    return tf.ensure_shape(tf.numpy_function(says, [x], tf.float32), [])
def eagerly(x):
    return tf.ensure_shape(tf.py_function(says, [x], tf.float32), [])
def in_tensorflow(x):
    tf.print("says", tf.cast(x, tf.int32)); return x
def to_output(x):
    tf.print("says", tf.cast(x, tf.int32), output_stream=sys.stdout); return x
def natively(x):
    def write(v):
        os.write(1, b"says %d\\n" % int(v)); return v
    return tf.ensure_shape(tf.numpy_function(write, [x], tf.float32), [])
def from_a_process(x):
    def write(v):
        subprocess.run([sys.executable, "-c", f"import os; os.write(1, b'says {int(v)}\\\\n')"], check=True); return v
    return tf.ensure_shape(tf.numpy_function(write, [x], tf.float32), [])
def warns(x):
    def warn(v):
        sys.stderr.write(f"says {int(v)}\\n"); return v
    return tf.ensure_shape(tf.numpy_function(warn, [x], tf.float32), [])
def in_dataset(function, **options):
    return lambda x: tf.data.Dataset.from_tensors(x).map(function, **options).reduce(0., lambda a, b: a + b)
def in_branch(function):
    return lambda x: tf.cond(x > 0, lambda: function(x), lambda: -x)

def client(function):
    work = tff.tf_computation(function, np.float32)
    return tff.federated_computation(
        lambda x: tff.federated_sum(tff.federated_map(work, x)), tff.FederatedType(np.float32, tff.CLIENTS))
"""
BACKGROUND = "%%tff_execute --view none --background "
PICTURE = ["<Figure size 640x480 with 1 Axes>"]


@pytest.fixture(scope="module")
def module_kernel():
    with running_kernel() as kernel:
        assert kernel.run(SETUP).status == "ok"
        yield kernel


@pytest.fixture
def kernel(module_kernel):
    module_kernel.run("begun.clear(); go_on.clear(); plt.close('all')")
    return module_kernel


def test_the_handle_gets_a_name(kernel):
    assert "Running in the background" in kernel.run(BACKGROUND + "run --trace t\nmean([1.0, 2.0])").result
    assert kernel.run("float(run.result()), run.trace is t").result == "(1.5, True)"
    assert kernel.run("%tff_execute --background=second --view none mean([4.0])").status == "ok"
    assert kernel.run("float(second.result())").result == "4.0"
    assert kernel.run("%tff_execute --view none --background mean([6.0])").status == "ok"
    assert kernel.run("float(_.result())").result == "6.0"


@pytest.mark.parametrize("name", ["1st", "a-b", "class", "t.x"])
def test_the_name_of_a_handle_is_that_of_a_variable(kernel, name):
    seen = kernel.run(f"{BACKGROUND}{name}\nmean([1.0])")
    assert f"--background needs the name of a variable, found '{name}'" in seen.printed
    same = kernel.run(BACKGROUND + "both --trace both\nmean([1.0])")
    assert "cannot both be called 'both'" in same.printed


@pytest.mark.parametrize("head", [BACKGROUND, BACKGROUND + "named"])
def test_what_a_cell_returned_is_there_after_a_loop_that_used_its_name(kernel, head):
    kernel.run("for _ in range(3): pass")
    kernel.run(head + "\nmean([1.0, 2.0])")
    if head == BACKGROUND:
        kernel.run("run = _")
        assert kernel.run("float(run.result())").result == "1.5"
    else:
        assert kernel.run("float(named.result()), _").result == "(1.5, 2)"
    kernel.run("del _")


def test_a_function_called_underscore_stays(kernel):
    kernel.run("def _(text): return text")
    kernel.run(BACKGROUND + "\n1")
    assert kernel.run("_('kept')").result == "'kept'"
    kernel.run("del _")


@of_a_kernel_that_knows_several_cells
@pytest.mark.parametrize("at_the_end", ["", "plt.show()"])
def test_a_figure_is_shown_below_its_cell_when_it_is_drawn(kernel, at_the_end):
    cell = f"figure, axes = plt.subplots(); wait_for_others(); axes.plot([1, 2], [3, 4])\n{at_the_end}"
    background, meanwhile, other, last = kernel.run_all(
        BACKGROUND + "run\n" + cell, "begun.wait(60)", "let_go_on()", "run.result(); plt.get_fignums()"
    )
    assert background.displayed == PICTURE
    assert meanwhile.displayed == other.displayed == last.displayed == []
    assert last.result == "[]"


@of_a_kernel_that_knows_several_cells
def test_cells_that_draw_at_the_same_time_show_their_own_figures(kernel):
    cell = "plt.title('behind'); wait_for_others(); plt.plot([1]); len(plt.get_fignums()), plt.gca().get_title()"
    background, front, last = kernel.run_all(
        BACKGROUND + "run\n" + cell,
        "begun.wait(60); plt.figure(); plt.plot([2]); plt.figure(); print(plt.get_fignums(), [plt.gca().get_title()])",
        "let_go_on(); run.result()",
    )
    assert last.result == "(1, 'behind')" and background.displayed == PICTURE
    assert front.printed == "[1, 2] ['']\n" and len(front.displayed) == 2


@of_a_kernel_that_knows_several_cells
def test_figures_are_shown_when_the_cell_fails_or_is_cancelled(kernel):
    background, _ = kernel.run_all(BACKGROUND + "run\nplt.plot([1]); 1/0", "run.exception(60)")
    assert background.displayed == PICTURE and [name for name, _ in background.errors] == ["ZeroDivisionError"]
    cell = "plt.plot([1]); begun.set()\nwhile True: mean([1.0])"
    background, *_ = kernel.run_all(
        BACKGROUND + "run\n" + cell, "begun.wait(60); run.cancel()", "try: run.result()\nexcept BaseException: pass"
    )
    assert background.displayed == PICTURE


@of_a_kernel_that_knows_several_cells
def test_figures_that_notebooks_leave_open_stay_open(kernel):
    kernel.run("%config InlineBackend.close_figures = False")
    try:
        background, last = kernel.run_all(
            BACKGROUND + "run\nplt.title('mine')",
            "run.result(); [plt.figure(n).gca().get_title() for n in plt.get_fignums()]",
        )
        assert background.displayed == PICTURE and last.result == "['mine']"
    finally:
        kernel.run("%config InlineBackend.close_figures = True")


CODE = [
    "in_python",
    "eagerly",
    "in_tensorflow",
    "to_output",
    "warns",
    "in_branch(in_python)",
    "in_branch(in_tensorflow)",
    "in_dataset(in_python)",
    "in_dataset(in_python, num_parallel_calls=2)",
    "in_dataset(in_tensorflow, num_parallel_calls=2)",
]


def lines(seen):
    return sorted(seen.printed.splitlines())


@of_a_kernel_that_knows_several_cells
@pytest.mark.parametrize("stack", ["local", "debug"])
@pytest.mark.parametrize("code", CODE)
def test_what_clients_print_is_shown_below_their_cell_while_others_print(kernel, code, stack):
    define = f"talk = client({code}); first_begun, second_begun = threading.Event(), threading.Event()"
    # Each text is written at once: errors and output are two streams, and pieces of them may mix.
    cell = "{name}_begun.set(); go_on.wait(60)\nprint('own {number}\\n', end='')\ntalk([{number}1., {number}2.])"
    head = f"%%tff_execute --view none --stack {stack} --background "
    _, first, second, front, _ = kernel.run_all(
        define,
        head + "first\n" + cell.format(name="first", number=1),
        head + "second\n" + cell.format(name="second", number=2),
        "first_begun.wait(60), second_begun.wait(60); let_go_on(); talk([5.])\n"
        "first.result(); second.result(); print('front\\n', end='')",
        "flush()",
    )
    assert lines(first) == ["own 1", "says 11", "says 12"]
    assert lines(second) == ["own 2", "says 21", "says 22"]
    assert lines(front) == ["front", "says 5"]


@of_a_kernel_that_knows_several_cells
@pytest.mark.parametrize("code", ["natively", "from_a_process"])
def test_what_clients_write_to_the_process_is_shown_below_their_cell(kernel, code):
    _, background, front = kernel.run_all(
        f"talk = client({code})",
        BACKGROUND + "run\nwait_for_others(); talk([1., 2.])",
        "begun.wait(60); let_go_on(); print('front'); run.result()",
        until=lambda seen: len(lines(seen[1])) + len(lines(seen[2])) == 3,
    )
    assert lines(background) == ["says 1", "says 2"] and lines(front) == ["front"]


def test_what_other_cells_write_to_the_process_is_shown_below_them(kernel):
    background, front = kernel.run_all(
        BACKGROUND + "run\nwait_for_others(); mean([1.0])",
        "begun.wait(60); subprocess.run([sys.executable, '-c', 'print(3)'], check=True); let_go_on(); run.result()",
        until=lambda seen: "3" in seen[0].printed + seen[1].printed,
    )
    assert lines(front) == ["3"] and background.printed == ""


def test_what_is_printed_after_a_cell_in_the_background_is_as_before(kernel):
    kernel.run("talk = client(in_dataset(in_python, num_parallel_calls=2))")
    kernel.run_all(BACKGROUND + "run\ntalk([1.])", "run.result(60)")
    kernel.run("%reload_ext tffsim")
    front, after = kernel.run_all(
        "talk([7.])\nos.write(1, b'eight\\n');",
        "flush()",
        until=lambda seen: "eight" in seen[0].printed + seen[1].printed,
    )
    # The kernel reads what its process writes a little later, perhaps while the next cell runs.
    assert "says 7" in lines(front) and sorted(lines(front) + lines(after)) == ["eight", "says 7"]


def test_a_cancelled_cell_does_not_wait_for_a_client_that_cannot_be_stopped(kernel):
    kernel.run("def stay(x):\n    begun.set(); go_on.wait(100); return x")
    kernel.run("talk = client(lambda x: tf.ensure_shape(tf.numpy_function(stay, [x], tf.float32), []))")
    kernel.run(BACKGROUND + "run\ntalk([1.])")
    seen = kernel.run(
        "begun.wait(60); run.cancel(); print(type(run.exception(60)).__name__, go_on.is_set()); let_go_on()"
    )
    assert seen.printed == "CancelledError False\n"
