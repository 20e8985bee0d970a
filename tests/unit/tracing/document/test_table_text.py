"""Tables as terminals show them."""

import numpy as np
import pytest
from IPython.lib.pretty import pretty
from rich.cells import cell_len

from tffsim.tracing.document.table import Table


@pytest.fixture
def fruits():
    columns = {"fruit": np.array([1, 0, -1]), "weight": np.array([2, 30, 400]), "took": np.array([5, 6000, 7_000_000])}
    return Table(columns, {"fruit": ["pear", "apple"]}, {"weight": "bytes", "took": "ns"})


def test_a_table_prints_as_text_with_units(fruits, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    assert str(fruits) == repr(fruits) == pretty(fruits)
    assert str(fruits).splitlines() == [
        "fruit  weight     took",
        "apple     2 B     5 ns",
        "pear     30 B  6.00 µs",
        "        400 B  7.00 ms",
        "3 rows",
    ]


def test_a_table_without_rows_prints_its_columns(fruits):
    assert str(fruits.where([])).splitlines() == ["fruit  weight  took", "0 rows"]
    assert str(fruits.where([0])).splitlines()[-1] == "1 row"


def test_a_long_table_prints_its_first_and_last_rows_and_how_many_there_are():
    lines = str(Table({"number": np.arange(1000)})).splitlines()
    shown = [*map(str, range(15)), "…", *map(str, range(995, 1000))]
    assert [line.strip() for line in lines[1:-1]] == shown
    assert lines[-1] == "1,000 rows: the first 15 and the last 5"
    assert len(str(Table({"number": np.arange(20)})).splitlines()) == 22


def test_a_time_that_nobody_knows_is_a_dash():
    assert str(Table({"start": np.array([-1, 0])}, units={"start": "ns"})).splitlines()[1:3] == ["    –", " 0 ns"]


def test_a_printed_table_shows_no_control_characters_and_cuts_long_texts():
    names = ["\x1b[31mred\nnext", "x" * 200, "이름"]
    lines = str(Table({"name": np.arange(3), "n": np.arange(3)}, {"name": names})).splitlines()
    assert "\x1b" not in "".join(lines) and len(lines) == 5
    assert lines[2].startswith("x" * 39 + "…")
    assert len({cell_len(line) for line in lines[:-1]}) == 1  # Wide characters count twice.
