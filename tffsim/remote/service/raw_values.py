"""Which values are data of the worker as it is: those are worked with, and not handed out.

That keeps data from leaving by mistake. It keeps nobody out who wants it: a function that returns its argument computes
a new value. See `docs/security.md`.
"""

from collections.abc import Iterable

from federated_language.proto import computation_pb2 as pb

from tffsim.remote.wire import executor_pb2 as messages

_REARRANGING = "federated_zip_at_clients"


class RawValues:
    """Follows raw data through the steps of programs. Belongs to the loop of one session."""

    def __init__(self) -> None:
        self._raw: set[int] = set()
        self._computing: set[int] = set()

    def note(self, step: messages.Step, computation: pb.Computation | None) -> None:
        """Notes whether the value of a step is raw.

        Args:
            step: A step that was done.
            computation: What its value is, if that is a computation.
        """
        self._raw.discard(step.id)
        self._computing.discard(step.id)
        if self._is_raw(step, computation):
            self._raw.add(step.id)
        elif computation is not None and _computes(computation):
            self._computing.add(step.id)

    def check(self, number: int) -> None:
        """Checks that a value may be handed out.

        Raises:
            PermissionError: If it may not.
        """
        if number in self._raw:
            raise PermissionError(
                "The data of a worker stays there: it is no result. Return what a function has computed from it, such "
                "as a mean."
            )

    def forget(self, numbers: Iterable[int]) -> None:
        """Forgets values that are not there any more."""
        for number in numbers:
            self._raw.discard(number)
            self._computing.discard(number)

    def _is_raw(self, step: messages.Step, computation: pb.Computation | None) -> bool:
        kind = step.WhichOneof("what")
        if kind == "call":
            # What is no single function, such as one of a struct, may be any.
            return step.call.argument in self._raw and step.call.function not in self._computing
        if kind == "struct":
            return not self._raw.isdisjoint(step.struct.elements)
        if kind == "selection":
            return step.selection.source in self._raw
        return computation is not None and computation.WhichOneof("computation") == "data"


def _computes(computation: pb.Computation) -> bool:
    kind = computation.WhichOneof("computation")
    return kind in ("tensorflow", "xla") or (kind == "intrinsic" and computation.intrinsic.uri != _REARRANGING)
