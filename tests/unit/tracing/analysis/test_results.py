"""The numbers among results have the names that Python gives them."""

import tffsim as tff
from tests.unit.tracing.traced_programs import AT_CLIENTS, FLOAT, half, rounds, secure_sum, traced
from tffsim.tracing.analysis.program import build_program
from tffsim.tracing.analysis.results import numbers_among, values_of_results
from tffsim.tracing.document.span_reader import SpanReader


def numbers(snapshot) -> list[dict[str, float]]:
    program = build_program(snapshot, snapshot.invocations[-1].root)
    results = values_of_results(snapshot, list(range(len(snapshot.invocations))))
    return [numbers_among(SpanReader(snapshot), program, values) for values in results]


def test_members_have_their_names_and_a_whole_result_has_none():
    assert numbers(rounds())[0] == {"mean": 0.0, "most": 3.0}
    assert numbers(traced(half, 3.0)) == [{"": 1.5}]
    assert numbers(traced(secure_sum, [1, 2])) == [{"": 3.0}]


def test_members_without_names_are_called_as_they_are_written():
    pair = tff.federated_computation(
        lambda values: (tff.federated_sum(values), values, tff.federated_max(values)), AT_CLIENTS
    )
    assert numbers(traced(pair, [1.0, 2.0])) == [{"result[0]": 3.0, "result[2]": 2.0}]


def test_what_is_no_number_is_left_out():
    vector = tff.tf_computation(lambda x: [x, x], FLOAT)
    assert all(isinstance(number, float) for number in numbers(traced(vector, 1.0))[0].values())
