"""The error of a call whose arguments do not fit, and the form in which a place of failure is told."""

import dataclasses

from tffsim.failures.source_places import SourceLine
from tffsim.failures.user_error import UserError


@dataclasses.dataclass(slots=True)
class FailureLocation:
    """The parts of an answer to "where did it fail?"; unknown parts are None.

    Attributes:
        computation: Name of the computation, such as `train_step`.
        node: The AST node being executed, below those around it, such as
            `federated_map > call of a TensorFlow function`.
        placement: `server` or `clients`.
        client: Index of the client, counted from 0 over the whole cohort.
        num_clients: Size of the cohort.
        line: The user's source line.
        given: What the function was given that failed, in a few words, such as `x = 7.0`.
        argument_path: Steps from the argument to the bad value; a string is a
            field name, an integer a position. Empty means the argument itself;
            None means that the failure is not about an argument.
        worker: The other process in which it happened, if it was in one.
    """

    computation: str | None = None
    node: str | None = None
    placement: str | None = None
    client: int | None = None
    num_clients: int | None = None
    line: SourceLine | None = None
    given: str | None = None
    argument_path: tuple[str | int, ...] | None = None
    worker: str | None = None

    def lines(self, called: str | None = None) -> list[str]:
        """Returns what is known, one part a line, for the end of a message.

        Args:
            called: The computation that the message itself names.
        """
        where = [part for part in (self.participant, self.node and f"in {self.node}") if part]
        lines = [f"  where:    {', '.join(where)}"] if where else []
        if self.computation is not None and self.computation != called:
            lines.append(f"  function: {self.computation}")
        if self.line is not None:
            lines.append(f"  line:     {self.line}")
        if self.given is not None:
            lines.append(f"  given:    {self.given}")
        if self.worker is not None:
            lines.append(f"  worker:   {self.worker}")
        return lines

    @property
    def source(self) -> str | None:
        """The user's source line as text, such as `model.py:12: return x / y`."""
        return None if self.line is None else str(self.line)

    @property
    def participant(self) -> str:
        """Who failed, such as `client 2 (of 5)`, or `clients` if nobody knows which; empty if that is unknown."""
        if self.client is not None:
            return f"client {self.client} (of {self.num_clients})"
        return self.placement or ""


class ArgumentError(UserError, TypeError):
    """The argument of a call does not fit the computation.

    Attributes:
        location: Which part of the argument, and whose.
    """

    def __init__(self, message: str, location: FailureLocation | None = None) -> None:
        super().__init__(message)
        self.location = location if location is not None else FailureLocation()


ArgumentError.__module__ = "tffsim"
