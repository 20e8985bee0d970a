"""A data set says how many elements it has, and is asked once: it is the same in each round."""

import pytest
import tensorflow as tf

from tffsim.external_runtime.tensorflow.functions.dataset_lengths import is_endless

FIVE = tf.data.Dataset.range(5)


@pytest.mark.parametrize(
    ("dataset", "expected"),
    [(FIVE, False), (FIVE.repeat(), True), (FIVE.repeat().take(3), False), (FIVE.filter(lambda x: x > 2), False)],
)
def test_a_data_set_is_endless_if_it_says_so(dataset, expected):
    assert is_endless(dataset) is expected


def test_it_is_asked_once(monkeypatch):
    dataset, asked = FIVE.repeat(), []
    monkeypatch.setattr(dataset, "cardinality", lambda: asked.append(1) or tf.data.INFINITE_CARDINALITY)
    assert is_endless(dataset) and is_endless(dataset)
    assert asked == [1]
