"""The worker processes of a notebook: `%tff_workers start 2`, `status` and `stop`. They end with the kernel."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from IPython.core.error import UsageError

if TYPE_CHECKING:
    from tffsim.executor_stacks.remote import RemoteExecutorFactory
    from tffsim.remote.local_workers import LocalWorkers

_COMMANDS = "%tff_workers start 2, %tff_workers status or %tff_workers stop"
_MANY = 16


class NotebookWorkers:
    """Workers on this machine, and the factory that uses them; there are none before `start`."""

    def __init__(self) -> None:
        self._workers: LocalWorkers | None = None
        self._allow_ops = "strict"
        self._factories: dict[int, RemoteExecutorFactory] = {}
        self._older_factories: list[RemoteExecutorFactory] = []

    @property
    def are_there(self) -> bool:
        """Whether there are any."""
        return self._workers is not None

    def command(self, line: str) -> str:
        """Does what the line of the magic says, and returns what there is to tell.

        Raises:
            UsageError: If it says nothing that the magic knows.
        """
        match line.split():
            case ["start", *rest]:
                return self.start(*_how(rest))
            case [] | ["status"]:
                return self.status()
            case ["stop"]:
                return self.stop()
        raise UsageError(f"Say {_COMMANDS}; found {line.strip()!r}.")

    def start(self, count: int, allow_ops: str = "") -> str:
        """Starts workers, in addition to those that are there.

        Args:
            count: How many.
            allow_ops: Which operations they run: see `local_workers`. Empty for what others do, or `strict`.

        Raises:
            UsageError: If others are there that run other operations.
        """
        from tffsim.remote.local_workers import LocalWorkers, operations_option

        if self._workers is None:
            self._allow_ops = allow_ops or "strict"
            self._workers = LocalWorkers(count, options=operations_option(self._allow_ops))
        elif allow_ops in ("", self._allow_ops):
            self._workers.add(count)
        else:
            raise UsageError(f"There are workers with --allow-ops {self._allow_ops}. End them first: %tff_workers stop")
        # What runs on the others goes on there; the next call has all workers.
        self._older_factories += self._factories.values()
        self._factories.clear()
        return self.status()

    def stop(self) -> str:
        """Ends all of them."""
        if self._workers is None:
            return "There are no workers."
        workers, self._workers = self._workers, None
        count = len(workers.processes)
        workers.close()
        self._factories.clear()
        self._older_factories.clear()
        return f"{count} worker{'s' * (count != 1)} ended."

    def status(self) -> str:
        """Returns a line for each worker."""
        if self._workers is None:
            return f"There are no workers. Start some: {_COMMANDS.split(',')[0]}"
        pairs = zip(self._workers.addresses, self._workers.processes, strict=True)
        lines = [f"{address}  process {p.pid}  {_state(p.poll())}" for address, p in pairs]
        return "\n".join([*lines, "Use them with %%tff_execute --stack remote, or %tff_stack remote."])

    def factory(self, clients: int = 0) -> "RemoteExecutorFactory":
        """Returns the factory of stacks that use them.

        Args:
            clients: How many clients there are where arguments do not tell.

        Raises:
            UsageError: If there are none.
        """
        from tffsim.executor_stacks.remote import remote_executor_factory

        if self._workers is None:
            raise UsageError("There are no workers for --stack remote. Start some first: %tff_workers start 2")
        if clients not in self._factories:
            self._factories[clients] = remote_executor_factory(self._workers, default_num_clients=clients)
        return self._factories[clients]

    def made(self, factory: object) -> bool:
        """Whether a factory is one of these workers, or of some of them."""
        return any(factory is known for known in [*self._factories.values(), *self._older_factories])


def _how(words: Sequence[str]) -> tuple[int, str]:
    """Returns how many workers to start, and which operations they are to run."""
    match words:
        case [number]:
            return _number(number), ""
        case [number, "--allow-ops", ("strict" | "all") as allow_ops]:
            return _number(number), allow_ops
    raise _no_number()


def _number(word: str) -> int:
    if word.isascii() and word.isdigit() and 1 <= int(word) <= _MANY:
        return int(word)
    raise _no_number()


def _no_number() -> UsageError:
    return UsageError(
        f"Say how many workers to start, from 1 to {_MANY}, as in %tff_workers start 2, and for functions with "
        "`tf.print`: %tff_workers start 2 --allow-ops all"
    )


def _state(exit_code: int | None) -> str:
    return "runs" if exit_code is None else f"has ended (exit code {exit_code}); %tff_workers start 1 starts another"


notebook_workers = NotebookWorkers()
"""Those of this kernel."""
