"""The calls of a block that are made one after the other, before the rest of the block.

A function that loops over its client's data gains little from being a part of one large
function: that takes a second to build for 32 clients, and must fit data of any length.
Called by itself it may be a straight line (see `straight_calls`). What is left for the
block is then the fold, which is built in no time.
"""

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias

import tensorflow as tf

from tffsim.concurrency.call_duration import timed_call
from tffsim.external_runtime.tensorflow.eager_execution import CancellationManager
from tffsim.external_runtime.tensorflow.functions.function_tensors import pack, specs_of
from tffsim.external_runtime.tensorflow.functions.tensorflow_function import TensorFlowFunction
from tffsim.external_runtime.tensorflow.values.tensorflow_values import TensorFlowValue

_Places: TypeAlias = int | tuple[object, ...]
"""An argument with positions among the leaves of the block's arguments instead of its leaves."""


@dataclasses.dataclass(frozen=True, slots=True)
class _Call:
    function: TensorFlowFunction
    argument: _Places


class CallsApart:
    """Finds such calls while the block is written down, and makes them when it is called.

    Args:
        has_lengths: Whether all data says how long it is. If not, there are only loops, which wait
            for each other less within one function; but those that draw random numbers cannot be in it.
    """

    def __init__(self, *, has_lengths: bool) -> None:
        self._has_lengths = has_lengths
        self._calls: list[_Call] = []
        self._positions: dict[int, int] = {}
        self._results: Iterator[TensorFlowValue] | None = None

    @property
    def specs(self) -> list[tf.TensorSpec]:
        """What the rest of the block receives from the calls."""
        return [spec for call in self._calls for spec in specs_of(call.function.type_signature.result)]

    def find(self, arguments: Sequence[TensorFlowValue]) -> None:
        """Finds calls from now on.

        Args:
            arguments: Those of the block; a call is one of them if it needs nothing else.
        """
        self._positions = {id(leaf): position for position, leaf in enumerate(leaves_of(tuple(arguments)))}

    def use(self, tensors: Sequence[tf.Tensor]) -> None:
        """Gives the results of the calls that were found to whoever makes them again, in the same order."""
        remaining = iter(tensors)
        self._results = iter([pack(remaining, call.function.type_signature.result, []) for call in self._calls])

    def result(self, function: TensorFlowFunction, argument: TensorFlowValue | None) -> TensorFlowValue | None:
        """Returns a stand-in for the result of a call; None if it is to be written down."""
        if argument is None or not function.may_be_straight or not self._is_known(argument):
            return None
        if not (self._has_lengths or function.draws_without_seed):
            return None
        if self._results is not None:
            return next(self._results)
        self._calls.append(_Call(function, _mapped(argument, lambda leaf: self._positions[id(leaf)])))
        stand_ins = [tf.compat.v1.placeholder(s.dtype, s.shape) for s in specs_of(function.type_signature.result)]
        return pack(iter(stand_ins), function.type_signature.result, [])

    def run(self, leaves: Sequence[TensorFlowValue], cancellation: CancellationManager | None) -> list[tf.Tensor]:
        """Makes the calls.

        Args:
            leaves: Of the block's arguments.
            cancellation: Aborts them from any thread.

        Returns:
            What `specs` describes.
        """
        results: list[tf.Tensor] = []
        for call in self._calls:
            argument = _mapped(call.argument, leaves.__getitem__)
            results += leaves_of(timed_call(call.function, argument, cancellation, None))
        return results

    def _is_known(self, argument: TensorFlowValue) -> bool:
        return all(id(leaf) in self._positions for leaf in leaves_of(argument))


def leaves_of(value: TensorFlowValue) -> list[object]:
    """Returns the tensors and data sets of a value, in order."""
    return [leaf for part in value for leaf in leaves_of(part)] if isinstance(value, tuple) else [value]


def _mapped(value: object, convert: Callable[[Any], Any]) -> Any:
    return tuple([_mapped(part, convert) for part in value]) if isinstance(value, tuple) else convert(value)
