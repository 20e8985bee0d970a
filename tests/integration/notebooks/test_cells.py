"""A cell with the magic is a cell: a real kernel runs it plain, with %%time and with ours, and shows the same."""

import re
from typing import NamedTuple

import IPython
import pytest

from tests.integration.notebooks.kernel import of_a_kernel_that_knows_several_cells, running_kernel

PLAIN = "# This line stands for the magic.\n"
TIME = "%%time\n"
OURS = "%%tff_execute --view none\n"
LINE = "%tff_execute --view none\n"


class Cell(NamedTuple):
    """A cell that runs with and without the magic.

    Attributes:
        code: Its code.
        left: An expression of what it leaves behind.
        timed: Whether %%time shows the same.
        is_whole: Whether it means something else below another line.
        answer: What is typed when it asks.
    """

    code: str
    left: str = "None"
    timed: bool = True
    is_whole: bool = False
    answer: str | None = None


CELLS = {
    "value": Cell("x = [1, 2]\nx", "x, _"),
    "value of a computation": Cell("mean([1.0, 3.0])", "_"),
    "no value": Cell("x = 3", "x"),
    "silent value": Cell("x = 4\nx;", "x"),
    "none": Cell("x = 5\nNone", "x"),
    "earlier values are not shown": Cell("1\n2\n3"),
    "assignment of several": Cell("x, *y = 1, 2, 3", "x, y"),
    "loop at the end": Cell("for x in range(3):\n    print(x)", "x"),
    "display": Cell("display('shown')\nprint('printed')\n'value'"),
    "function": Cell("def f(x):\n\n    return x + 1\nf(1)", "f(2)"),
    "decorated": Cell("@contextlib.contextmanager\ndef g():\n    yield 7\nwith g() as x:\n    pass", "x"),
    "import of the future": Cell("from __future__ import annotations\nx = 6", "x", timed=False),
    "blank lines": Cell("\n\nx = 8\n\nx\n", "x"),
    "indented": Cell("    x = 8\n    x", "x", timed=False, is_whole=True),
    "only a comment": Cell("# nothing"),
    "error": Cell("x = 'before'\n\n1/0\nx = 'after'", "x"),
    "error in a function": Cell("def f():\n    x = {}\n    return x['no']\n\nf()"),
    "error of a computation": Cell("x = 1\nx = mean(['wrong'])", "x"),
    "unknown name": Cell("x = unknown_name"),
    "chain of errors": Cell(
        "try:\n    1/0\nexcept ZeroDivisionError as error:\n    raise ValueError('second') from error"
    ),
    "error of its own": Cell("class Mine(Exception):\n    pass\nraise Mine('mine')"),
    "group of errors": Cell("raise ExceptionGroup('several', [ValueError(1), TypeError(2)])", timed=False),
    "syntax error": Cell("x = 9\nif", "x"),
    "return": Cell("x = 1\nreturn 3"),
    "exit": Cell("import sys\nsys.exit(3)"),
    "raise SystemExit": Cell("raise SystemExit"),
    "raise KeyboardInterrupt": Cell("raise KeyboardInterrupt"),
    "warning": Cell("x = 1\nwarnings.warn('careful')", timed=False),
    "input": Cell("x = input('Name?')\nx", "x", answer="Ada"),
    "shell command": Cell("!echo hello\nx = !echo value\nx", "x"),
    "line magics": Cell("x = %pwd\n%env FRUIT=pear\n%pwd", "x"),
    "one line of automagic": Cell("pwd", timed=False, is_whole=True),
    "time inside": Cell("%%time\nx = 11\nx", "x", timed=False, is_whole=True),
    "captured": Cell("%%capture out\nprint(5)\n7", "out.stdout", timed=False, is_whole=True),
    "captured error": Cell("%%capture out\n1/0", timed=False, is_whole=True),
    "cell inside a cell": Cell("get_ipython().run_cell('1/0')\nget_ipython().run_cell('')\nx = 1\nx", "x"),
    "await": Cell("x = await asyncio.sleep(0, 'slept')\nx", "x", timed=False),
    "await at the end": Cell("await asyncio.sleep(0, 'slept')", timed=False),
    "error after await": Cell("x = await asyncio.sleep(0, 1)\n1/0", "x", timed=False),
    "async for": Cell(
        "async def count():\n    for x in range(2):\n        yield x\n"
        "async for x in count():\n    print(x)\n[x async for x in count()]",
        "x",
        timed=False,
    ),
    "async with": Cell("x = asyncio.Lock()\nasync with x:\n    print(x.locked())", "x.locked()", timed=False),
    "loop of events": Cell(
        "x = asyncio.get_event_loop()\nawait asyncio.sleep(0)", "x is asyncio.get_running_loop()", timed=False
    ),
    "history": Cell("x = 12", "_i, _ih[-2].splitlines()[1:]", timed=False),
}
"""By what they show. Plain, they run below a line that stands for the magic, so that lines have the same numbers."""


@pytest.fixture(scope="module")
def kernel():
    with running_kernel() as kernel:
        yield kernel


def without_numbers(text: str) -> str:
    """Returns text without the numbers of cells, the names of their files, and their first lines."""
    text = re.sub(r"(In|Cell )\[\d+\]", r"\1[n]", text)
    text = re.sub(r"\S*?\d+\.py", "file.py", text)
    text = re.sub(r"(?m)^.*(run_(line|cell)_magic\('tff_execute'|# This line stands).*\n", "", text)
    return re.sub(r"(?m)^(CPU times|Wall time|Compiler).*\n", "", text)


def seen(kernel, head: str, cell: Cell):
    """Returns what a cell shows and leaves."""
    kernel.run("x = y = None")
    head = head * (head != PLAIN or not cell.is_whole)
    shown = kernel.run(head + cell.code, answer=cell.answer)
    shown.printed = without_numbers(shown.printed)
    shown.errors = [(name, without_numbers(text)) for name, text in shown.errors]
    left = kernel.run(cell.left)
    return shown, (left.result or "").replace(repr(head)[1:-1], "")


@pytest.mark.parametrize("name", CELLS)
def test_a_cell_does_what_a_plain_one_does(kernel, name):
    cell = CELLS[name]
    assert seen(kernel, OURS, cell) == seen(kernel, PLAIN, cell)
    if not cell.is_whole:
        assert seen(kernel, LINE, cell) == seen(kernel, PLAIN, cell)


@pytest.mark.skipif(IPython.version_info[0] < 8, reason="its %%time shows an error, and the cell counts as done")
@pytest.mark.parametrize("name", [name for name, cell in CELLS.items() if cell.timed])
def test_a_cell_does_what_it_does_with_time(kernel, name):
    ours, left = seen(kernel, OURS, CELLS[name])
    timed, left_by_timed = seen(kernel, TIME, CELLS[name])
    assert (ours.status, ours.result, ours.displayed, left) == (
        timed.status, timed.result, timed.displayed, left_by_timed,
    )  # fmt: skip
    assert [name for name, _ in ours.errors] == [name for name, _ in timed.errors]


@pytest.mark.parametrize(
    "failing", ["1/0", "mean(['wrong'])", "raise SystemExit", "raise KeyboardInterrupt", "await asyncio.sleep('x')"]
)
def test_cells_that_wait_behind_a_failed_one_are_not_run(kernel, failing):
    kernel.run("saved = 'nothing'")
    for head in (PLAIN, OURS, LINE, "%%tff_execute --view stack\n", "%%tff_execute --no-trace\n"):
        cell = f"{head}weights = 'old'\ninput()\n{failing}\nweights = 'new'"
        assert kernel.run_queued(cell, "saved = weights", "1") == ["error", "aborted", "aborted"], head
    assert kernel.run("saved, weights").result == "('nothing', 'old')"


def test_cells_that_wait_behind_a_right_one_or_a_statement(kernel):
    assert kernel.run_queued(f"{OURS}input()\nweights = mean([1.0])", "saved = float(weights)") == ["ok", "ok"]
    assert kernel.run_queued("%tff_execute --view none mean([input()])", "saved = 0") == ["error", "aborted"]
    assert kernel.run("saved").result == "1.0"


def test_a_cell_for_the_background_that_cannot_be_compiled_fails(kernel):
    seen = kernel.run("%%tff_execute --background --view none\nx =")
    assert seen.status == "error" and [name for name, _ in seen.errors] == ["SyntaxError"]


def test_a_loop_over_the_magic_stops_at_the_trial_that_fails(kernel):
    loop = """
got = []
for trial in ([1.0], [5.0], ['wrong'], [7.0]):
    get_ipython().run_cell_magic('tff_execute', '--view none', 'score = mean(trial)')
    got.append(float(score))
"""
    seen = kernel.run(loop)
    assert seen.status == "error" and [name for name, _ in seen.errors] == ["ArgumentError"]
    assert kernel.run("got").result == "[1.0, 5.0]"
    # As %%time, the magic then returns the value.
    assert kernel.run("2 * get_ipython().run_cell_magic('tff_execute', '--view none', 'x = 4\\nx')").result == "8"


def test_the_traceback_of_a_called_magic_has_the_frames_of_the_user_only(kernel):
    for line in (
        "get_ipython().run_cell_magic('tff_execute', '--view none', 'x = 1\\n1/0')",
        "%tff_execute --view none 1/0",
    ):
        seen = kernel.run(line)
        ((name, traceback),) = seen.errors
        assert name == "ZeroDivisionError" and "1/0" in traceback
        assert "tffsim" not in traceback


def test_a_statement_runs_and_gives_its_value(kernel):
    assert kernel.run("%tff_execute --view none mean([1.0, 3.0]) + 1").result.startswith("np.float32(3.0")
    assert kernel.run("%tff_execute --view none 5;").result is None
    assert kernel.run("x = %tff_execute --view=none --trace t --values all 'a  b'\nx, t").result == (
        "('a  b', <Trace of 0 invocations, 0 spans>)"
    )
    assert kernel.run("%tff_execute --no-trace x = 3\nx").result == "3"
    local = "def f(y):\n    z = %tff_execute --view none mean([y])\n    return z\nfloat(f(2.0))"
    assert float(kernel.run(local).result) == 2
    seen = kernel.run("%tff_execute --view none --trace t await asyncio.sleep(0)")
    assert seen.status == "error" and "in the first line of the cell" in seen.printed


def test_tasks_live_on_after_the_cell_and_are_awaited_in_others(kernel):
    make = """done = asyncio.Event()
async def later():
    await done.wait()
    return 'ended'
task = asyncio.create_task(later())"""
    for first, second in ((OURS, OURS), (OURS, PLAIN), (PLAIN, OURS), (LINE, LINE)):
        assert kernel.run(f"{first}{make}\nawait asyncio.sleep(0)").status == "ok"
        assert kernel.run("task.done()").result == "False"
        assert kernel.run(f"{second}done.set()\nawait task").result == "'ended'"
    assert kernel.run(f"{OURS}{make}\ndone.set()").status == "ok"  # Without `await` in the cell.
    assert kernel.run("await task").result == "'ended'"


def test_computations_of_a_cell_that_awaits_are_recorded_and_later_ones_are_not(kernel):
    cell = """%%tff_execute --view none --trace t --stack debug
context = tff.get_context()
async def one():
    await asyncio.sleep(0)
    return mean([1.0])
results = await asyncio.gather(one(), one())
"""
    before = kernel.run("id(tff.get_context())").result
    assert kernel.run(cell).status == "ok"
    assert kernel.run("mean([1.0])\nt.invocations.num_rows, context is tff.get_context()").result == "(2, False)"
    assert kernel.run("id(tff.get_context())").result == before


# Plain cells that await hear of an interrupt when the event loop wakes up: of one sleep, at its end.
@pytest.mark.parametrize("ending", ["time.sleep(60)", "while True: await asyncio.sleep(0.1)", "slowly([1.0, 2.0])"])
@pytest.mark.parametrize("head", [OURS, "%%tff_execute --view stack\n"], ids=["no view", "view"])
def test_an_interrupt_is_shown_once_and_first_and_the_cell_has_failed(kernel, head, ending):
    assert kernel.run(NAP).status == "ok"
    cell = "print('go', flush=True)\ntime.sleep(0.05)\n" if "slowly" not in ending else ""
    seen = kernel.run(f"{head}x = 'begun'\nmean([1.0])\n{cell}{ending}", interrupt_at="go")
    assert seen.status == "error"
    assert [name for name, _ in seen.errors] in (["KeyboardInterrupt"], ["CancelledError"])
    # Of a computation one line says how far it came; of other code the traceback ends where it was.
    told = "Interrupted; 0 of 2 clients were done." if "slowly" in ending else ending
    assert told in seen.errors[0][1] and not re.search("run_cell_magic|tffsim|federated_language", seen.errors[0][1])
    if head is not OURS:
        assert seen.kinds.index("error") < seen.kinds.index("update_display_data")
    assert kernel.run("released.set()\nx").result == "'begun'"
    assert kernel.run(OURS + "mean([4.0])").result.startswith("np.float32(4.0")


def test_with_a_live_view_the_error_comes_before_the_page(kernel):
    for cell in (
        "%%tff_execute\nmean(['wrong'])",
        "%tff_execute mean(['wrong'])",
        "%%tff_execute\nmean([1.0])\nawait asyncio.sleep('x')",
    ):
        seen = kernel.run(cell)
        assert seen.kinds == [*2 * ["display_data"], "error", *2 * ["update_display_data"]], cell
        assert seen.status == "error"


def test_a_view_is_there_from_the_first_call_on_and_not_without_one(kernel):
    seen = kernel.run("%%tff_execute\nprint('before', flush=True)\nx = mean([1.0])\nprint('after')")
    # Two displays each: a picture, and the view or the page below it.
    assert seen.kinds == ["stream", *2 * ["display_data"], "stream", *2 * ["update_display_data"]]
    for cell in ("%%tff_execute\nx = 3", "%%tff_execute\nmean;", "%%tff_execute"):
        seen = kernel.run(cell)
        assert seen.kinds == ["stream"] and seen.printed.startswith("No computation was called in this cell"), cell
    for cell in ("%%tff_execute\nx = =", "%%tff_execute\n1/0", "%%tff_execute\nunknown_name"):
        assert kernel.run(cell).kinds == ["error"], cell


@of_a_kernel_that_knows_several_cells
def test_the_view_of_a_cell_in_the_background_is_below_it(kernel):
    cell = "%%tff_execute --background run\nmean([1.0])"
    below, _ = kernel.run_all(cell, "run.result()", until=lambda seen: "update_display_data" in seen[0].kinds)
    assert below.kinds[:2] in (["display_data", "execute_result"], ["execute_result", "display_data"])


NAP = """
released = threading.Event()
@tff.tf_computation(np.float32)
def nap(x):
    import tensorflow as tf

    def wait(x):
        print('go', flush=True)
        released.wait(60)
        return x

    return tf.ensure_shape(tf.py_function(wait, [x], tf.float32), [])
slowly = tff.federated_computation(lambda x: tff.federated_map(nap, x), tff.FederatedType(np.float32, tff.CLIENTS))
"""


def test_a_trace_that_cannot_be_saved_fails_the_cell(kernel, tmp_path):
    # It was not there when the cell began.
    made = f"import pathlib\npathlib.Path({str(tmp_path)!r}, 'run.tfftrace').mkdir(exist_ok=True)\n"
    head = f"%%tff_execute --view none --save {tmp_path / 'run'}\n"
    seen = kernel.run(f"{head}{made}x = mean([1.0])\nx")
    assert seen.status == "error" and [name for name, _ in seen.errors] == ["IsADirectoryError"]
    assert seen.result is not None
    (tmp_path / "run.tfftrace").rmdir()
    seen = kernel.run(f"{head}{made}mean([1.0])\n1/0")
    assert [name for name, _ in seen.errors] == ["ZeroDivisionError", "IsADirectoryError"]


def test_the_rest_of_a_cell_is_recorded_from_a_line_on(kernel):
    kernel.run("mean([1.0])\n%tff_execute --view none --trace t\nmean([2.0])\nx = mean([3.0])")
    assert kernel.run("t.invocations.num_rows").result == "2"
    assert kernel.run("def f():\n    %tff_execute --view none --trace t\nf()\nmean([2.0])").status == "ok"
    assert kernel.run("mean([2.0])\nt.invocations.num_rows").result == "1"


def test_a_cell_inside_a_cell_ends_alone(kernel):
    cell = """%%tff_execute --view none --trace outer
mean([1.0])
get_ipython().run_cell('%%tff_execute --view none --trace inner\\nmean([2.0])')
get_ipython().run_cell('mean([3.0])', silent=True)
get_ipython().run_cell('%%tff_execute --view none --trace silent\\nmean([3.0])', silent=True)
mean([4.0])
"""
    assert kernel.run(cell).status == "ok"
    look = "outer.invocations.num_rows, inner.invocations.num_rows, silent.invocations.num_rows"
    assert kernel.run(look).result == "(3, 1, 1)"


def test_the_same_line_is_told_in_the_background(kernel):
    kernel.run("%%tff_execute --background --view none\nx = 1\n\nwarnings.warn('careful')")
    seen = kernel.run("run = _\nrun.result()")
    assert seen.status == "ok"
    kernel.run("%%tff_execute --background --view none\nx = 1\n\n1/0")
    assert re.search("line 4|----> 4", kernel.run("run = _\nrun.result()").errors[0][1])


def test_loading_again_changes_nothing(kernel):
    kernel.run("%reload_ext tffsim")
    assert kernel.run(OURS + "print(1)\n2").result == "2"
    assert kernel.run("%%tff_execute --view none --trace t\nmean([1.0])").status == "ok"
    assert kernel.run("t.invocations.num_rows").result == "1"


def test_a_cell_says_when_nobody_told_how_many_clients_there_are(kernel):
    kernel.run("total = tff.federated_computation(lambda: tff.federated_sum(tff.federated_value(1, tff.CLIENTS)))")
    words = "the result comes from 0 clients, as nobody said how many there are."
    first = kernel.run("%%tff_execute --view none --trace t --stack local --max-fanout 50\ntotal(), total()")
    assert first.printed.count(words) == 1 and "`%%tff_execute --clients N`" in first.printed
    assert kernel.run("t.error(0)").result.startswith(f"'Warning: {words}")
    assert kernel.run("total()").printed.count(words) == kernel.run(OURS + "total()").printed.count(words) + 1
    told = kernel.run("%%tff_execute --view none --clients 3\ntotal()")
    assert words not in told.printed and told.result.startswith("np.int32(3")


# IPython keeps the code of cell 3 in `_i3`.
_NUMBER_OF = "next(int(name[2:]) for name, code in list(globals().items()) if name[2:].isdigit() and code == {!r})"


def test_a_warning_names_the_cell_and_so_does_the_list_of_traces(kernel):
    kernel.run("""@tff.federated_computation(tff.FederatedType(np.float32, tff.CLIENTS))
def mean_of_mine(x):
    return tff.federated_mean(x)""")
    call = "%%tff_execute --trace mine\nmean_of_mine([float('nan'), 1.0])"
    warned = kernel.run(call).printed
    listed = kernel.run("%tff_trace mine_not_there\n").printed + kernel.run("%tff_trace").printed
    number = kernel.run(_NUMBER_OF.format(call)).result
    (row,) = [line for line in listed.splitlines() if line.startswith("mine ")]
    assert f"Cell [{number}]" in row
    if IPython.version_info[0] >= 8:  # The older one knows a cell by a file that it makes for it.
        assert re.search(r"^Cell \[\d+\]:1: UserWarning: `mean_of_mine`", warned, re.MULTILINE), warned
        assert "ipykernel" not in warned


@of_a_kernel_that_knows_several_cells
def test_an_error_in_the_background_names_its_cell_and_not_the_one_that_asks(kernel):
    call = "%%tff_execute --background=run\nmean([1.0]) / nobody_knows_me"
    kernel.run(call)
    ((_, text),) = kernel.run("run.result()").errors
    number = kernel.run(_NUMBER_OF.format(call)).result
    assert "concurrent" not in text and "tffsim" not in text
    assert f"Cell In[{number}], line 2" in text or IPython.version_info[0] < 8, text
