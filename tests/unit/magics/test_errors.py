"""How IPython shows errors of what the magics run."""

import re

import pytest


@pytest.mark.parametrize(
    ("code", "error"),
    [("x = = 1", "SyntaxError"), ("return 5", "SyntaxError"), ("if True:\nx = 1", "IndentationError")],
)
def test_code_that_is_no_python_is_shown_as_in_a_plain_cell(shell, capsys, code, error):
    def shown(cell):
        assert not shell.run_cell(cell).success
        return re.sub(r"<ipython-input-\S+>|Cell In *\[\d+\]|\x1b\[[0-9;]*m", "", capsys.readouterr().out)

    plain = shown(f"pass\n{code}")
    assert error in plain and "Traceback" not in plain
    assert shown(f"%%tff_execute --background\n{code}") == plain
    if "\n" not in code:
        assert shown(f"%tff_execute {code}") == shown(code)
