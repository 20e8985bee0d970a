"""TensorFlow in computations: each known mistake gets its message."""

import pytest

from tests.unit.computations.mistakes.tensorflow import MISTAKES


@pytest.mark.parametrize(("code", "message"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_gets_its_message(code, message, gets_message):
    gets_message(code, message)
