"""What an executor for remote clients has been asked, written down: steps, and what they need.

Nothing of it is sent before somebody needs a result. Then all that the result needs, and that the worker does not
have, is one program. What is written down stays as long as somebody may need it: if the worker is lost, the
same steps make the same values elsewhere.
"""

import itertools
import weakref
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import TypeAlias

import federated_language as fl

from tffsim.concurrency.random_streams import Place, current_place
from tffsim.language.identity_cache import IdentityCache
from tffsim.remote.remote_session import ExecutorKey, RemoteSession, Upload
from tffsim.remote.wire import executor_pb2 as messages
from tffsim.remote.wire.computations import SentComputation, check_size
from tffsim.tracing.recording.adoption import Adoption
from tffsim.tracing.recording.spans import current_span
from tffsim.tracing.recording.wire_bytes import WireBytes

_numbers = itertools.count(1)
_counter: IdentityCache[object, int] = IdentityCache(lambda calls: next(_numbers), max_size=256)

WriteStep: TypeAlias = "Callable[[messages.Step, Program], None]"
"""Writes into a message how a value is made."""


class Node:
    """A value at a worker: how it is made, and where it is.

    Args:
        type_signature: Its type.
        sources: What it is made of.
        write: Writes how it is made.

    Attributes:
        session: Where it is; None if it is nowhere.
        number: The number that it has there, or has in the program that makes it.
        is_sent: Whether it is made by a program that was sent: it does not need its sources any more.
        num_handles: How many handles stand for it. Without any, it is needed only to make others.
    """

    __slots__ = ("__weakref__", "_ast_node", "_dependents", "_place", "_write", "is_sent", "num_handles", "number",
                 "session", "sources", "type_signature")  # fmt: skip

    def __init__(self, type_signature: fl.Type, sources: "Sequence[Node]", write: WriteStep) -> None:
        self.type_signature = type_signature
        self.sources = tuple(sources)
        self.session: RemoteSession | None = None
        self.number = 0
        self.is_sent = False
        self.num_handles = 0
        self._place = current_place.get()
        span = current_span.get()
        self._ast_node = span.node if span is not None else -1
        self._write = write
        self._dependents: weakref.WeakSet[Node] = weakref.WeakSet()
        for source in self.sources:
            source._dependents.add(self)

    def __del__(self) -> None:
        if self.session is not None:
            self.session.free(self.number)

    def write(self, step: messages.Step, program: "Program") -> None:
        """Writes the step that makes it."""
        self.number = step.id = next(_numbers)
        write_place(self._place, step.place)
        if self._ast_node >= 0 and program.request.watch_spans:
            step.node = self._ast_node
        self._write(step, program)

    def is_needed_after(self, nodes: "Collection[Node]") -> bool:
        """Whether somebody may ask for it after a program that makes these nodes."""
        return self.num_handles > 0 or any(not node.is_sent and node not in nodes for node in list(self._dependents))

    def released(self) -> None:
        """One handle less."""
        self.num_handles -= 1
        self.free_if_unneeded()

    def free_if_unneeded(self) -> None:
        """Lets the worker forget it if nobody needs it."""
        session = self.session
        if session is not None and not self.is_needed_after(()):
            self.session = None
            session.free(self.number)


class Program:
    """A message with all that a value needs and that a worker does not have.

    Args:
        node: What is to be computed.
        session: Where.
        clients: The range of clients whose executor runs it.
        wants_result: Whether the result is to be sent back.
        watches_numbers: Whether somebody reads which numbers are not finite.
        watches_spans: Whether a trace wants to know what the worker does.
        adoption: What makes the spans of the worker part of it.

    Raises:
        ValueError: If its computations are too large.

    Attributes:
        number: The number by which it is followed.
        request: The message; the name of the executor is still missing.
        uploads: What has to be there before it.
        streams: What has to be there too, made only when it is sent: when one piece is there, the next is made.
        result_number: The number of what is computed.
        result_node: The AST node for which it is computed, by its number in a trace; -1 without one.
        wire: What has gone over the wire for it.
    """

    def __init__(
        self,
        node: Node,
        session: RemoteSession,
        executor: ExecutorKey,
        *,
        wants_result: bool,
        watches_numbers: bool,
        watches_spans: bool = False,
        adoption: Adoption | None = None,
    ) -> None:
        self.session = session
        self.executor = executor
        self.wire = WireBytes()
        self.number = next_number()
        self.adoption = adoption
        span = current_span.get()
        self.result_node = span.node if span is not None and watches_spans else -1
        self.uploads: list[Upload] = []
        self.streams: list[Iterator[Upload]] = []
        self.request = messages.BatchRequest(
            session=session.name, send_result=wants_result, watch_numbers=watches_numbers, watch_spans=watches_spans,
            number=self.number,
        )  # fmt: skip
        self._computations: dict[bytes, SentComputation] = {}
        self._nodes = dict.fromkeys(_missing(node, session))
        self._write()
        self.result_number = self.request.compute = node.number
        write_place(current_place.get(), self.request.place)

    def computation(self, computation: SentComputation) -> bytes:
        """Takes a computation that a step needs, and returns its digest."""
        if computation.digest not in self.session.digests:
            self._computations[computation.digest] = computation
        return computation.digest

    def ascribe_steps(self) -> None:
        """Says of the message, which is being sent, which of its bytes are values of which AST nodes."""
        for step in self.request.steps if self.request.watch_spans else ():
            if step.WhichOneof("what") == "value" and step.value.value.WhichOneof("value") != "computation":
                self.wire.ascribe(node_of(step), down=step.value.value.ByteSize())

    def ascribe_result(self, message: messages.BatchResponse) -> None:
        """Says the same of the answer, which has arrived."""
        if self.request.watch_spans and message.WhichOneof("outcome") == "value":
            self.wire.ascribe(self.result_node, up=message.value.ByteSize())

    def arrived(self) -> None:
        """The worker has run the program."""
        self.session.digests.update(self._computations)

    def failed(self) -> None:
        """The worker has not run all of the program."""
        for node in self._nodes:
            node.is_sent, node.session = False, None
            # It may have been made all the same, and is made again under another number.
            self.session.free(node.number)
        for number in self.request.dispose:
            self.session.free(number)
        for step in self.request.steps:
            # Pieces that have come before it, and that it has not taken away.
            for number in step.value.value.federated.payloads:
                self.session.free(number)

    def _write(self) -> None:
        for node in self._nodes:
            node.write(self.request.steps.add(), self)
        check_size(self._computations.values())
        for node, step in zip(self._nodes, self.request.steps, strict=True):
            step.keep = node.is_needed_after(self._nodes)
            node.is_sent, node.session = True, self.session if step.keep else None
        for node in self._nodes:
            for source in node.sources:
                source.free_if_unneeded()
        for computation in self._computations.values():
            self.request.computations.add(
                digest=computation.digest, content=computation.content, provenance=computation.provenance
            )
        self.request.dispose.extend(self.session.take_freed())


def write_place(place: Place | None, message: messages.Place) -> None:
    """Writes a place; places whose calls are counted together get the same counter."""
    if place is None:
        return
    message.seed, message.number_of_run = place.run
    message.path.extend(place.path)
    message.counter = _counter(place.calls)


def node_of(step: messages.Step) -> int:
    """Returns the AST node for which a step is done, by its number in a trace; -1 without one."""
    return step.node if step.HasField("node") else -1


def next_number() -> int:
    """Returns a number that nothing else of this process has."""
    return next(_numbers)


def _missing(node: Node, session: RemoteSession) -> Iterator[Node]:
    """Yields what has to be made, sources first."""
    seen: set[Node] = set()
    waiting = [(node, False)]
    while waiting:
        current, is_ready = waiting.pop()
        if is_ready:
            yield current
        elif current not in seen and current.session is not session:
            seen.add(current)
            waiting.append((current, True))
            waiting += [(source, False) for source in reversed(current.sources)]
