"""What an error of TensorFlow says is told without what only TensorFlow's own developers can use."""

import pytest

from tffsim.failures.failure_reason import reason_of

_ASSERTIONS = {
    "assertion failed: [a client sent seven] [Condition x != y did not hold element-wise:] "
    "[x (arg:0) = ] [7] [y (assert_none_equal/y:0) = ] [7]": "a client sent seven\nx != y did not hold: x = 7, y = 7",
    "assertion failed: [too big.  ] [Condition x < y did not hold element-wise:] [x (a/b:0) = ] [[1 2 3...]] "
    "[y (Const:0) = ] [[[1 2][3 4]]]": "too big\nx < y did not hold: x = [1 2 3...], y = [[1 2][3 4]]",
    "assertion failed: [Condition x > 0 did not hold element-wise:] [x (arg:0) = ] [-1]": "x > 0 did not hold: x = -1",
    "assertion failed: [weight is] [-0.5]": "weight is -0.5",
}


@pytest.mark.parametrize("message", _ASSERTIONS)
def test_an_assertion_is_told_by_the_users_words_and_then_by_the_values(message):
    assert reason_of(_error(message)) == _ASSERTIONS[message]
    assert reason_of(_error(f"{message}\n\t [[{{{{node assert/Assert}}}}]]")) == _ASSERTIONS[message]


def test_numbers_in_brackets_are_not_taken_for_names_of_operations():
    assert reason_of(_error("found [[1 2][3 4]] [[{{node model/div}}]] [[ReduceDataset]]")) == "found [[1 2][3 4]]"


def _error(message):
    error = ValueError()
    error.message = message  # As those of TensorFlow have it.
    return error


def test_a_long_line_says_that_it_is_cut_and_the_next_one_is_whole():
    first, second = reason_of(ValueError(f"{'x' * 1000}\nStart it again.")).splitlines()
    assert first.endswith("x ...")
    assert len(first) < 300
    assert second == "Start it again."
