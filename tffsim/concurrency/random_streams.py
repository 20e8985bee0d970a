"""Which random numbers a call draws while TensorFlow has a global seed.

After `tf.random.set_seed` the same program draws the same numbers each time it runs, and
still each client, each round and each operation draws its own. So the seeds of a call are
a function of the global seed, of how many computations were invoked since it was set, and
of the place where the call stands in the computation: the path through the AST that leads
to it, and the client. None of these depends on the execution stack, nor on which of two
threads comes first.

Whoever evaluates parts of a computation side by side, or later, says here which part it
is. Without a global seed there is no place, and all of this costs nothing.
"""

import collections
import contextvars
import dataclasses
import hashlib
import sys
import threading

_LARGEST_SEED = 2**30
"""With the number of an operation added, a seed still fits into an int32."""


@dataclasses.dataclass(frozen=True, slots=True)
class Place:
    """A part of a computation that runs under a global seed.

    Attributes:
        run: The global seed, and how many computations were invoked before since it was set.
        path: The parts within parts that lead here; negative for a client.
        calls: How many calls were made so far in each place of the run.
    """

    run: tuple[int, int]
    path: tuple[int, ...]
    calls: collections.Counter[tuple[int, ...]]

    def part(self, position: int) -> "Place":
        """Returns the place of a part that stands at `position` in this one."""
        return Place(self.run, (*self.path, position), self.calls)

    def at_client(self, client: int) -> "Place":
        """Returns the place of what a client does here; clients are counted over the whole cohort."""
        return self.part(-1 - client)

    def from_the_start(self) -> "Place":
        """Returns the same place as if no calls had been made yet; they will draw the same numbers again."""
        return Place(self.run, self.path, collections.Counter())

    def next_seeds(self) -> tuple[int, int]:
        """Returns the two seeds of the next call in this place; they are positive."""
        number = self.calls[self.path]
        self.calls[self.path] = number + 1
        digest = hashlib.blake2b(repr((self.run, self.path, number)).encode(), digest_size=16).digest()
        second, first = divmod(int.from_bytes(digest, "little"), _LARGEST_SEED)
        return 1 + first, 1 + second % _LARGEST_SEED


current_place: contextvars.ContextVar[Place | None] = contextvars.ContextVar("tffsim_current_place", default=None)
"""Where the work that runs now stands in its computation; None without a global seed."""


def start_run() -> Place | None:
    """Returns the place of a whole computation that is invoked now; None if TensorFlow has no global seed.

    Call it in the thread and at the moment in which the user calls the computation.
    """
    if "tensorflow" not in sys.modules:
        return None
    # Private names: TensorFlow tells nobody that a seed was set again.
    from tensorflow.python.eager.context import context, global_seed

    seed = global_seed()
    return None if seed is None else Place((int(seed), _runs.number_since(context()._rng)), (), collections.Counter())


def is_seeded() -> bool:
    """Returns whether a call that is made now gets seeds."""
    if current_place.get() is not None:
        return True
    if "tensorflow" not in sys.modules:
        return False
    from tensorflow.python.eager.context import global_seed

    return global_seed() is not None


def seeds_of_call() -> tuple[int, int] | None:
    """Returns the seeds for a call that is made now; None if there is no global seed.

    Call it before the call goes to another thread. Outside of any invocation each call
    counts as one.
    """
    place = current_place.get() or start_run()
    return place.next_seeds() if place is not None else None


class _Runs:
    """Counts the runs since the global seed was set; setting it makes a new stream."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stream: object = None
        self._count = 0

    def number_since(self, stream: object) -> int:
        with self._lock:
            if stream is not self._stream:
                self._stream, self._count = stream, 0
            self._count += 1
            return self._count - 1


_runs = _Runs()
