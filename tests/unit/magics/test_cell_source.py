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


def test_comments_and_blank_lines_may_stand_above_the_magic_and_count(rewritten):
    call = "get_ipython().run_line_magic('tff_execute', '')\n"
    assert rewritten("# mine\n\n%%tff_execute\nx = 1\n") == f"# mine\n\n{call}x = 1\n"
    assert rewritten("# mine\n%%tff_execute\n") == f"# mine\n{call}"
    assert rewritten("# mine\n%%tff_execute --background\nx = 1\n") == (
        "get_ipython().run_cell_magic('tff_execute', '--background', '\\n\\nx = 1\\n')\n"
    )
    assert rewritten("# mine\n%%tff_execute --vieww\nx = 1\n") == "%%tff_execute --vieww\nx = 1\n"


@pytest.mark.parametrize("cell", ["# mine\n", "# mine\n%%time\nx = 1\n", "x = 1\n%%tff_execute\n", "\n", "#"])
def test_other_cells_with_comments_stay_as_they_are(rewritten, cell):
    assert rewritten(cell) == cell


def test_below_code_the_magic_says_where_it_belongs(shell, capsys):
    assert not shell.run_cell("x = 1\n%%tff_execute\nmean([1.0])").success
    told = capsys.readouterr()
    assert "`%%tff_execute` must be the first line of its cell." in told.out + told.err


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
