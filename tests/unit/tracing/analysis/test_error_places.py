"""The text of an error names the line in which it arose."""

from tffsim.tracing.analysis.error_places import error_place


def test_a_line_of_a_file_and_one_of_a_cell_are_found():
    assert error_place("ValueError: no\nmodel.py:12: return {1: x}") == ("model.py", 12, "model.py:12")
    assert error_place("ValueError: no\nx < y\nCell [3] line 4: return x[1:2]") == ("Cell [3]", 4, "Cell [3] line 4")


def test_a_line_without_its_source_is_one():
    assert error_place("ValueError: no\nmodel.py:12")[:2] == ("model.py", 12)


def test_an_error_that_tells_none_has_none():
    assert error_place("ValueError: model.py:12 is in the message") == ("", 0, "")
    assert error_place("") == ("", 0, "")
