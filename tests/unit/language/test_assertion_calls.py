"""How a user wrote what an assertion compares."""

from tffsim.language.assertion_calls import compared_at, is_number

SOURCE = """
    tf.debugging.assert_positive(goods, "none")
    tf.debugging.assert_less(
        total, y=limit)
    tf.print(goods)
"""


def test_the_values_of_the_assertion_at_a_line_are_told_as_written():
    assert compared_at(SOURCE, 2) == ("goods", "'none'")
    assert compared_at(SOURCE, 3) == compared_at(SOURCE, 4) == ("total", "limit")


def test_nothing_is_told_of_other_lines_long_values_and_what_is_no_source():
    assert compared_at(SOURCE, 5) == compared_at("f(", 1) == ("", "")
    assert compared_at(f"assert_less({'x' * 40}, 7)", 1) == ("", "7")


def test_numbers_are_told_apart_from_names():
    assert is_number("-1.5e-3") and is_number("7") and not is_number("n")
