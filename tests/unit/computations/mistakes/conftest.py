"""What each mistake of the table must get: one sentence that says what was wrong, where, and what to do."""

import linecache

import pytest

import tffsim as tff
from tests.unit.computations.mistakes import MARK, PRELUDE

FILE = "mistake.py"


@pytest.fixture(scope="session")
def variables():
    """What the code of the mistakes sees."""
    variables = {"__name__": "mistake"}
    exec(compile(PRELUDE, "prelude.py", "exec"), variables)
    return variables


@pytest.fixture
def gets_message(variables):
    """Makes a mistake, and checks that it gets its message and the line that is marked."""

    def gets_message(code, message):
        linecache.cache[FILE] = len(code), None, code.splitlines(keepends=True), FILE
        with pytest.raises((tff.DefinitionError, tff.ArgumentError)) as caught:
            exec(compile(code, FILE, "exec"), dict(variables))
        text = str(caught.value)
        assert text.splitlines()[0] == message
        assert len(text) <= 500
        marked = [line for line, source in enumerate(code.splitlines(), 1) if source.endswith(MARK)]
        assert [line for line in range(1, 20) if f"  line:     {FILE}:{line}: " in text] == marked
        if marked:
            files = {str(entry.path).rpartition("/")[2] for entry in caught.traceback}
            assert files == {"conftest.py", FILE}

    return gets_message
