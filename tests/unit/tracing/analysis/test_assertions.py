"""What an assertion compared is told by the names in the user's source, not by those in TensorFlow's."""

import pytest

from tffsim.tracing.analysis.assertions import Assertion, assertion_in
from tffsim.tracing.document.snapshot import FunctionInfo, Place

SOURCE = """\
    @tff.tf_computation(np.float32)
    def price_of(goods):
        tf.debugging.assert_positive(goods)
        tf.debugging.assert_less(
            tf.reduce_sum(goods), limit, message="too dear")
        tf.debugging.assert_equal(x=goods, y=7, message=f"{goods}")
"""
FUNCTIONS = [FunctionInfo("other", "other.py", 1, "broken ("), FunctionInfo("price_of", "shop.py", 10, SOURCE)]
LESS = "InvalidArgumentError: too dear\nx < y did not hold: x = 60, y = 50\nshop.py:14: limit)"


def told(error, line=0, file="shop.py"):
    return assertion_in(error, Place(file, line) if line else None, FUNCTIONS)


def test_both_values_have_the_names_in_the_source_also_where_the_call_has_several_lines():
    for line in (13, 14):
        assert told(LESS, line) == Assertion("60", "tf.reduce_sum(goods)", "< 50", "limit")


def test_a_limit_that_is_a_number_is_told_once_and_arguments_may_be_named():
    assert told("no\nx == y did not hold: x = 8, y = 7", 15) == Assertion("8", "goods", "= 7", "")


def test_an_assertion_about_one_value():
    assert told("x > 0 did not hold: x = -1", 12) == Assertion("-1", "goods", "> 0", "")


@pytest.mark.parametrize(("line", "file"), [(0, "shop.py"), (14, "model.py"), (11, "shop.py"), (1, "other.py")])
def test_without_the_source_there_are_no_names(line, file):
    assert told(LESS, line, file) == Assertion("60", "", "< 50", "")


def test_source_that_nests_too_deeply_has_no_names():
    deep = [FunctionInfo("deep", "deep.py", 1, "x" + "(" * 100_000), FunctionInfo("deep", "deep.py", 1, "-" * 100_000)]
    assert assertion_in(LESS, Place("deep.py", 1), deep) == Assertion("60", "", "< 50", "")


def test_other_errors_and_long_values_are_no_assertions():
    assert told("ValueError: x < y") is None
    assert told(f"too big\nx < y did not hold: x = [{'1 ' * 40}...], y = 7") is None
