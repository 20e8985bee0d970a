"""Gradients of Python functions in a graph (`tf.py_function`): one call at a time.

TensorFlow keeps what such a function computed until its gradient is asked for, once per
function and not once per call. Of two calls at the same time one would therefore get the
gradient of the other one, and the other one none.
"""

import contextlib
import threading
import weakref
from collections.abc import Iterable, Iterator, Sequence

import tensorflow as tf
from tensorflow.core.framework.node_def_pb2 import NodeDef

from tffsim.concurrency.cancellation import CancellationScope, current_scope
from tffsim.external_runtime.tensorflow.eager_execution import CancellationManager, FunctionDef
from tffsim.external_runtime.tensorflow.functions.function_calls import Runner, Seeds
from tffsim.external_runtime.tensorflow.functions.python_callbacks import python_function

_SECONDS_BETWEEN_LOOKS = 0.05

_turns: "weakref.WeakValueDictionary[str, _Turn]" = weakref.WeakValueDictionary()
_turns_guard = threading.Lock()


def differentiated(nodes: Iterable[NodeDef]) -> frozenset[str]:
    """Returns the tokens of the Python functions whose gradient may be asked for."""
    tokens = {node.attr["token"].s.decode() for node in nodes if node.op == "EagerPyFunc"}
    return frozenset(
        token for token in tokens if getattr(python_function(token), "_support_graph_mode_gradient", False)
    )


class OneAtATime:
    """Runs a function while no other one runs that has a Python function in common with it.

    Args:
        runner: Runs the function.
        tokens: Those of the Python functions whose gradient it may ask for.
    """

    def __init__(self, runner: Runner, tokens: frozenset[str]) -> None:
        self._runner = runner
        # Always in the same order: no two calls wait for each other.
        with _turns_guard:
            self._turns = [_turns.setdefault(token, _Turn()) for token in sorted(tokens)]

    def run(
        self, inputs: Sequence[tf.Tensor], cancellation: CancellationManager | None, seeds: Seeds | None = None
    ) -> list[tf.Tensor]:
        """Calls the function, after those that came before."""
        with contextlib.ExitStack() as held:
            for turn in self._turns:
                held.enter_context(turn.taken(cancellation))
            return self._runner.run(inputs, cancellation, seeds)

    def write_call(self, inputs: Sequence[tf.Tensor]) -> Sequence[tf.Tensor]:
        """Is not possible: nothing would keep two calls of a graph apart."""
        raise TypeError("A function with gradients of Python functions is called by itself.")

    def definitions(self) -> Sequence[FunctionDef]:
        """Returns the function and all that it calls, itself first."""
        return self._runner.definitions()


class _Turn:
    """Whose turn it is to call a Python function."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._scope: CancellationScope | None = None

    @contextlib.contextmanager
    def taken(self, cancellation: CancellationManager | None) -> Iterator[None]:
        scope = current_scope.get()
        while not self._lock.acquire(timeout=_SECONDS_BETWEEN_LOOKS):
            if scope is not None and self._scope is not None and scope.is_within(self._scope):
                # The Python function itself calls the computation that it is in, and waits for it.
                yield
                return
            if cancellation is not None and cancellation.is_cancelled:
                raise tf.errors.CancelledError(None, None, "The call was cancelled before it began.")
        self._scope = scope
        try:
            yield
        finally:
            self._scope = None
            self._lock.release()
