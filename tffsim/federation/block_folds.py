"""Aggregations over many short clients: the work of a chunk of clients, and their fold, in one call.

Whether that is possible, the executor of the clients tells (see `call_block`), and how long
a client takes is known only when some have run. So the first clients run one by one. A
chunk that fails is run again one by one: then the error knows its client.
"""

import collections
import logging
import threading
from collections.abc import Mapping

import federated_language as fl
from federated_language.framework import Executor

from tffsim.concurrency.call_block import BlockRefusedError
from tffsim.concurrency.random_streams import is_seeded
from tffsim.federation.client_chunk import CHUNK_SIZES, ClientChunk
from tffsim.federation.client_results import claiming
from tffsim.federation.client_work import ClientWork, MakeMembers, Mapped, Shared, Split, WorkPlan, digest
from tffsim.federation.federating_strategy import Function
from tffsim.federation.fold_shape import BLOCK_SIZE
from tffsim.language.type_sizes import static_size

_log = logging.getLogger("tffsim")

_CLIENTS_BEFORE_BUILDING = 32
_CLIENTS_THAT_PAY = 224
"""Building a call takes about as long as asking this many short clients one by one. So many must be left of a
first round; the second round shows that there are more."""
_CLIENTS_BEFORE_LARGE_CHUNKS = 256
_TIMES_LATER_WITHOUT_FUNCTIONS = 4
"""Clients that call no function cost little one by one: their call is built later, and rarely in a first round."""
_MAX_CHUNK_BYTES = 8_000_000
_MAX_FOLDS = 128


class BlockFolds:
    """The folds that the stacks of one factory have made. Thread-safe."""

    def __init__(self) -> None:
        self._known: collections.OrderedDict[object, _KnownFold] = collections.OrderedDict()
        self._lock = threading.Lock()

    def of(self, work: ClientWork, accumulate: Function, first_client: int, num_later: int) -> "BlockFold | None":
        """Returns the fold of some clients' work.

        Args:
            work: What each client does.
            accumulate: Takes an accumulator and a member.
            first_client: Index of the first client in the whole cohort.
            num_later: How many clients of the cohort come after these.

        Returns:
            None if clients must be asked one by one.
        """
        plan = WorkPlan(work)
        if plan.can_be_run_only_once() or not _is_small(work.member_type, min(CHUNK_SIZES)):
            return None
        # With seeds, each call that draws random numbers must be made by itself.
        key = plan.key(), digest(accumulate.proto), is_seeded()
        with self._lock:
            known = self._known.get(key)
            if known is None:
                known = self._known[key] = _KnownFold(plan.without_values()[0], accumulate)
                if len(self._known) > _MAX_FOLDS:
                    self._known.popitem(last=False)
            else:
                self._known.move_to_end(key)
            known.note_start(first_client)
        return BlockFold(known, plan, num_later)


class BlockFold:
    """The fold of the clients of one aggregation.

    Args:
        known: What earlier folds of the same work have taught.
        plan: The work, with its arguments.
        num_later: How many clients of the cohort others fold after these.
    """

    def __init__(self, known: "_KnownFold", plan: WorkPlan, num_later: int) -> None:
        self._known = known
        self._plan = plan
        self._num_later = num_later
        self._shared: dict[int, object] | None = None
        self._has_failed = False
        self._must_not_be_shared = False

    def chunk_size_at(self, position: int, num_left: int) -> int:
        """Returns how many of the next clients can be tried in one call; 0 if none can.

        Args:
            position: Index of the next client.
            num_left: How many clients are left.
        """
        known = self._known
        if (
            known.refusal is not None
            or self._has_failed
            or self._must_not_be_shared
            or known.num_single_clients < known.num_before_next_try
            or not known.is_worth_building(num_left + self._num_later)
        ):
            return 0
        sizes = known.sizes if known.num_in_chunks >= _CLIENTS_BEFORE_LARGE_CHUNKS else known.sizes[-1:]
        return next((size for size in sizes if position % size == 0 and num_left >= size), 0)

    @property
    def is_refused(self) -> bool:
        """Whether clients must be asked one by one for ever."""
        return self._known.refusal is not None

    def num_single_clients(self, position: int, num_left: int) -> int:
        """Returns how many clients are to be asked one by one before the next look."""
        is_due = self._known.num_single_clients >= self._known.num_before_next_try
        size = min(CHUNK_SIZES) if is_due else BLOCK_SIZE
        return min(num_left, size - position % size)

    def note_single_clients(self, num_clients: int) -> None:
        """Takes note that clients were asked one by one, and did not fail."""
        self._known.num_single_clients += num_clients
        if self._has_failed:
            self._known.refusal = "its clients fail together, but not alone"

    async def run(self, executor: Executor, clients: range, total: object | None, make: MakeMembers) -> object:
        """Folds a chunk.

        Args:
            executor: That of the clients.
            clients: Their indices.
            total: The accumulator so far, materialised; None starts at the first member.
            make: Makes members one by one.

        Returns:
            The accumulator, materialised; None if the clients must be asked one by one.
        """
        try:
            shared = await self._shared_payloads(executor)
            split = await self._plan.split(clients, self._known.singles, make)
            if split is None:
                return None
            chunk = self._known.chunk(len(clients), split)
            if chunk is None:
                self._must_not_be_shared = True
                return None
            arguments = [shared[position] for position in chunk.shared]
            for client in clients:
                arguments += [await self._plan.payload(position, client) for position in chunk.arguments]
            return await self._run(executor, chunk, arguments, clients, total)
        except BlockRefusedError as refusal:
            self._known.note(refusal)
            return None
        except Exception:
            # Asked one by one, the client that fails says so. If none does, it is a fault of ours.
            _log.debug("Clients %s fail together; they are asked one by one.", clients, exc_info=True)
            self._has_failed = True
            return None

    async def run_alone(self, executor: Executor, client: int, make: MakeMembers) -> object:
        """Does all that one client does in one call, if it takes too long to share a call with others.

        Args:
            executor: That of the clients.
            client: Its index.
            make: Makes members one by one.

        Returns:
            The member, materialised; None if its functions must be called one by one.
        """
        known = self._known
        if not known.are_long or known.refusal is not None or self._has_failed or self._must_not_be_shared:
            return None
        return await self.run(executor, range(client, client + 1), None, make)

    async def _run(
        self, executor: Executor, chunk: ClientChunk, arguments: list[object], clients: range, total: object | None
    ) -> object:
        wanted = self._plan.results_of(chunk.wanted, clients)
        with claiming([member for member in wanted if member is not None]) as is_ours:
            if not is_ours:
                return None
            total, *results = await chunk.run(executor, arguments, total)
            types = [self._plan.steps[position].member_type for position in chunk.wanted] * len(clients)
            for member, result, member_type in zip(wanted, results, types, strict=True):
                if member is not None:
                    member.settle(await executor.create_value(result, member_type))
            self._known.num_in_chunks += len(clients) if len(clients) > 1 else 0
            return total

    async def _shared_payloads(self, executor: Executor) -> Mapping[int, object]:
        """Returns what all clients share, by its position in the plan."""
        if self._shared is None:
            self._shared = {
                position: await (await executor.create_value(await step.payload.get(), step.member_type)).compute()
                for position, step in enumerate(self._plan.steps)
                if isinstance(step, Shared)
            }
        return self._shared


class _KnownFold:
    """What is known of a fold, whatever the arguments."""

    def __init__(self, plan: WorkPlan, accumulate: Function) -> None:
        self.refusal: str | None = None
        self.num_single_clients = 0
        self.num_in_chunks = 0
        calls_functions = any(isinstance(step, Mapped) for step in plan.steps)
        times_later = 1 if calls_functions else _TIMES_LATER_WITHOUT_FUNCTIONS
        self.num_before_next_try = times_later * _CLIENTS_BEFORE_BUILDING
        self.are_long = False
        """Whether a client takes too long to share a call with others."""
        self.sizes = [size for size in CHUNK_SIZES if _is_small(plan.steps[-1].member_type, size)]
        self._first_client = -1
        self._has_returned = False
        self._plan = plan
        self._accumulate = accumulate
        self.singles: set[int] = set()
        """Positions of functions that must be called one by one."""
        self._chunks: dict[tuple[int, Split], ClientChunk | None] = {}

    def note_start(self, first_client: int) -> None:
        """Takes note that a fold begins with this client of the cohort."""
        self._has_returned = self._has_returned or first_client <= self._first_client
        self._first_client = first_client

    def is_worth_building(self, num_left: int) -> bool:
        """Whether a call has been built already, or enough clients will make use of it."""
        return self._has_returned or self.num_in_chunks > 0 or num_left >= _CLIENTS_THAT_PAY

    def chunk(self, size: int, split: Split) -> ClientChunk | None:
        """Returns what there is to do for a chunk of clients; None if it holds too much at a time."""
        key = size, split
        if key not in self._chunks:
            moved = [self._plan.steps[position].member_type for position in (*split.given, *split.wanted)]
            fits = all(_is_small(member_type, size) for member_type in moved)
            self._chunks[key] = ClientChunk(size, self._plan, split, self._accumulate) if fits else None
        return self._chunks[key]

    def note(self, refusal: BlockRefusedError) -> None:
        """Notes that a chunk cannot be one call."""
        self.are_long = refusal.is_long
        if not refusal.is_final:
            # The time until the next look grows.
            self.num_before_next_try = 2 * self.num_single_clients
        elif refusal.step is not None:
            self.singles.add(refusal.step)
        else:
            self.refusal = str(refusal)


def _is_small(type_spec: fl.Type, num_clients: int) -> bool:
    """Whether the members of some clients are known to take little memory."""
    return 0 <= static_size(type_spec) * num_clients <= _MAX_CHUNK_BYTES
