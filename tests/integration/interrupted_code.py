"""Code for processes that are interrupted: computations that end only when they are let go."""

COMPUTATIONS = r"""
import _thread, contextlib, os, random, signal, sys, threading
import numpy as np
import tensorflow as tf
import tffsim as tff

never = threading.Event()
ended = threading.Event()

def in_python(function, x):
    return tf.ensure_shape(tf.py_function(function, [x], tf.int32), [])

def announced(v):
    os.write(1, b"started\n")  # In one piece, whoever else writes.
    return v

def held(v):
    let_go, mine_ended = never, ended
    announced(v)
    let_go.wait(300)
    mine_ended.set()
    return v

def busy(v):
    let_go, mine_ended = never, ended
    announced(v)
    while not let_go.is_set():
        pass
    mine_ended.set()
    return v

def at_clients(body):
    function = tff.tf_computation(body, np.int32)
    return tff.federated_computation(
        lambda v: tff.federated_sum(tff.federated_map(function, v)), tff.FederatedType(np.int32, tff.CLIENTS))

total = at_clients(lambda x: x * 2)
"""

RANDOM_MOMENTS = r"""
_MANY = 10**9
calls_left = None
calls_made = run = 0

def interrupt():
    global calls_left
    calls_left = None
    _thread.interrupt_main()

def count(frame, event, argument):
    global calls_left
    if event == "call" and calls_left is not None:
        calls_left -= 1
        if calls_left <= 0:
            interrupt()

def interrupt_at(moment):
    # At the call of a Python function with that number, in any thread; at the latest when a client is held.
    global calls_left, run
    run += 1
    sys.setprofile(count)
    calls_left = moment

def held_after_all(v):
    global calls_made
    let_go, mine_ended = never, ended
    if v <= 0:
        return v
    mine = run
    if calls_left is not None:
        calls_made = _MANY - calls_left
        interrupt()
    # An interrupt that came inside of a callback of Python's own, which ignores errors, is lost.
    while not let_go.wait(20):
        if run == mine:
            interrupt()
    mine_ended.set()
    return v

held_at_the_last = at_clients(lambda x: in_python(held_after_all, x))
threading.setprofile(count)

def moments(seed, count):
    # The first two runs import functions, and make threads; the second tells how many calls there are.
    for _ in range(2):
        with contextlib.suppress(KeyboardInterrupt):
            interrupt_at(_MANY)
            held_at_the_last([0] * 7 + [1])
    chosen = random.Random(seed)
    return [chosen.randrange(1, calls_made) for _ in range(count)]
"""
