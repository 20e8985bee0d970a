"""Which tests reach a line, so that a fault in it meets only those, the cheapest first.

Before any fault is put in, every test runs once and is watched. `sys.settrace` sees all
threads that Python started since, however long they live; it misses those of TensorFlow,
and what happens in processes that a test starts.
"""

import collections
import contextlib
import dataclasses
import inspect
import json
import pathlib
import sys
import threading
import time
import types
from collections.abc import Generator, Iterable, Iterator
from typing import Any

import pytest

_Lines = dict[str, set[int]]
"""By the path of their module."""


@dataclasses.dataclass(frozen=True, slots=True)
class WatchedTest:
    """A test, and what it was seen to do.

    Attributes:
        name: Its node id, which begins with its file.
        seconds: How long it took while it was watched.
        lines: What it reaches of each module. What a file does once for all of its tests counts for each of them.
    """

    name: str
    seconds: float
    lines: _Lines

    @property
    def file(self) -> str:
        """The path of its file."""
        return file_of(self.name)


def file_of(node_id: str) -> str:
    """Returns the path of the file in which pytest found something."""
    return node_id.split("::")[0]


def choose_tests(tests: Iterable[WatchedTest], module: str, line: int, seconds: float) -> list[WatchedTest]:
    """Returns the tests that reach a line, in the order in which they find a fault in it soonest.

    Lines that no test was seen to reach are those that run when their module is imported, or
    in a thread or process that was not watched. All tests that use the module stand for them.

    Args:
        tests: All tests.
        module: The path of the module.
        line: The line.
        seconds: What the tests may take together; the dearest are left out. One is always chosen.
    """
    users = [test for test in tests if module in test.lines]
    reaching = [test for test in users if line in test.lines[module]] or users
    own_file = f"test_{pathlib.PurePath(module).stem}.py"
    reaching.sort(key=lambda test: (pathlib.PurePath(test.file).name != own_file, test.seconds))
    chosen, total = list[WatchedTest](), 0.0
    for test in reaching:
        total += test.seconds
        if total <= seconds or not chosen:
            chosen.append(test)
    return chosen


class Watch:
    """A plugin of pytest that finds out what each test reaches, and writes it to a file.

    Args:
        folder: The checkout in which the tests run.
        modules: Which modules to watch, relative to it.
        path: What to write.
    """

    def __init__(self, folder: pathlib.Path, modules: Iterable[str], path: pathlib.Path) -> None:
        self._modules = {str(folder / module): module for module in modules}
        self._path = path
        self._seconds: dict[str, float] = {}
        self._seen: dict[str, _Lines] = collections.defaultdict(lambda: collections.defaultdict(set))
        self._now = self._seen[""]

    def pytest_sessionstart(self) -> None:
        threading.settrace(self._enter)
        sys.settrace(self._enter)

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(self, collector: pytest.Collector) -> Generator[None, Any, Any]:
        with self._watching(file_of(collector.nodeid)):
            return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, Any, Any]:
        started = time.monotonic()
        with self._watching(item.nodeid):
            result = yield
        self._seconds[item.nodeid] = time.monotonic() - started
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: Any, request: Any) -> Generator[None, Any, Any]:
        is_for_one_test = fixturedef.scope == "function"
        with contextlib.nullcontext() if is_for_one_test else self._watching(file_of(request.node.nodeid)):
            return (yield)

    def pytest_sessionfinish(self) -> None:
        sys.settrace(None)
        tests = [(name, seconds, self._lines_of(name)) for name, seconds in self._seconds.items()]
        self._path.write_text(json.dumps(tests, default=list))

    def _lines_of(self, name: str) -> _Lines:
        lines: _Lines = collections.defaultdict(set)
        for owner in (name, file_of(name)):
            for path, seen in self._seen[owner].items():
                lines[self._modules[path]] |= seen
        return dict(lines)

    @contextlib.contextmanager
    def _watching(self, owner: str) -> Iterator[None]:
        before, self._now = self._now, self._seen[owner]
        try:
            yield
        finally:
            self._now = before

    def _enter(self, frame: types.FrameType, event: str, argument: object) -> Any:
        code = frame.f_code
        # The bodies of modules and classes run in the first test that happens to import them.
        is_function = code.co_flags & inspect.CO_OPTIMIZED
        return self._step if code.co_filename in self._modules and is_function else None

    def _step(self, frame: types.FrameType, event: str, argument: object) -> Any:
        self._now[frame.f_code.co_filename].add(frame.f_lineno)
        return self._step


def read(path: pathlib.Path) -> list[WatchedTest]:
    """Reads what a watch has written."""
    return [
        WatchedTest(name, seconds, {module: set(lines) for module, lines in reached.items()})
        for name, seconds, reached in json.loads(path.read_text())
    ]


class Only:
    """A plugin of pytest that runs some tests, in their order.

    Args:
        names: Their node ids.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._names = list(names)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        found = {item.nodeid: item for item in items}
        items[:] = [found[name] for name in self._names if name in found]
