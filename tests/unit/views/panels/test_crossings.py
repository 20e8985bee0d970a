"""Bars and scenes together tell all that crossed, as plain data."""

import json

from tests.unit.tracing.traced_runs import mean_of_doubles, sum_of_products, traced
from tffsim.tracing.analysis.traffic import traffic
from tffsim.views.panels.crossings import crossings


def test_bars_add_up_to_the_ledger_and_all_is_plain_data():
    trace = traced(sum_of_products, [1.0, 2.0], 3.0)[1]
    ledger, found = traffic(trace.snapshot), crossings(trace.snapshot)
    assert sum(bar["letters"] for bar in found["bars"]) == ledger["copies"].sum()
    assert json.loads(json.dumps(found)) == found


def test_no_clients_cross_nothing():
    found = crossings(traced(mean_of_doubles, [])[1].snapshot)
    assert found["bars"] == [] and [scene["rows"] for scene in found["scenes"]] == [[]]
