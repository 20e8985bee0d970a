"""Lines of source as they are drawn."""

import dataclasses
import json

from tests.unit.tracing.traced_programs import rounds, sum_of_logs, traced
from tffsim.tracing.document.snapshot import FunctionInfo
from tffsim.views.panels.source_rows import functions_by_file, source_rows


def notes(snapshot) -> list[str]:
    return [note for row in source_rows(snapshot) for note in row.notes]


def test_values_stand_below_their_line_with_the_name_of_the_parameter():
    assert "x = 1, 2" in notes(traced(sum_of_logs, [1.0, 2.0]))
    assert "0, 0.693147" in notes(traced(sum_of_logs, [1.0, 2.0]))


def test_of_many_values_the_first_are_told_or_the_least_and_the_greatest():
    told = notes(traced(sum_of_logs, [float(k) for k in (1, 2, 3, 4, 5, 6)]))
    assert "x = 1, 2, 3, …" in told
    assert "0 … 1.792" in told


def test_marks_say_who_and_what():
    (mark,) = (mark for row in source_rows(traced(sum_of_logs, [1.0, -1.0])) for mark in row.marks)
    assert (mark.kind, mark.text) == ("nan", "client 1: -1 → nan")


def test_rows_can_be_written_as_json():
    told = [dataclasses.asdict(row) for row in source_rows(rounds())]
    assert json.loads(json.dumps(told)) == told


def test_a_function_inside_another_is_shown_once_in_the_order_of_the_file():
    outer = FunctionInfo("outer", "model.py", 5, "def outer():\n    def inner():\n        return 1\n    return inner\n")
    inner = FunctionInfo("inner", "model.py", 6, "    def inner():\n        return 1\n")
    first, other = FunctionInfo("first", "model.py", 1, "def first(): pass\n"), FunctionInfo("f", "Cell In[2]", 6, "")
    assert functions_by_file([inner, outer, first, other]) == {"model.py": [2, 1], "Cell In[2]": [3]}
