"""What a view tells of one value."""

import json

import numpy as np

import tffsim as tff
from tests.unit.tracing.analysis.test_client_values import mean_of_models
from tests.unit.tracing.traced_runs import mean_of_doubles
from tffsim.tracing.document.operations import CREATE_CALL
from tffsim.tracing.document.span_reader import SpanReader
from tffsim.views.panels.value_picture import drawn_value

IMAGE = tff.TensorType(np.float32, [28, 28])


@tff.tf_computation(IMAGE)
def doubled(image):
    return image * 2.0


def drawn_by_calls(trace):
    snapshot = trace.snapshot
    calls = np.flatnonzero(snapshot.columns["operation"] == CREATE_CALL)
    return [drawn for span in calls if (drawn := drawn_value(SpanReader(snapshot), int(span))) is not None]


def test_an_image_that_was_kept_is_drawn_as_it_is_and_else_as_its_sketch():
    image = np.arange(784, dtype=np.float32).reshape(28, 28)
    with tff.trace(values="all") as whole:
        doubled(image)
    with tff.trace() as sketched:
        doubled(image)
    exact, coarse = drawn_by_calls(whole)[0], drawn_by_calls(sketched)[0]
    assert exact["grid"] == [28, 28] and exact["cells"][:3] == [0, 2, 4] and len(exact["cells"]) == 784
    assert coarse["grid"] == [8, 8] and len(coarse["cells"]) == 64
    assert coarse["is_sampled"] and not exact["is_sampled"]


def test_what_is_not_finite_is_null():
    with tff.trace() as trace:
        doubled(np.full([28, 28], np.nan, np.float32))
    drawn = drawn_by_calls(trace)[0]
    assert set(drawn["cells"]) == {None} and json.dumps(drawn, allow_nan=False)


def test_members_of_a_struct_tell_their_numbers():
    with tff.trace() as trace:
        mean_of_models([1.0, 2.0])
    lines = [dict(drawn["lines"]) for drawn in drawn_by_calls(trace)]
    (model, *_) = [found for found in lines if set(found) == {"weights", "loss"}]
    assert "mean" in model["weights"] and model["loss"] == "1"


def test_of_a_number_no_more_is_told_than_its_preview():
    with tff.trace() as trace:
        mean_of_doubles([1.0])
    assert not any(drawn["cells"] for drawn in drawn_by_calls(trace))
