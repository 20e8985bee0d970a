"""`%tff_workers` starts, lists and ends workers, and `--stack remote` uses them."""

import pytest
from IPython.core.error import UsageError

from tffsim.magics import stack_choice
from tffsim.magics.notebook_workers import NotebookWorkers
from tffsim.remote import local_workers


class Process:
    def __init__(self, pid):
        self.pid = pid
        self.exit_code = None

    def poll(self):
        return self.exit_code


class Started:
    """Workers that are none."""

    memory_key = "key"

    def __init__(self, count, options=()):
        self.processes, self.addresses, self.is_closed, self.options = [], [], False, options
        self.users = []
        self.add(count)

    def add(self, count=1):
        for _ in range(count):
            number = len(self.processes) + 1
            self.processes.append(Process(number))
            self.addresses.append(f"127.0.0.1:{number}")

    def end_first(self, user):
        self.users.append(user)

    def close(self):
        for user in self.users:
            user.end("They have ended.")
        self.is_closed = True


@pytest.fixture
def workers(monkeypatch):
    monkeypatch.setattr(local_workers, "LocalWorkers", Started)
    made = NotebookWorkers()
    monkeypatch.setattr(stack_choice, "notebook_workers", made)
    return made


def test_workers_are_started_listed_and_ended(workers):
    assert "no workers" in workers.command("")
    assert workers.command("start 2").splitlines()[1] == "127.0.0.1:2  process 2  runs"
    assert len(workers.command("start 1").splitlines()) == 4
    workers._workers.processes[0].exit_code = -9
    assert "has ended (exit code -9)" in workers.command("status").splitlines()[0]
    started = workers._workers
    assert workers.command("stop") == "3 workers ended."
    assert started.is_closed
    assert workers.command("stop") == "There are no workers."


@pytest.mark.parametrize(
    "line",
    [
        "start",
        "start no",
        "start 0",
        "start 17",
        "start 2 3",
        "start ²",
        "start 2 --allow-ops",
        "start 2 --allow-ops some",
        "go",
        "status now",
    ],
)
def test_what_the_magic_does_not_know_is_answered_with_what_it_does(workers, line):
    with pytest.raises(UsageError, match="%tff_workers start 2"):
        workers.command(line)


def test_the_remote_stack_needs_workers(workers):
    assert stack_choice.names_of_stacks({}) == ["local", "debug"]
    with pytest.raises(UsageError, match="%tff_workers start 2"):
        stack_choice.chosen_context({}, "remote")


def test_the_remote_stack_uses_the_workers(workers):
    workers.command("start 2")
    assert stack_choice.names_of_stacks({}) == ["local", "debug", "remote"]
    factory = stack_choice.chosen_context({}, "remote").executor_factory
    assert [connection.address for connection in factory.workers.connections] == ["127.0.0.1:1", "127.0.0.1:2"]
    assert stack_choice.chosen_context({}, "remote").executor_factory is factory
    assert stack_choice.chosen_context({}, "remote", clients=5).executor_factory.default_num_clients == 5
    with pytest.raises(UsageError, match="divided among the workers"):
        stack_choice.chosen_context({}, "remote", max_fanout=2)
    workers.command("start 1")
    assert len(stack_choice.chosen_context({}, "remote").executor_factory.workers.connections) == 3
    workers.command("stop")


def test_what_runs_on_workers_goes_on_while_others_start(workers, monkeypatch):
    workers.command("start 1")
    before = stack_choice.chosen_context({}, "remote").executor_factory
    closed = []
    monkeypatch.setattr(type(before), "close", lambda factory: closed.append(factory))
    workers.command("start 1")
    now = stack_choice.chosen_context({}, "remote").executor_factory
    assert not closed and now is not before
    assert workers.made(before) and workers.made(now) and not workers.made(None)
    workers.command("stop")
    assert set(closed) == {now, before} and not workers.made(now)


def test_workers_run_the_operations_that_were_asked_for(workers):
    workers.command("start 1 --allow-ops all")
    assert workers._workers.options == ["--allow-ops", "all"]
    workers.command("start 1")
    with pytest.raises(UsageError, match=r"with --allow-ops all\. End them first: %tff_workers stop"):
        workers.command("start 1 --allow-ops strict")
    workers.command("stop")
    workers.command("start 1")
    assert workers._workers.options == ["--allow-ops", "strict"]
