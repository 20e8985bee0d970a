"""Which tests meet a fault."""

import os
import subprocess
import sys
import textwrap

import pytest

from tests.mutation import reach
from tests.mutation.reach import WatchedTest, choose_tests
from tests.mutation.runs import ROOT

MODULE = """\
import queue
import threading

class Doubler:
    factor = 2

    def __init__(self):
        self.given, self.taken = queue.Queue(), queue.Queue()
        threading.Thread(target=self._work, daemon=True).start()

    def _work(self):
        while (given := self.given.get()) is not None:
            self.taken.put(self._double(given))

    def _double(self, given):
        if given < 0:
            return -self.factor * -given
        return self.factor * given

def halve(number):
    return number / 2
"""
TESTS = """\
import module
import pytest

@pytest.fixture(scope="module")
def doubler():
    doubler = module.Doubler()
    yield doubler
    doubler.given.put(None)

@pytest.fixture
def four():
    return module.halve(8)

def test_positive(doubler):
    doubler.given.put(2)
    assert doubler.taken.get() == 4

def test_negative(doubler):
    doubler.given.put(-2)
    assert doubler.taken.get() == -4

def test_without_a_thread(four):
    assert four == 4
"""
WATCHED = """\
import pathlib, pytest, sys
from tests.mutation.reach import Only, Watch
folder = pathlib.Path(sys.argv[1])
plugin = Only(sys.argv[2:]) if sys.argv[2:] else Watch(folder, ["module.py"], folder / "reach.json")
sys.exit(pytest.main(["-v", "--rootdir", str(folder), str(folder)], plugins=[plugin]))
"""


def line_of(text):
    return 1 + next(number for number, line in enumerate(MODULE.splitlines()) if text in line)


def run_tests(folder, *names):
    """Runs the tests above in a process of their own and returns what pytest prints."""
    for name, text in {"module.py": MODULE, "test_module.py": TESTS, "pytest.ini": "[pytest]\npythonpath = ."}.items():
        (folder / name).write_text(textwrap.dedent(text))
    command = [sys.executable, "-c", WATCHED, str(folder), *names]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="module")
def watched(tmp_path_factory):
    folder = tmp_path_factory.mktemp("watched")
    run_tests(folder)
    return reach.read(folder / "reach.json")


def reaching(tests, text):
    chosen = choose_tests(tests, "module.py", line_of(text), seconds=1000)
    return {test.name.removeprefix("test_module.py::test_") for test in chosen}


def test_a_line_in_a_thread_that_lives_longer_than_a_test_counts_for_the_test_that_used_it(watched):
    assert reaching(watched, "if given < 0") == {"positive", "negative"}
    assert reaching(watched, "return -self.factor") == {"negative"}
    assert reaching(watched, "return self.factor") == {"positive"}


def test_a_line_in_a_fixture_of_one_test_counts_for_that_test(watched):
    assert reaching(watched, "return number / 2") == {"without_a_thread"}


def test_a_line_in_a_fixture_of_a_file_counts_for_all_tests_of_the_file(watched):
    assert reaching(watched, "self.given, self.taken =") == {"positive", "negative", "without_a_thread"}


def test_a_line_that_runs_at_import_counts_for_all_tests_that_use_its_module(watched):
    assert reaching(watched, "factor = 2") == {"positive", "negative", "without_a_thread"}
    assert choose_tests(watched, "another.py", 1, seconds=1000) == []


def test_tests_of_the_same_name_come_first_and_then_the_cheapest():
    lines = {"tffsim/executors/gate.py": {3}}
    mine = [WatchedTest(f"tests/unit/executors/test_gate.py::test_{n}", 5 - n, lines) for n in range(2)]
    others = [WatchedTest(f"tests/integration/test_all.py::test_{n}", 3 - n, lines) for n in range(3)]
    elsewhere = WatchedTest("tests/unit/executors/test_gate.py::test_other", 0, {"tffsim/executors/gate.py": {4}})
    chosen = choose_tests([*others, elsewhere, *mine], "tffsim/executors/gate.py", 3, seconds=1000)
    assert chosen == [mine[1], mine[0], *reversed(others)]


def test_no_more_tests_are_chosen_than_the_time_allows_but_always_one():
    tests = [WatchedTest(f"tests/test_all.py::test_{n}", n, {"gate.py": {3}}) for n in (4, 2, 3)]
    assert [test.seconds for test in choose_tests(tests, "gate.py", 3, seconds=6)] == [2, 3]
    assert [test.seconds for test in choose_tests(tests, "gate.py", 3, seconds=1)] == [2]


def test_chosen_tests_run_in_the_order_in_which_they_were_chosen(tmp_path):
    names = ["test_module.py::test_without_a_thread", "test_module.py::test_positive", "test_module.py::test_gone"]
    printed = [line.split()[0] for line in run_tests(tmp_path, *names).splitlines() if "PASSED" in line]
    assert printed == names[:2]
