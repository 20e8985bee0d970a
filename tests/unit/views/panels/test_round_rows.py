"""Rounds as rows that are drawn."""

import dataclasses
import json

import pytest

from tests.unit.tracing.traced_programs import rounds, sum_of_logs, traced
from tests.unit.tracing.traced_runs import failed_at_client, mean_of_doubles
from tffsim.views.panels.round_rows import MAX_BARS, round_rows


def test_a_row_says_what_came_out_and_what_went_wrong():
    assert [row.numbers["mean"] for row in round_rows(rounds())] == ["0", "1", "2"]
    assert round_rows(rounds())[0].notes == ["first call"]
    assert round_rows(rounds())[1].words.startswith("round 2, next_round; ")
    assert round_rows(rounds())[1].words.endswith("; 12 B down, 24 B up; 3 of 3 clients done; mean 1; most 3")
    (failed,) = round_rows(failed_at_client(1, 3).snapshot)
    assert failed.notes[0] == "1 failed: 1" and failed.outcome == "error"
    (wrong,) = round_rows(traced(sum_of_logs, [1.0, -1.0, -2.0]))
    assert wrong.notes[0] == "2 NaN or infinite: 1, 2" and wrong.numbers == {"": "nan"}


@pytest.mark.parametrize("count", [1, MAX_BARS, MAX_BARS + 1, 200])
def test_many_clients_share_bars(count):
    (row,) = round_rows(traced(mean_of_doubles, [1.0] * count))
    assert (len(row.bars) - 1) * row.clients_per_bar < count <= len(row.bars) * row.clients_per_bar
    assert len(row.bars) <= MAX_BARS and row.num_clients == count


def test_rows_can_be_written_as_json():
    told = [dataclasses.asdict(row) for row in round_rows(traced(sum_of_logs, [-1.0]))]
    assert json.loads(json.dumps(told, allow_nan=False)) == told
