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
        self._factories: dict[int, RemoteExecutorFactory] = {}

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
                return self.start(_number(rest))
            case [] | ["status"]:
                return self.status()
            case ["stop"]:
                return self.stop()
        raise UsageError(f"Say {_COMMANDS}; found {line.strip()!r}.")

    def start(self, count: int) -> str:
        """Starts workers, in addition to those that are there."""
        from tffsim.remote.local_workers import LocalWorkers

        if self._workers is None:
            self._workers = LocalWorkers(count)
        else:
            self._workers.add(count)
        self._forget_factories()
        return self.status()

    def stop(self) -> str:
        """Ends all of them."""
        if self._workers is None:
            return "There are no workers."
        self._forget_factories()
        workers, self._workers = self._workers, None
        count = len(workers.processes)
        workers.close()
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

    def _forget_factories(self) -> None:
        for factory in self._factories.values():
            factory.close()
        self._factories.clear()


def _number(words: Sequence[str]) -> int:
    if len(words) == 1 and words[0].isascii() and words[0].isdigit() and 1 <= int(words[0]) <= _MANY:
        return int(words[0])
    raise UsageError(f"Say how many workers to start, from 1 to {_MANY}, as in %tff_workers start 2.")


def _state(exit_code: int | None) -> str:
    return "runs" if exit_code is None else f"has ended (exit code {exit_code}); %tff_workers start 1 starts another"


notebook_workers = NotebookWorkers()
"""Those of this kernel."""
