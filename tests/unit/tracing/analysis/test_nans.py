"""Where NaN and infinity were made, as a table."""

import pathlib
import warnings

import numpy as np
import pytest

import tffsim as tff
from tests.unit.tracing.traced_programs import AT_CLIENTS, log_of, logs_of_halves, sum_of_logs, traced
from tffsim.tracing.analysis.nans import nans

STACKS = {
    "local": tff.local_executor_factory,
    "tree": lambda: tff.local_executor_factory(max_fanout=2),
    "debug": tff.debug_executor_factory,
}


@pytest.mark.parametrize("stack", STACKS)
def test_a_nan_has_its_client_its_round_your_function_and_your_line(stack):
    with tff.use(STACKS[stack]()), tff.trace() as trace, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        sum_of_logs([1.0, 2.0])
        sum_of_logs([1.0, -1.0])
    (row,) = map(trace.nans().row, range(len(trace.nans())))
    assert (row["what"], row["client"], row["round"], row["function"]) == ("nan", 1, 1, "log_of")
    assert (row["given"], row["value"], row["is_given"], row["is_sampled"]) == ("-1", "nan", False, False)
    assert row["file"].endswith("traced_programs.py")
    source = pathlib.Path(traced.__code__.co_filename).read_text(encoding="utf-8").splitlines()
    assert "return tf.math.log(x)" in source[row["line"] - 1]
    assert trace.spans.row(row["span"])["client"] == 1


def test_infinity_is_told_apart_and_what_is_made_of_it_is_not_told():
    table = nans(traced(logs_of_halves, [0.0, 1.0, -1.0]))
    assert sorted(zip(table["what"], table["client"], strict=True)) == [("inf", 0), ("nan", 2)]


def test_what_the_caller_gave_was_made_by_no_function():
    identity = tff.federated_computation(lambda values: tff.federated_sum(values), AT_CLIENTS)
    (row,) = map(nans(traced(identity, [1.0, np.nan])).row, range(1))
    assert (row["client"], row["function"], row["line"], row["is_given"]) == (1, "", 0, True)


def test_a_function_that_is_called_by_itself_is_told_by_its_name():
    table = nans(traced(log_of, -1.0))
    assert table["function"].tolist() == ["log_of"] and table["client"].tolist() == [-1]


def test_where_all_is_finite_the_table_has_no_rows_but_all_columns():
    table = nans(traced(sum_of_logs, [1.0]))
    assert len(table) == 0 and {"client", "function", "line", "span"} <= set(table)
    assert "0 rows" in str(table)
