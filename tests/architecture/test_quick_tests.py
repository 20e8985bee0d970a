"""What `make quick` runs without TensorFlow: many tests, and none that loads it."""

import pathlib
import re
import subprocess
import sys

from tests.conftest import LONG, NOT_QUICK, QUICK, TESTS

RUN = """
import pytest, sys
code = pytest.main(["--quick", "-q", "-p", "no:cacheprovider", "tests/unit"])
print(int(code), "tensorflow" in sys.modules)
"""


def test_no_quick_test_loads_tensorflow():
    # They run: functions that they call may load it.
    command = [sys.executable, "-c", RUN, "--quick"]
    done = subprocess.run(command, cwd=TESTS.parent, capture_output=True, text=True, check=False)
    assert done.stdout.splitlines()[-1] == "0 False", done.stdout[-2000:] + done.stderr
    assert int(re.search(r"(\d+) passed", done.stdout)[1]) > 500


def test_every_place_that_is_listed_is_there():
    files = [path.relative_to(TESTS) for path in TESTS.rglob("test_*.py")]
    assert [pattern for pattern in (*QUICK, *NOT_QUICK, *LONG) if not any(path.match(pattern) for path in files)] == []
    others = [pattern for pattern in NOT_QUICK if not any(map(pathlib.PurePath(pattern).match, QUICK))]
    assert others == [], f"These are not in QUICK anyway: {others}."
