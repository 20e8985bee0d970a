"""What the line of options says, and what is refused in one line."""

import pytest
from IPython.core.error import UsageError

import tffsim as tff
from tffsim.magics.background_run import BackgroundRun
from tffsim.magics.cell_code import CellCode
from tffsim.magics.option_line import with_joined_lists, words_of
from tffsim.magics.options import read_options
from tffsim.magics.spelling import did_you_mean
from tffsim.views import PANELS
from tffsim.views.panels.declared import OVERVIEW


@pytest.fixture
def options(shell):
    """Reads a line of options as the magic does."""
    magic = shell.magics_manager.magics["line"]["tff_execute"]
    return lambda line: read_options(magic, line, shell.user_ns)


@pytest.mark.parametrize(
    ("line", "panels"),
    [
        ("", PANELS),
        ("--view none", ()),
        ("--view Stack", ("stack",)),
        ("--view stack, clients", ("stack", "clients")),
        ("--view=stack , AST --values all", ("stack", "ast")),
        ('--view "stack, clients"', ("stack", "clients")),
        ("--view='AST'", ("ast",)),
        ("--view overview", OVERVIEW),
        ("--view overview,graph,stack", (*OVERVIEW, "graph")),
    ],
)
def test_panels_are_named_as_their_tabs_and_lists_may_have_blanks(options, line, panels):
    assert options(line).panels == panels


def test_only_a_list_of_panels_is_joined():
    assert with_joined_lists("--view stack x, y = 1, 2") == "--view stack x, y = 1, 2"
    assert with_joined_lists("f(x, --view, y)") == "f(x, --view, y)"
    assert with_joined_lists("--view a, b  f(x, y)") == "--view a,b  f(x, y)"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("--view stak", "There is no panel 'stak'. Did you mean stack?"),
        ("--view stack,none", "There is no panel 'none'"),
        ("--vieww stack", "unrecognized arguments: --vieww stack. Did you mean --view?"),
        ("--stack debgu", "There is no stack 'debgu'. Did you mean debug?"),
        ("--stack mein", "There is no stack 'mein'. Did you mean mine?"),
        ("--trace mean", "--trace would overwrite `mean`, which is a computation. Choose another name."),
        ("--background mean", "--background would overwrite `mean`, which is a computation."),
        ("--trace np", "--trace would overwrite `np`, which is in use."),
        ("--trace number", "--trace would overwrite `number`, which is in use. Choose another name."),
        ("--trace handle", "--trace would overwrite `handle`, which is in use."),
        ("--background number", "--background would overwrite `number`, which is in use."),
        ("--background old", "--background would overwrite `old`, which is in use."),
        ("--save 'no end", "No closing quotation"),
    ],
)
def test_what_is_wrong_is_told_in_one_line_with_what_was_meant(shell, options, line, message):
    shell.user_ns |= {"mine": tff.local_executor_factory(), "number": 3, "old": tff.trace(lambda: None)().trace}
    shell.user_ns["handle"] = BackgroundRun(shell, CellCode(shell, ""), None)
    with pytest.raises(UsageError) as caught:
        options(line)
    assert message in str(caught.value) and "\n" not in str(caught.value)


def test_a_name_without_a_value_and_that_of_an_older_one_of_its_kind_may_be_given_again(shell, options):
    handle = BackgroundRun(shell, CellCode(shell, ""), None)
    shell.user_ns |= {"old": tff.trace(lambda: None)().trace, "handle": handle, "nothing": None}
    line = options("--trace old --background=handle")
    assert (line.trace, line.background, options("--trace nothing").trace) == ("old", "handle", "nothing")


def test_the_separators_of_a_path_on_windows_and_what_is_no_comment_stay():
    assert words_of(r"--save C:\runs\one#2 --trace t") == ["--save", r"C:\runs\one#2", "--trace", "t"]


def test_a_saved_trace_gets_the_ending_of_traces(options, tmp_path):
    assert options(f"--save {tmp_path}/x").save == f"{tmp_path}/x.tfftrace"
    assert options(f"--save {tmp_path}/run.3").save == f"{tmp_path}/run.3.tfftrace"
    assert options(f"--save {tmp_path}/x.tfftrace").save == f"{tmp_path}/x.tfftrace"
    assert options("--save /dev/null").save == "/dev/null"
    assert options(f'--save "{tmp_path}/my run"').save == f"{tmp_path}/my run.tfftrace"
    assert options(f"--save='{tmp_path}/my run'").save == f"{tmp_path}/my run.tfftrace"


def test_a_folder_is_no_file_to_save_a_trace_in(options, tmp_path):
    (tmp_path / "x.tfftrace").mkdir()
    for given, folder in ((tmp_path, tmp_path), (f"{tmp_path}/x", f"{tmp_path}/x.tfftrace")):
        with pytest.raises(UsageError) as caught:
            options(f"--save {given}")
        assert str(caught.value) == f"--save cannot write '{folder}': it is a folder. Name a file in it."


def test_a_question_is_asked_only_about_what_looks_alike():
    assert did_you_mean("trafic", PANELS) == " Did you mean traffic?"
    assert did_you_mean("cake", PANELS) == ""
