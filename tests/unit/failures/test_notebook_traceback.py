"""A notebook's own formatter of tracebacks is asked for few lines, whatever it calls what it is asked."""

import pytest

import tffsim as tff
from tffsim.failures import notebook_traceback


class Formatter:
    """Of IPython 8 and newer, as far as it is asked; shows as many lines as it is asked for, and four more."""

    def structured_traceback(self, etype, evalue, etb, tb_offset=None, context=5):
        assert tb_offset == 0
        return [f"{etype.__name__}: {evalue}", *[f"line {number}" for number in range(4 + 2 * context)]]


class FormatterOfIPython7(Formatter):
    def structured_traceback(self, etype, value, tb, tb_offset=None, number_of_lines_of_context=5):
        return super().structured_traceback(etype, value, tb, tb_offset, number_of_lines_of_context)


@pytest.mark.parametrize("formatter", [Formatter, FormatterOfIPython7])
def test_an_error_is_shown_on_twelve_lines_at_most(monkeypatch, formatter):
    monkeypatch.setattr(notebook_traceback, "_formatter", formatter)
    lines = notebook_traceback.lines_for_notebook(tff.ArgumentError("too few numbers"))
    assert lines[0] == "ArgumentError: too few numbers" and len(lines) == 11


def test_a_cell_has_its_name_where_the_formatter_has_another(monkeypatch):
    filename = "/tmp/ipykernel_0/123.py"

    class Naming(FormatterOfIPython7):
        def structured_traceback(self, etype, value, tb, tb_offset=None, number_of_lines_of_context=5):
            return [f"{tb.tb_frame.f_code.co_filename} in <module>", "/tmp/model.py in f(x)"]

    monkeypatch.setattr(notebook_traceback, "_formatter", Naming)
    monkeypatch.setattr(notebook_traceback, "cell_name", {filename: "Cell [3]"}.get)
    with pytest.raises(tff.ArgumentError) as raised:
        exec(compile("raise tff.ArgumentError('too few numbers')", filename, "exec"), {"tff": tff})
    error = raised.value.with_traceback(raised.value.__traceback__.tb_next)
    assert notebook_traceback.lines_for_notebook(error) == ["Cell [3] in <module>", "/tmp/model.py in f(x)"]


def test_a_headline_comes_first_and_then_a_shorter_traceback_with_another_message(monkeypatch):
    monkeypatch.setattr(notebook_traceback, "_formatter", Formatter)
    lines = notebook_traceback.lines_for_notebook(tff.ArgumentError("x\n  where: here"), ["client 7", "x = 7"], "x")
    assert lines[:3] == ["client 7", "x = 7", "ArgumentError: x"] and len(lines) == 11


def test_the_line_of_the_magic_is_left_out_unless_it_failed(monkeypatch):
    call = "get_ipython().run_line_magic('tff_execute', '')"

    class OfCell(Formatter):
        def structured_traceback(self, etype, evalue, etb, tb_offset=None, context=5):
            return [f"      1 \x1b[39mget_ipython\x1b[39m{call[11:]}\n----> 2 mean(1.0)", f"----> 1 {call}"]

    monkeypatch.setattr(notebook_traceback, "_formatter", OfCell)
    lines = notebook_traceback.lines_for_notebook(tff.ArgumentError("no list"))
    assert lines == ["----> 2 mean(1.0)", f"----> 1 {call}"]
