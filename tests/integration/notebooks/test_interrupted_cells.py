"""Interrupts in real kernels: the cell fails at once, and the next one works while the abandoned call is held."""

import pytest

from tests.integration.interrupted_code import COMPUTATIONS, RANDOM_MOMENTS
from tests.integration.notebooks.kernel import running_kernel

_ANNOUNCE = 'def announced(v):\n    print("started", flush=True)\n    return v\n'
_LET_GO = "never.set()\nnever, ended = threading.Event(), threading.Event()"
_STACKS = {
    "local": "tff.use(tff.local_executor_factory())",
    "tree": "tff.use(tff.local_executor_factory(max_fanout=2))",
    "debug": "tff.use(tff.debug_executor_factory())",
    "async": "tff.use(tff.AsyncExecutionContext(tff.local_executor_factory()))",
}
_HEADS = {"plain": "", "magic": "%%tff_execute --view none\n", "live view": "%%tff_execute\n"}


@pytest.fixture(scope="module")
def kernel():
    with running_kernel() as kernel:
        assert kernel.run(COMPUTATIONS + _ANNOUNCE).status == "ok"
        yield kernel


@pytest.mark.parametrize("body", ["held", "busy"])
@pytest.mark.parametrize("head", _HEADS)
@pytest.mark.parametrize("stack", _STACKS)
def test_the_next_cell_is_right_while_the_interrupted_call_is_held(kernel, stack, head, body):
    call = "await " * (stack == "async")
    kernel.run(f"{_STACKS[stack]}\ninterrupted = at_clients(lambda x: in_python({body}, x))")
    seen = kernel.run(f"{_HEADS[head]}{call}interrupted([1] * 3)", interrupt_at="started")
    after = kernel.run(f"int({call}total([1, 2, 3])), ended.is_set()")
    kernel.run(_LET_GO)
    assert seen.status == "error"
    assert [name for name, _ in seen.errors] == ["CancelledError" if stack == "async" else "KeyboardInterrupt"]
    assert after.result == "(12, False)"
    # What follows the error is the picture of the run.
    assert "update_display_data" not in seen.kinds[: seen.kinds.index("error")]


@pytest.mark.parametrize("head", ["plain", "magic"])
@pytest.mark.parametrize("stack", ["local", "tree"])
def test_an_interrupt_may_come_at_any_moment_of_a_cell(kernel, stack, head):
    prepared = kernel.run(f"{_STACKS[stack]}\n{RANDOM_MOMENTS}\nchosen = moments(seed={len(stack + head)}, count=6)")
    assert prepared.status == "ok"
    for number in range(6):
        seen = kernel.run(f"{_HEADS[head]}interrupt_at(chosen[{number}])\nheld_at_the_last([0] * 7 + [1])")
        after = kernel.run("int(total([1, 2, 3])), ended.is_set()")
        assert [name for name, _ in seen.errors] == ["KeyboardInterrupt"]
        assert (seen.status, after.result) == ("error", "(12, False)")
    kernel.run(f"sys.setprofile(None)\nthreading.setprofile(None)\n{_LET_GO}")


_ROUNDS = """import tffsim.tracing.recording.active as active
from tffsim.tracing.analysis.rounds import rounds as rounds_of

def until_the_tenth_is_recorded():
    # The thread of clients may be ahead of the thread of the event loop, which records.
    for _ in range(1000):
        if recorder is None or rounds_of(tff.Trace(recorder).snapshot)[-1].done == 10:
            break
        time.sleep(0.02)

calls = []
def held_in_round_3(v):
    time.sleep(0.01)  # A short call would be made by the event loop, which could record nothing while it is held.
    calls.append(v)
    if len(calls) <= 50:
        return v
    until_the_tenth_is_recorded()
    return held(v)

rounds = at_clients(lambda x: in_python(held_in_round_3, x))
"""


@pytest.mark.parametrize(
    ("head", "said"),
    [("", "Interrupted."), ("%%tff_execute --view none\n", "Interrupted in round 3; 10 of 20 clients were done.")],
)
@pytest.mark.parametrize("stack", ["local", "debug", "async"])
def test_an_interrupt_is_one_line_that_says_how_far_the_run_had_come(kernel, stack, head, said):
    call = "await " * (stack == "async")
    # One client after the other: while the eleventh is held, the tenth is done.
    one_by_one = _STACKS[stack].replace(
        "local_executor_factory()", "local_executor_factory(max_concurrent_computation_calls=1)"
    )
    kernel.run(f"{one_by_one}\n{_ROUNDS}")
    seen = kernel.run(
        f"{head}recorder = active.active_recorder()\nfor _ in range(9):\n    {call}rounds([1] * 20)",
        interrupt_at="started",
    )
    kernel.run(_LET_GO)
    assert [text for _, text in seen.errors] == [said]


def test_an_interrupt_of_other_code_shows_its_line(kernel):
    seen = kernel.run("%%tff_execute\nprint('started', flush=True)\nnever.wait(300)", interrupt_at="started")
    ((name, text),) = seen.errors
    assert name == "KeyboardInterrupt" and "never.wait(300)" in text
