"""What is made from the schema is what it makes, and the schema says something of each column."""

import numpy as np
import pytest

from tffsim.tracing.document.operations import ALL_OUTCOMES, OPERATIONS
from tffsim.tracing.document.schema import COLUMNS, NUMBERS_FOR_VIEWS, OPTIONAL_FOR_VIEWS, TIMES_FOR_VIEWS
from tffsim.tracing.document.snapshot import ROWS
from widgets.schema import MADE, ROOT, main


@pytest.mark.parametrize("path", MADE, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_is_made_from_the_schema_is_up_to_date(path):
    assert path.read_text(encoding="utf-8") == MADE[path](), "Run `make schema`."


def test_what_is_out_of_date_is_named(tmp_path, monkeypatch, capsys):
    stale = tmp_path / "schema.ts"
    monkeypatch.setattr("widgets.schema.MADE", {stale: lambda: "new"})
    monkeypatch.setattr("widgets.schema.ROOT", tmp_path)
    assert main(only_check=True) == 1 and "schema.ts is not what the schema makes" in capsys.readouterr().err
    assert main(only_check=False) == 0 and stale.read_text() == "new"
    assert main(only_check=True) == 0


def test_columns_number_what_there_is():
    known = {*ROWS, "spans", "operations", "outcomes", ""}
    assert {column.refers_to for column in COLUMNS.values()} <= known
    limits = {"operations": len(OPERATIONS), "outcomes": len(ALL_OUTCOMES)}
    for column in COLUMNS.values():
        assert column.meaning.endswith(".")
        assert limits.get(column.refers_to, 0) <= np.iinfo(np.uint8).max


def test_an_optional_column_has_one_that_says_where_it_is():
    optional = [column for column in COLUMNS.values() if column.is_optional]
    assert optional and all(COLUMNS[column.validity].dtype == "b1" for column in optional)


def test_views_get_each_column_once():
    told = [*NUMBERS_FOR_VIEWS, *TIMES_FOR_VIEWS, *OPTIONAL_FOR_VIEWS]
    assert sorted(told) == sorted(column.name for column in COLUMNS.values() if column.for_views)
