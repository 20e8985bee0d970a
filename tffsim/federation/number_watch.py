"""Notices where the first NaN of an aggregation comes from.

The result of an aggregation is always looked at. Clients' values are looked at only if it
holds a NaN or an infinity. Small ones are kept until then, up to a bound; of large ones
only one number is kept, their product with themselves, which is not finite if one of them
is not: it costs a few percent of adding them up.
"""

import contextlib
import contextvars
import dataclasses
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import federated_language as fl
import ml_dtypes
import numpy as np
from federated_language.common_libs import structure
from federated_language.framework import ExecutorValue

from tffsim.concurrency.activity import called_intrinsic
from tffsim.concurrency.deferred import Deferred
from tffsim.failures.source_places import SourceLine
from tffsim.language import building_blocks, intrinsics, provenance

if TYPE_CHECKING:
    from tffsim.federation.federating_strategy import Function

_WEIGHTED_MEAN = "federated_weighted_mean"
_OWN_AGGREGATION = "federated_aggregate"
_SMALL_BYTES = 4096
_MAX_KEPT_BYTES = 1 << 20
_OVERHEAD_BYTES = 256
_QUOTIENT = re.compile(r"[\w)\]] */ *[\w(]")


@dataclasses.dataclass(frozen=True, slots=True)
class Notice:
    """A number in the result of an aggregation that its reader should know about.

    Attributes:
        node: The aggregation, such as `federated_mean`.
        what: What its result holds, and why.
        function: The user's function that made the value; empty if it is not known.
        filename: The file that defines it.
        line: The line that makes its result; its first line if that is not known.
        remedy: What to do about it; empty if that is not known.
    """

    node: str
    what: str
    function: str = ""
    filename: str = ""
    line: int = 0
    remedy: str = ""

    def __str__(self) -> str:
        made_by = (
            f" It comes from `{self.function}` ({SourceLine(self.filename, self.line).place})." if self.function else ""
        )
        return f"{self.node}: {self.what}{made_by}{self.remedy and ' ' + self.remedy}"


current_notices: contextvars.ContextVar[list[Notice] | None] = contextvars.ContextVar("tffsim_notices", default=None)
"""Where aggregations write what they notice; None if nobody reads it."""


@dataclasses.dataclass(frozen=True, slots=True)
class _Suspects:
    """The first clients with a NaN and with an infinity, in one aggregation over a tree.

    Attributes:
        owner: The strategy at the root of the tree, whose children add to what it knows; None if it is in another
            process.
        first: The client, and the functions that made its value, by what it holds.
    """

    owner: object
    first: "dict[str, tuple[int, tuple[Function, ...]]]"


_suspects_of_tree: contextvars.ContextVar[_Suspects | None] = contextvars.ContextVar("tffsim_suspects", default=None)


@contextlib.contextmanager
def watching_tree(owner: object, num_clients: int) -> "Iterator[NumberWatch | None]":
    """Watches an aggregation whose parts are folded by other strategies.

    Args:
        owner: The strategy that puts the parts together.
        num_clients: Number of its clients.

    Yields:
        Who looks at the whole; None if nobody needs to, or `owner` is itself a part.
    """
    outer = _suspects_of_tree.get()
    is_part = outer is not None and outer.owner is not owner
    watch = None if is_part else NumberWatch.if_read(None, (), 0, num_clients)
    if watch is None:
        yield None
        return
    token = _suspects_of_tree.set(_Suspects(owner, watch.first))
    try:
        yield watch
    finally:
        _suspects_of_tree.reset(token)


@contextlib.contextmanager
def watching_for_others(is_read: bool) -> "Iterator[dict[str, tuple[int, tuple[Function, ...]]]]":
    """Watches aggregations that are parts of one in another process.

    Args:
        is_read: Whether anybody reads what is noticed.

    Yields:
        The first suspects: the client, and the functions that made its value, by what it holds.
    """
    first: dict[str, tuple[int, tuple[Function, ...]]] = {}
    if not is_read:
        yield first
        return
    tokens = current_notices.set([]), _suspects_of_tree.set(_Suspects(None, first))
    try:
        yield first
    finally:
        _suspects_of_tree.reset(tokens[1])
        current_notices.reset(tokens[0])


def add_suspect(held: str, client: int, makers: "tuple[Function, ...]") -> None:
    """Takes into account what `watching_for_others` has found in another process; parts may come in any order."""
    suspects = _suspects_of_tree.get()
    if suspects is not None and (held not in suspects.first or client < suspects.first[held][0]):
        suspects.first[held] = client, makers


class NumberWatch:
    """Looks at the numbers of one fold, which may be a part of a larger one.

    Args:
        member_type: The type of the clients' values; None if no values are added.
        makers: The functions that made them, the last one first.
        first_client: Index of the first client.
        cohort_size: Number of clients in the whole cohort.
        is_part: Whether another watch looks at the whole.
    """

    __slots__ = ("_bytes", "_cohort_size", "_is_part", "_kept", "_makers", "_next", "first")

    def __init__(
        self,
        member_type: fl.Type | None,
        makers: "tuple[Function, ...]",
        first_client: int,
        cohort_size: int,
        *,
        is_part: bool = False,
    ) -> None:
        self._bytes = _num_bytes(member_type) if member_type is not None else 0
        self._makers = makers
        self._next = first_client
        self._cohort_size = cohort_size
        self._kept: list[object] = []
        outer = _suspects_of_tree.get()
        self._is_part = is_part or (outer is not None and outer.owner is None)
        outer = outer if self._is_part else None
        self.first: dict[str, tuple[int, tuple[Function, ...]]] = outer.first if outer is not None else {}

    @classmethod
    def if_read(cls, *args: Any, is_part: bool = False) -> "NumberWatch | None":
        """Returns a watch; None if nobody reads what it notices, or there is something to read already."""
        return cls(*args, is_part=is_part) if current_notices.get() == [] else None

    def start(self, zero: object) -> None:
        """Takes the start of a fold into account: an infinity in it is no news.

        Parts of a fold other than the first start from what those before them made.
        """
        held = not_finite(zero) if self._next == 0 else ""
        if held:
            self.first.setdefault(held, (-1, ()))

    def add(self, payload: object) -> None:
        """Takes the value of the next client into account."""
        self._kept.append(payload)
        if len(self._kept) * (self._bytes + _OVERHEAD_BYTES) > _MAX_KEPT_BYTES or self._bytes > _SMALL_BYTES:
            self._examine_kept()

    def skip(self, num_clients: int) -> None:
        """Takes clients into account whose values need not be looked at."""
        self._examine_kept()
        self._next += num_clients

    async def finish(self, result: ExecutorValue) -> ExecutorValue:
        """Looks at the result and returns it; writes down where its first NaN comes from."""
        found = not_finite(await result.compute())
        if found:
            self._examine_kept()
        if found and not self._is_part:
            self._write(found)
        return result

    def _write(self, found: str) -> None:
        notices = current_notices.get()
        assert notices is not None
        held = "NaN" if "NaN" in self.first else "inf"
        client, makers = self.first.get(held, (-1, ()))
        whose = f"client {client} (of {self._cohort_size})"
        if found == "inf" and self.first:
            # It was there before, or came with the weights: products are all that is left to look at.
            if client >= 0 and called_intrinsic() == _WEIGHTED_MEAN:
                what = "a value, its weight or their product is infinite, or too large for its type"
                notices.append(_notice(f"the sums hold inf. The first is from {whose}: {what}.", makers))
        elif client >= 0:
            notices.append(_notice(f"the result holds NaN. The first value with {held} is that of {whose}.", makers))
        elif self.first:
            notices.append(_notice(f"the result holds NaN. The start of the aggregation holds {held}.", ()))
        else:
            is_sum = found == "inf" and called_intrinsic() != _OWN_AGGREGATION
            reason = "their sum is too large for its type" if is_sum else "what was made of them is not"
            notices.append(_notice(f"the result holds {found}. All clients' values are finite; {reason}.", ()))

    def _examine_kept(self) -> None:
        kept, self._kept = self._kept, []
        for client, payload in enumerate(kept, self._next):
            held = not_finite(payload) if "NaN" not in self.first else ""
            if held:
                self.first.setdefault(held, (client, self._makers))
        self._next += len(kept)


async def explained_quotient(quotient: Deferred[ExecutorValue], sums: Deferred[ExecutorValue] | None) -> ExecutorValue:
    """Returns a mean; if it is NaN or infinite because of what it is divided by, that is written down.

    Args:
        quotient: The mean.
        sums: The sum of the weighted values and that of the weights; None without clients.
    """
    result = await quotient.get()
    notices = current_notices.get()
    found = not_finite(await result.compute()) if notices == [] else ""
    if notices is None or not found:
        return result
    if sums is None:
        notices.append(_notice("the result is NaN. There are no clients.", ()))
        return result
    pair = await (await sums.get()).compute()
    assert isinstance(pair, structure.Struct)
    dividend, divisor = pair
    if float(divisor) == 0:
        wrapped = ", or to more than their type holds" if np.asarray(divisor).dtype.kind in "iu" else ""
        notices.append(_notice(f"the result holds {found}. All weights are 0, or they add up to 0{wrapped}.", ()))
    elif not not_finite(dividend):
        what = "too little, and the quotient is too large for its type"
        notices.append(_notice(f"the result holds {found}. The weights add up to {what}.", ()))
    return result


def not_finite(value: object) -> str:
    """Returns `NaN` or `inf` if one is among the numbers of a payload, else nothing."""
    worst = ""
    for array in _float_arrays(value):
        if not _is_finite(array):
            if np.isnan(array).any():
                return "NaN"
            worst = "inf"
    return worst


def _is_finite(array: np.ndarray) -> bool:
    if array.size > 1024 and array.dtype.char in "fd":
        flat = array.ravel()
        with np.errstate(all="ignore"):
            if np.isfinite(np.dot(flat, flat)):
                return True
    return bool(np.isfinite(array).all())


def _float_arrays(value: Any) -> Iterator[np.ndarray]:
    if isinstance(value, (structure.Struct, list, tuple)):
        for element in value:
            yield from _float_arrays(element)
        return
    dtype = getattr(value, "dtype", None)
    if dtype is None or not _is_inexact(dtype):
        return
    if isinstance(value, (np.ndarray, np.generic)):
        yield np.asarray(value)
        return
    try:
        yield np.asarray(memoryview(value))  # `numpy()` would copy it.
    except (TypeError, ValueError, BufferError):
        yield np.asarray(value.numpy())


def _is_inexact(dtype: object) -> bool:
    if isinstance(dtype, np.dtype):
        return dtype.kind in "fc" or dtype == ml_dtypes.bfloat16
    return bool(getattr(dtype, "is_floating", False) or getattr(dtype, "is_complex", False))


def _num_bytes(type_spec: fl.Type) -> int:
    """Returns how many bytes values of a type take; very many if that is not known."""
    if isinstance(type_spec, fl.StructType):
        return sum(_num_bytes(t) for t in type_spec)
    if isinstance(type_spec, fl.TensorType) and fl.array_shape_is_fully_defined(type_spec.shape):
        return int(np.prod(type_spec.shape, dtype=int)) * np.dtype(type_spec.dtype).itemsize
    return _MAX_KEPT_BYTES


def _notice(what: str, makers: "tuple[Function, ...]") -> Notice:
    node = intrinsics.name_as_written(called_intrinsic() or "an aggregation")
    for maker in makers:
        if building_blocks.kind_of(maker.proto) == "tensorflow":
            origin = provenance.provenance_of(maker.proto)
            if origin is not None:
                line = origin.output_line or origin.source.line
                return Notice(node, what, origin.name, origin.source.filename, line, _remedy(origin.source, line))
    return Notice(node, what)


def _remedy(source: provenance.Source, line: int) -> str:
    text = "".join(source.text.splitlines()[line - source.line : line - source.line + 1])
    return "Where it may be 0 / 0, `tf.math.divide_no_nan(x, y)` gives 0." if _QUOTIENT.search(text) else ""
