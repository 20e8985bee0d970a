"""What stands in the box of a result."""

import pytest

from tffsim.views.panels.value_words import of_result

RESULTS = {
    "str b'the'": "'the'",
    "int32[5] [5, 3, 4, 1, 2]  min 1  mean 3  max 5": "[5, 3, 4, 1, 2]",
    "float32[64,32] [0.018, -0.019, …]  min -0.56  mean 0.001  max 0.55": "float32[64,32] [0.018, -0.019, …]",
    "<weights=float32[6], bias=0.99>  norm 7.425": "<weights=float32[6], bias=0.99>",
    "<float32[4], float32[4], float32[4]>": "<float32[4], …>",
    "<a=float32[2] [1, 2]  min 1  mean 1.5  max 2, b=3>": "<a=[1, 2], b=3>",
    "21.5": "21.5",
}


@pytest.mark.parametrize("text", RESULTS)
def test_a_result_is_told_by_its_numbers_without_what_sums_them_up(text):
    assert of_result(text) == RESULTS[text]
