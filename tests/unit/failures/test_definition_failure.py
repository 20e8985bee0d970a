"""What is known of an error that came out of a user's function."""

import json
import linecache

import numpy as np
import pytest

from tffsim.failures.definition_failure import Failure


def failure_of(function, *arguments):
    try:
        function(*arguments)
    except Exception as error:
        return Failure(error, function, function.__name__, is_typed=True)
    raise AssertionError("It did not fail.")


def divide(x, y):
    return (x + 1) / y


def test_the_part_that_failed_is_told_and_not_the_whole_line():
    failure = failure_of(divide, 1, 0)
    assert failure.line == "return (x + 1) / y"
    assert failure.expression == "(x + 1) / y"
    assert failure.source.startswith("test_definition_failure.py:") and failure.source.endswith(failure.line)


def test_names_in_the_failing_part_stand_for_their_values():
    assert failure_of(divide, 1, 0).names() == {"x": 1, "y": 0}


def test_names_in_calls_within_it_are_left_out():
    def nested(x, y):
        return abs(x) / y

    assert failure_of(nested, 1, 0).names() == {"y": 0}


def test_attributes_are_names_too():
    class Holder:
        def __init__(self):
            self.rate = 0

    def of_object(holder):
        return 1 / holder.rate

    failure = failure_of(of_object, Holder())
    assert failure.names()["holder.rate"] == 0
    assert failure.name_of(lambda value: value == 0, "nothing") == "holder.rate"
    assert failure.name_of(lambda value: value == 17, "nothing") == "nothing"


def test_an_expression_over_several_lines_becomes_one():
    def spread(text):
        return json.loads(
            text,
        )

    assert failure_of(spread, "{").expression == "json.loads( text, )"


def test_the_innermost_of_several_functions_of_the_user_is_told():
    def outer(x):
        return divide(x, 0)

    failure = failure_of(outer, 1)
    assert failure.function is outer and failure.expression == "(x + 1) / y"
    assert [frame.f_code.co_name for frame in failure.around] == ["failure_of", "outer"]


def test_the_head_of_a_loop_is_told_without_its_body():
    def loop(x):
        for element in x:
            print(element)

    failure = failure_of(loop, 3)
    assert failure.expression == "for element in x"
    assert failure.names()["x"] == 3


def test_a_long_expression_is_cut():
    def long(x):
        return x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + {}

    assert len(failure_of(long, 1).expression) == 64 and failure_of(long, 1).expression.endswith(" ...")


def test_a_call_into_a_library_is_known_with_its_name():
    def parse(text):
        return json.loads(text)

    failure = failure_of(parse, "{")
    assert failure.is_called("json") and not failure.is_called("numpy")
    assert failure.called_attribute == "loads"
    assert failure_of(divide, 1, 0).called == [] and failure_of(divide, 1, 0).called_attribute == ""


def test_an_error_outside_of_the_function_has_the_place_of_its_def():
    failure = Failure(ValueError("before it was called"), divide, "divide", is_typed=True)
    assert failure.trace is None and failure.line == failure.expression == "" and failure.names() == {}
    assert failure.source.endswith(": def divide(x, y):")
    assert Failure(ValueError("nobody knows"), None, "f", is_typed=False).source is None


@pytest.mark.parametrize("function", [np.linalg.inv, json.loads])
def test_a_function_of_a_library_alone_is_told_with_all_that_it_called(function):
    failure = failure_of(function, np.zeros((2, 2)))
    assert failure.called and failure.source.startswith("test_definition_failure.py:")


def test_code_without_source_is_told_without_its_text():
    variables = {}
    exec(compile("def f(x):\n    return x / 0", "gone.py", "exec"), variables)
    failure = failure_of(variables["f"], 1)
    assert linecache.getline("gone.py", 2) == ""
    assert (failure.source, failure.expression, failure.names()) == ("gone.py:2", "", {})
