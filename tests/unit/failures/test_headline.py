"""The first lines of a failure: who, where, why, the source around, and what was there."""

import pytest

from tffsim.failures.argument_error import FailureLocation
from tffsim.failures.headline import headline
from tffsim.failures.source_places import SourceLine, source_line_at

_MODEL = "import tensorflow as tf\n\n\ndef log_of(x):\n    check(x)\n    return tf.math.log(x)\n\n\nother = 1\n"


@pytest.fixture
def model(tmp_path):
    path = tmp_path / "model.py"
    path.write_text(_MODEL)
    return path


def failed_at(line, **known):
    return FailureLocation(computation="log_of", placement="clients", client=7, num_clients=20, line=line, **known)


def test_who_where_and_why_come_first_then_five_lines_then_the_value_that_was_there(model):
    shown = headline(failed_at(source_line_at(str(model), 5), given="x = 7.0"), "a client sent seven")
    assert shown == [
        "client 7 (of 20), in `log_of`, model.py:5: a client sent seven",
        "      3 ",
        "      4 def log_of(x):",
        "----> 5     check(x)",
        "      6     return tf.math.log(x)",
        "It had been given x = 7.0",
    ]


@pytest.mark.parametrize("change", ["# longer than before\n" + _MODEL, "x = 1\n"])
def test_of_a_file_that_has_changed_only_the_line_of_then_is_shown(model, change):
    line = source_line_at(str(model), 5)
    model.write_text(change)
    assert headline(failed_at(line), "why")[1:] == ["----> 5 check(x)"]


def test_a_line_from_another_machine_is_shown_alone():
    assert headline(failed_at(SourceLine("/gone/model.py", 5, "check(x)")), "why")[1:] == ["----> 5 check(x)"]
    assert headline(failed_at(SourceLine("/gone/model.py", 5)), "why")[1:] == []


def test_without_a_line_there_is_nothing_to_show_first():
    assert headline(failed_at(None), "why") == []


def test_who_is_left_out_if_nobody_is_known_and_a_long_reason_is_cut():
    shown = headline(FailureLocation(line=SourceLine("/gone/model.py", 5)), "a" * 999)
    assert shown == ["model.py:5: " + "a" * 160 + " ..."]
