"""Ctrl-C in real scripts: it is heard, the next call does not wait for what was left behind, nor does the end."""

import os
import signal
import textwrap
import threading

import pytest

from tests.integration.forked_scripts import Script
from tests.integration.interrupted_code import COMPUTATIONS, RANDOM_MOMENTS

_BOUND_SECONDS = 300

_START = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
"""
_BODIES = {
    "held in Python": "lambda x: in_python(held, x)",
    "busy in Python": "lambda x: in_python(busy, x)",
    "a loop of the graph": (
        "lambda x: tf.while_loop(lambda i: i >= 0, lambda i: i * 1, [in_python(announced, x * 0)])[0]"
    ),
}
_STACKS = {
    "local": "tff.local_executor_factory()",
    "one worker": "tff.local_executor_factory(max_concurrent_computation_calls=1)",
    "tree": "tff.local_executor_factory(max_fanout=2)",
    "debug": "tff.debug_executor_factory()",
}


def start_script(body):
    return Script(_START + COMPUTATIONS + textwrap.dedent(body))


def interrupt_when_started(script):
    """Waits until TensorFlow runs, and interrupts; returns what the script prints after that, and its exit code."""
    with script:
        assert script.stdout.readline() == "started\n"
        script.send_signal(signal.SIGINT)
        output, code = script.communicate(timeout=_BOUND_SECONDS)
    return [line for line in output.splitlines() if line != "started"], code


@pytest.mark.parametrize("stack", _STACKS)
@pytest.mark.parametrize("body", _BODIES)
def test_the_next_call_returns_while_the_interrupted_one_is_still_held(stack, body):
    script = start_script(f"""
        tff.use({_STACKS[stack]})
        interrupted = at_clients({_BODIES[body]})
        try:
            interrupted([1] * 8)
        except KeyboardInterrupt:
            print("interrupted", ended.is_set())
        print(total([1, 2, 3]), ended.is_set())
    """)
    assert interrupt_when_started(script) == (["interrupted False", "12 False"], 0)


def interrupt_whenever_started(script):
    """Interrupts each call when TensorFlow runs it; returns what the script prints, and its exit code."""
    # Whatever goes wrong, the test fails and does not hang.
    killer = threading.Timer(_BOUND_SECONDS, script.send_signal, [signal.SIGKILL])
    killer.start()
    printed, is_running = [], False
    try:
        with script:
            for line in map(str.strip, script.stdout):
                if line != "started":
                    printed.append(line)
                    is_running = False
                elif not is_running:
                    is_running = True
                    script.send_signal(signal.SIGINT)
            return printed, script.wait()
    finally:
        killer.cancel()


@pytest.mark.parametrize("stack", _STACKS)
def test_more_held_python_functions_than_processors_leave_loops_and_branches_to_others(stack):
    script = start_script(f"""
        def hold(x):
            return in_python(held, x)

        places = [
            lambda x: tf.cond(x > 0, lambda: hold(x), lambda: x),
            lambda x: tf.cond(x > 0, lambda: tf.switch_case(x, [lambda: x, lambda: hold(x)]), lambda: x),
            lambda x: tf.data.Dataset.range(2).reduce(x, lambda t, y: tf.cond(t > 0, lambda: hold(t), lambda: x)),
            lambda x: tf.while_loop(lambda i: i < x, lambda i: tf.cond(i < 1, lambda: hold(x), lambda: i), [0])[0],
        ]
        tff.use({_STACKS[stack]})
        for turn in range(max(4, os.cpu_count() + 1)):
            interrupted = at_clients(places[turn % 4])
            try:
                interrupted([1])  # So it starts once.
            except KeyboardInterrupt:
                print("interrupted", flush=True)
        looped = at_clients(lambda x: tf.while_loop(lambda i: i < x, lambda i: i + 1, [0])[0])
        branched = at_clients(lambda x: tf.cond(x > 1, lambda: x, lambda: x * 10))
        print(looped([1, 2, 3]), branched([1, 2, 3]), ended.is_set())
    """)
    expected = ["interrupted"] * max(4, os.cpu_count() + 1) + ["6 15 False"]
    assert interrupt_whenever_started(script) == (expected, 0)


@pytest.mark.parametrize("stack", _STACKS)
def test_an_interrupt_that_another_thread_takes_reaches_the_one_that_is_held(stack):
    """A busy system may hand a signal to any thread. It wakes that thread only."""
    script = start_script(f"""
        def take():
            signal.pthread_kill(threading.get_ident(), signal.SIGINT)

        def held_while_another_takes_it(v):
            threading.Timer(0.2, take).start()
            return held(v)

        tff.use({_STACKS[stack]})
        interrupted = at_clients(lambda x: in_python(held_while_another_takes_it, x))
        try:
            interrupted([1])
        except KeyboardInterrupt:
            print("interrupted", ended.is_set())
        print(total([1, 2, 3]), ended.is_set())
    """)
    with script:
        output, code = script.communicate(timeout=_BOUND_SECONDS)
    assert (output.splitlines(), code) == (["started", "interrupted False", "12 False"], 0)


@pytest.mark.parametrize("stack", _STACKS)
def test_an_interrupt_whose_error_python_ignores_comes_again(stack):
    """What is raised in the callback of a weak reference goes nowhere."""
    script = start_script(f"""
        import time, weakref

        class Thing:
            pass

        def callback(_):
            announced(0)
            for _ in range(200):
                time.sleep(0.01)

        def held_after_a_callback(v):
            thing = Thing()
            reference = weakref.ref(thing, callback)
            del thing
            return held(v)

        sys.unraisablehook = lambda found: print("ignored", found.exc_type.__name__, flush=True)
        tff.use({_STACKS[stack]})
        interrupted = at_clients(lambda x: in_python(held_after_a_callback, x))
        try:
            interrupted([1])
        except KeyboardInterrupt:
            print("interrupted", ended.is_set())
        print(total([1, 2, 3]), ended.is_set())
    """)
    output, code = interrupt_when_started(script)
    # Where it came to another thread nothing was ignored.
    assert [line for line in output if "ignored" not in line] == ["interrupted False", "12 False"]
    assert ("ignored KeyboardInterrupt" in output, code) == (stack == "debug", 0)


@pytest.mark.parametrize("is_traced", [False, True])
@pytest.mark.parametrize("stack", _STACKS)
def test_an_interrupt_may_come_at_any_moment(stack, is_traced):
    script = start_script(f"""
        tff.use({_STACKS[stack]})
        {textwrap.indent(RANDOM_MOMENTS, 8 * " ").strip()}
        for moment in moments(seed={len(stack) + is_traced}, count=12):
            try:
                with tff.trace() if {is_traced} else contextlib.nullcontext() as trace:
                    interrupt_at(moment)
                    held_at_the_last([0] * 7 + [1])
            except KeyboardInterrupt:
                pass
            outcomes = set() if trace is None else set(trace.invocations.shown("outcome").tolist())
            # A call that was taken for a short one is held in the thread that orchestrates: it still runs.
            print(total([1, 2, 3]), ended.is_set(), *outcomes - {{"cancelled", "running"}})
    """)
    with script:
        output, _ = script.communicate(timeout=_BOUND_SECONDS)
    assert [line for line in output.splitlines() if line != "started"] == ["12 False"] * 12


@pytest.mark.parametrize("stack", ["local", "tree", "debug"])
def test_an_interrupted_trace_is_complete_and_the_next_call_works(stack):
    script = start_script(f"""
        tff.use({_STACKS[stack]})
        try:
            with tff.trace() as trace:
                at_clients({_BODIES["held in Python"]})([1] * 4)
        except KeyboardInterrupt:
            print(trace.invocations.shown("outcome").tolist())
        with tff.trace() as after:
            print(total([1, 2, 3]), set(after.spans.shown("outcome").tolist()), ended.is_set())
    """)
    assert interrupt_when_started(script) == (["['cancelled']", "12 {'ok'} False"], 0)


@pytest.mark.parametrize("stack", ["local", "debug"])
@pytest.mark.parametrize("body", ["held in Python", "busy in Python"])
def test_a_script_that_was_interrupted_ends_as_python_does_though_its_calls_are_held(stack, body):
    script = start_script(f"""
        tff.use({_STACKS[stack]})
        at_clients({_BODIES[body]})([1] * 4)
    """)
    # Python ends itself by the signal.
    assert interrupt_when_started(script) == ([], -signal.SIGINT)


@pytest.mark.parametrize("body", ["held in Python", "busy in Python"])
def test_a_script_may_end_with_a_code_of_its_own_while_calls_are_held(body):
    script = start_script(f"""
        try:
            at_clients({_BODIES[body]})([1] * 4)
        except KeyboardInterrupt:
            sys.exit(7)
    """)
    assert interrupt_when_started(script) == ([], 7)


def test_a_call_that_was_taken_for_a_short_one_is_interrupted_too():
    """A short call runs in the thread that orchestrates."""
    script = start_script("""
        @tff.tf_computation(np.int32)
        def sometimes_endless(x):
            x = tf.cond(x > 0, lambda: in_python(announced, x), lambda: x)
            return tf.while_loop(lambda i: i > 0, lambda i: i * 1, [x])[0]

        for _ in range(50):
            sometimes_endless(0)
        before = threading.active_count()
        try:
            sometimes_endless(1)
        except KeyboardInterrupt:
            print("interrupted")
        print(sometimes_endless(-1), threading.active_count() <= before)
    """)
    assert interrupt_when_started(script) == (["interrupted", "-1 True"], 0)


def test_interrupts_on_the_debug_stack_are_announced_to_an_event_loop_that_runs_there():
    script = start_script("""
        import asyncio

        def signal_and_announce(v):
            os.kill(os.getpid(), signal.SIGUSR1)
            return announced(v)

        async def main():
            heard = asyncio.Event()
            asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, heard.set)
            with tff.use(tff.debug_executor_factory()):
                at_clients(lambda x: in_python(signal_and_announce, x))([1])
            await asyncio.wait_for(heard.wait(), 60)
            print("heard")

        asyncio.run(main())
    """)
    with script:
        output, _ = script.communicate(timeout=_BOUND_SECONDS)
    assert output == "started\nheard\n"
