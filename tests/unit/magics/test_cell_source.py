"""How cells with the magic become Python."""

import pytest

from tffsim.magics.cell_source import CellSource, split_statement, transformed


@pytest.fixture
def parser(shell):
    return shell.magics_manager.magics["line"]["tff_execute"].parser


@pytest.fixture
def rewritten(shell):
    """Rewrites a cell, whose lines end as IPython gives them."""
    source = CellSource(shell, shell.magics_manager.magics["line"]["tff_execute"].parser)
    return lambda cell: "".join(source(cell.splitlines(keepends=True)))


@pytest.mark.parametrize("line", ["", "--view none", "--view stack, clients", "--trace t --values all"])
def test_the_first_line_alone_becomes_a_statement(rewritten, line):
    head = f"get_ipython().run_line_magic('tff_execute', {line!r})\n"
    assert rewritten(f"%%tff_execute {line}\nx = 1\n\nx\n") == head + "x = 1\n\nx\n"


@pytest.mark.parametrize("line", ["--help", "--view none", ""])
@pytest.mark.parametrize("body", ["", "\n", "  \n\n"])
def test_so_does_a_line_that_has_no_cell(rewritten, line, body):
    assert rewritten(f"%%tff_execute {line}\n{body}") == f"get_ipython().run_line_magic('tff_execute', {line!r})\n"


@pytest.mark.parametrize(
    "cell", ["x = 1\n", "%%time\nx = 1\n", "%%tff_executes\nx = 1\n", "%%tff_execute --vieww\nx = 1\n", ""]
)
def test_other_cells_and_those_whose_options_are_wrong_stay_as_they_are(rewritten, cell):
    assert rewritten(cell) == cell


def test_the_code_of_a_cell_in_the_background_keeps_its_lines(rewritten):
    assert rewritten("%%tff_execute --background\nx = 1\n") == (
        "get_ipython().run_cell_magic('tff_execute', '--background', '\\nx = 1\\n')\n"
    )


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("", ("", "")),
        ("--view none", ("--view none", "")),
        ("--view none f(x)", ("--view none", "f(x)")),
        ("--view=none --no-trace x = 3", ("--view=none --no-trace", "x = 3")),
        ("--background=run f(x)", ("--background=run", "f(x)")),
        ("--save 'a b' f('c  d')", ("--save 'a b'", "f('c  d')")),
    ],
)
def test_options_come_before_the_statement(parser, line, parts):
    assert split_statement(parser, line) == parts


def test_empty_lines_at_the_top_count(shell):
    assert transformed(shell, "\n\nx = 1") == "\n\nx = 1\n"
