"""The names in an AST lead to the user's lines and variables."""

import pickle
import subprocess
import sys
import textwrap

import federated_language as fl
import numpy as np
import pytest

import tffsim as tff
from tests.unit.computations import call_places_elsewhere
from tffsim.language import provenance
from tffsim.language.proto_parts import parts_of

FLOATS = tff.FederatedType(np.float32, tff.CLIENTS)


@tff.tf_computation(np.float32)
def halve(x):
    return x / 2


@tff.federated_computation(FLOATS)
def mean_of_halves(values):
    halves = tff.federated_map(halve, values)
    return tff.federated_mean(halves)


def calls_of(computation):
    """Returns the source, and for each call the text of its line and its variable, in the order of the AST."""
    found = []
    for entry in parts_of(computation.to_proto()):
        for local in entry.block.local if entry.HasField("block") else ():
            place, source = provenance.place_of_call(local.name), provenance.source_of_call(local.name)
            lines = place.function.text.splitlines()
            found.append((source.name, lines[place.line - place.function.line].strip(), place.variable))
    return found


def test_each_call_knows_its_line_and_its_variable():
    assert calls_of(mean_of_halves) == [
        ("mean_of_halves", "halves = tff.federated_map(halve, values)", "halves"),
        ("mean_of_halves", "return tff.federated_mean(halves)", ""),
    ]


def test_calls_in_one_statement_are_told_apart():
    @tff.federated_computation(FLOATS)
    def nested(values):
        result: object = tff.federated_sum(
            tff.federated_map(
                halve,
                values,
            )
        )
        return result

    assert calls_of(nested) == [
        ("nested", "tff.federated_map(", ""),
        ("nested", "result: object = tff.federated_sum(", "result"),
    ]


def test_a_name_that_is_given_on_the_way_is_known():
    @tff.federated_computation(FLOATS)
    def walrus(values):
        return (total := tff.federated_sum(values)), tff.federated_broadcast(total)

    assert [variable for _, _, variable in calls_of(walrus)] == ["total", ""]


def test_equal_functions_in_two_places_are_two_functions():
    def make():
        @tff.federated_computation(FLOATS)
        def total(values):
            return tff.federated_sum(values)

        return total

    @tff.federated_computation(FLOATS)
    def total(values):
        return tff.federated_sum(values)

    keys = {name for computation in (make(), make(), total) for name in _names(computation)}
    assert len(keys) == 2
    assert _names(make()) == _names(make())


def _names(computation):
    blocks = [part.block for part in parts_of(computation.to_proto()) if part.HasField("block")]
    return [local.name for block in blocks for local in block.local]


def test_functions_within_functions_keep_their_own_lines():
    @tff.federated_computation(FLOATS)
    def outer(values):
        inner = mean_of_halves(values)
        return tff.federated_broadcast(inner)

    by_function = [(name, variable) for name, _, variable in calls_of(outer)]
    assert by_function == [("outer", "inner"), ("outer", ""), ("mean_of_halves", "halves"), ("mean_of_halves", "")]


def test_lambdas_in_a_loop_are_told_apart_by_their_place_and_share_none_of_their_names():
    @tff.federated_computation(FLOATS)
    def looping(values):
        for _ in range(3):
            values = tff.federated_map(tff.federated_computation(lambda x: halve(x), np.float32), values)
        return values

    names = _names(looping)
    assert len(names) == 6
    assert {provenance.source_of_call(name).name for name in names} == {"looping", "<lambda>"}
    assert looping([2.0, 4.0]) == [0.25, 0.5]


def test_a_function_of_another_module_that_calls_an_operator_is_where_the_call_is():
    @tff.federated_computation(FLOATS)
    def borrowing(values):
        return call_places_elsewhere.total(values)

    (name,) = _names(borrowing)
    place = provenance.place_of_call(name)
    assert (place.function.name, place.function.filename) == ("total", call_places_elsewhere.__file__)
    assert place.variable == "summe_aller_werte"
    assert provenance.source_of_call(name).name == "borrowing"


def test_names_in_any_script_are_kept():
    @tff.federated_computation(FLOATS)
    def 합계(값):  # noqa: N802, N803 (it is the point)
        평균 = tff.federated_mean(값)  # noqa: N806
        return 평균, 평균

    assert calls_of(합계) == [("합계", "평균 = tff.federated_mean(값)  # noqa: N806", "평균")]
    assert 합계([1.0, 3.0]) == (2.0, 2.0)


def test_untyped_functions_are_known_for_each_type():
    @tff.federated_computation
    def total(values):
        result = tff.federated_sum(values)
        return result, result

    concrete = total.fn_for_argument_type(FLOATS)
    assert calls_of(concrete) == [("total", "result = tff.federated_sum(values)", "result")]


def test_computations_of_the_language_itself_keep_its_names():
    @fl.federated_computation(FLOATS)
    def plain(values):
        return fl.federated_sum(values)

    assert _names(plain) == ["fc_plain_symbol_0"]
    assert provenance.place_of_call("fc_plain_symbol_0") is None


def test_another_process_learns_the_lines_with_the_pickle(tmp_path):
    (tmp_path / "it.pickle").write_bytes(pickle.dumps(mean_of_halves))
    code = """
        import pickle, sys
        from tffsim.language import provenance
        from tffsim.language.proto_parts import parts_of
        computation = pickle.load(open(sys.argv[1], "rb"))
        for part in parts_of(computation.to_proto()):
            if part.WhichOneof("computation") == "tensorflow":
                print(provenance.provenance_of(part).name)
            for local in part.block.local if part.HasField("block") else ():
                print(provenance.source_of_call(local.name).name, provenance.place_of_call(local.name).variable)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), str(tmp_path / "it.pickle")],
        capture_output=True, text=True, check=True, timeout=300,
    )  # fmt: skip
    assert sorted(done.stdout.split("\n")) == ["", "halve", "mean_of_halves ", "mean_of_halves halves"]


@pytest.mark.parametrize("function", [lambda values: tff.federated_sum(values), tff.federated_sum])
def test_functions_without_a_file_of_the_user_run(function):
    assert tff.federated_computation(function, FLOATS)([1.0, 2.0]) == 3.0


def test_computations_of_the_package_tell_their_own_lines_and_variables():
    from tffsim.simulation import fed_avg

    source, line, variable = calls_of(fed_avg.fed_avg())[0]
    assert (source, variable) == ("next_round", "weights_at_clients")
    assert line == "weights_at_clients = tff.federated_broadcast(server_weights)"
