"""Calling a function that is registered with TensorFlow.

A call by name goes to TensorFlow's pool of threads, and the caller waits. That costs two
thread switches, and it waits for ever if the pool is full of functions that themselves
wait, such as Python functions which call a computation. A call through an op runs in the
calling thread. Its error does not tell which operation failed; `failure_in_pool` finds
out.
"""

import contextlib
import itertools
import re
import threading
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol, TypeAlias

import numpy as np
import tensorflow as tf

from tffsim.concurrency.cancellation import current_scope
from tffsim.external_runtime.tensorflow.eager_execution import (
    CancellationManager,
    FunctionDef,
    add_functions,
    call_attributes,
    can_run_in_thread,
    definitions_of,
    eager_tensor,
    kernels_of,
    remove_functions,
    run_in_pool,
    run_in_thread,
)
from tffsim.external_runtime.tensorflow.functions.kernel_cache import KernelCache
from tffsim.external_runtime.tensorflow.graph_passes import graph_rewriting, seeded_draws
from tffsim.failures.failure_reason import reason_of

_SHARED_CALL = "StatefulPartitionedCall"
_RENEWED_CALL = "PartitionedCall"

_SECONDS_TO_NAME_A_FAILURE = 2.0

# TensorFlow counts the datasets that it makes.
_COUNT_OF_DATASET = r"(?<=Dataset):\d+"
# Where the message of an operation names another one, the call comes first.
_NAME_OF_CALL = r"\b(?:Stateful)?PartitionedCall/"

Seeds: TypeAlias = tuple[int, int]
"""Two numbers from which a call makes its random numbers."""

_names = itertools.count()
_kernels = KernelCache(_SHARED_CALL)


class Runner(Protocol):
    """Calls a function, by one of the ways of this module or around them."""

    def run(
        self, inputs: Sequence[tf.Tensor], cancellation: CancellationManager | None, seeds: Seeds | None = None
    ) -> list[tf.Tensor]: ...

    def write_call(self, inputs: Sequence[tf.Tensor]) -> Sequence[tf.Tensor]: ...

    def definitions(self) -> Sequence[FunctionDef]: ...


class SharedFunction:
    """Runs one registered function, again and again.

    TensorFlow's graph optimiser does not touch it: the same operations in the same order
    give the same bits, also where the function is a part of another one.

    Args:
        function: A `ConcreteFunction`; it is registered for as long as it lives.
        input_types: The `tf.DType.as_datatype_enum` of each argument.
        output_types: The same of each result.
        num_threads: How many threads its kernel holds.
    """

    def __init__(
        self,
        function: tf.types.experimental.ConcreteFunction,
        input_types: Sequence[int],
        output_types: Sequence[int],
        num_threads: int,
    ) -> None:
        self._function = function
        self._name = function.name.decode() if isinstance(function.name, bytes) else function.name
        self._attributes = call_attributes(self._name, input_types, output_types, is_optimised=False)
        self._num_outputs = len(output_types)
        self._runs_in_thread = can_run_in_thread()
        self.arity = len(input_types), len(output_types)
        self.num_threads = num_threads
        self.generation = 0
        _kernels.add(self)

    def run(
        self, inputs: Sequence[tf.Tensor], cancellation: CancellationManager | None, seeds: Seeds | None = None
    ) -> list[tf.Tensor]:
        """Calls the function; it has no use for seeds."""
        if not self._runs_in_thread:
            return run_in_pool(self._name, self._num_outputs, inputs, cancellation)
        _kernels.enter(self)
        try:
            return run_in_thread(_SHARED_CALL, self._attributes, self._num_outputs, inputs, cancellation)
        finally:
            _kernels.leave()

    def write_call(self, inputs: Sequence[tf.Tensor]) -> Sequence[tf.Tensor]:
        """Writes a call down in the graph that is being built."""
        return self._function(*inputs)

    def definitions(self) -> Sequence[FunctionDef]:
        """Returns the function and all that it calls, itself first."""
        return definitions_of(self._name)


class RenewedFunction:
    """Registers a copy of a function for every call, so that no kernel remembers the last one.

    Args:
        functions: The function and all that it calls, itself first.
        input_types: The `tf.DType.as_datatype_enum` of each argument.
        output_types: The same of each result.
    """

    def __init__(
        self, functions: Sequence[FunctionDef], input_types: Sequence[int], output_types: Sequence[int]
    ) -> None:
        self._functions = functions
        self._input_types = list(input_types)
        self._output_types = output_types
        self._runs_in_thread = can_run_in_thread()

    def run(
        self, inputs: Sequence[tf.Tensor], cancellation: CancellationManager | None, seeds: Seeds | None = None
    ) -> list[tf.Tensor]:
        """Calls the function; its random numbers start anew, those without a seed from `seeds`."""
        copies = _copies(self._functions)
        if seeds is not None:
            seeded_draws.give_seeds(copies, *seeds)
        if not self._runs_in_thread:
            with _registered(copies) as name:
                return run_in_pool(name, len(self._output_types), inputs, cancellation)
        with _own_arity(len(inputs)) as arity:
            padding = [_PADDING] * (arity - len(inputs))
            _take_more(copies[0], padding)
            types = [*self._input_types, *(tensor.dtype.as_datatype_enum for tensor in padding)]
            with _registered(copies) as name:
                attributes = call_attributes(name, types, self._output_types, is_optimised=False)
                try:
                    return run_in_thread(
                        _RENEWED_CALL, attributes, len(self._output_types), [*inputs, *padding], cancellation
                    )
                finally:
                    remove_functions(kernels_of(_RENEWED_CALL, arity, len(self._output_types)))

    def write_call(self, inputs: Sequence[tf.Tensor]) -> Sequence[tf.Tensor]:
        """Is not possible: a kernel would remember the last call."""
        raise TypeError("A function with seeds is called by itself, not as a part of another one.")

    def definitions(self) -> Sequence[FunctionDef]:
        """Returns the function and all that it calls, itself first."""
        return self._functions


class FunctionOfSeeds:
    """Runs a function whose last input is a matrix of seeds.

    Args:
        function: The function.
        num_pairs: The number of the matrix' rows; each has two seeds.
    """

    def __init__(self, function: SharedFunction | RenewedFunction, num_pairs: int) -> None:
        self._function = function
        self._offsets = np.arange(num_pairs, dtype=np.int32)[:, np.newaxis] * np.array([0, 1], np.int32)

    def run(
        self, inputs: Sequence[tf.Tensor], cancellation: CancellationManager | None, seeds: Seeds | None = None
    ) -> list[tf.Tensor]:
        """Calls the function with random numbers that come from `seeds`."""
        assert seeds is not None
        matrix = eager_tensor(self._offsets + np.array(seeds, np.int32), tf.int32.as_datatype_enum)
        return self._function.run([*inputs, matrix], cancellation)

    def write_call(self, inputs: Sequence[tf.Tensor]) -> Sequence[tf.Tensor]:
        """Is not possible: each call needs seeds of its own."""
        raise TypeError("A function with seeds is called by itself, not as a part of another one.")

    def definitions(self) -> Sequence[FunctionDef]:
        """Returns the function and all that it calls, itself first."""
        return self._function.definitions()


def failure_in_pool(
    functions: Sequence[FunctionDef], num_outputs: int, inputs: Sequence[tf.Tensor], error: tf.errors.OpError
) -> tf.errors.OpError:
    """Returns a failure with the name of the operation that failed, if it can be had quickly.

    The function runs once more, in TensorFlow's pool, where failures have names. Only
    for functions that may be run twice.

    Args:
        functions: The function that failed and all that it calls, itself first.
        num_outputs: How many tensors it returns.
        inputs: What it failed with.
        error: How it failed.

    Returns:
        The same failure with a name; `error` if the function fails otherwise or not at
        all the second time, or takes long, or is cancelled.
    """
    found: list[tf.errors.OpError] = []
    is_over = threading.Event()
    cancellation = CancellationManager()

    def run() -> None:
        try:
            with _registered(_copies(functions)) as name:
                run_in_pool(name, num_outputs, inputs, cancellation)
        except tf.errors.OpError as failure:
            found.append(failure)
        finally:
            is_over.set()

    scope = current_scope.get()
    forget = scope.on_cancel(is_over.set) if scope is not None else None
    # Nobody waits for a thread that is stuck in a full pool, not even the end of the process.
    threading.Thread(target=run, name="tffsim-failure", daemon=True).start()
    is_over.wait(_SECONDS_TO_NAME_A_FAILURE)
    cancellation.start_cancel()
    if forget is not None:
        forget()
    return next((again for again in found if _is_same(again, error)), error)


def _is_same(again: tf.errors.OpError, error: tf.errors.OpError) -> bool:
    return type(again) is type(error) and _comparable(again) == _comparable(error)


def _comparable(error: tf.errors.OpError) -> str:
    return re.sub(_NAME_OF_CALL, "", re.sub(_COUNT_OF_DATASET, "", reason_of(error)))


def _copies(functions: Iterable[FunctionDef]) -> list[FunctionDef]:
    return graph_rewriting.with_fresh_state(functions, f"_{next(_names)}")


@contextlib.contextmanager
def _registered(functions: Sequence[FunctionDef]) -> Iterator[str]:
    names = [function.signature.name for function in functions]
    add_functions(functions)
    try:
        yield names[0]
    finally:
        remove_functions(names)


# TensorFlow keeps the kernels of an op by its numbers of inputs and outputs, and frees
# all of one arity together. Each running call therefore has an arity of its own: freeing
# its kernels disturbs no other call.
_PADDING = tf.constant(False)
_arities: set[int] = set()
_arities_lock = threading.Lock()


@contextlib.contextmanager
def _own_arity(num_inputs: int) -> Iterator[int]:
    with _arities_lock:
        # One more at least: an op without inputs counts as a constant.
        arity = next(arity for arity in itertools.count(num_inputs + 1) if arity not in _arities)
        _arities.add(arity)
    try:
        yield arity
    finally:
        with _arities_lock:
            _arities.discard(arity)


def _take_more(function: FunctionDef, inputs: Sequence[tf.Tensor]) -> None:
    """Gives a function arguments that it does not use."""
    for position, tensor in enumerate(inputs):
        argument = function.signature.input_arg.add()
        argument.name, argument.type = f"tffsim_padding_{position}", tensor.dtype.as_datatype_enum
