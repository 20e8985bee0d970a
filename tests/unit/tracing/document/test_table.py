"""Tables as people meet them: printed, in other libraries, copied and pickled."""

import copy
import pickle
import sys

import numpy as np
import pytest
from rich.cells import cell_len

import tffsim as tff
from tffsim.tracing.document.table import Table

NAMES = ("spans", "values", "executors", "invocations")
QUESTIONS = ("timing", "clients", "traffic", "traffic_totals", "critical_path")


@pytest.fixture(scope="module", params=["local", "tree", "debug"])
def trace(request):
    factory = {
        "local": tff.local_executor_factory,
        "tree": lambda: tff.local_executor_factory(max_fanout=2),
        "debug": tff.debug_executor_factory,
    }[request.param]()
    mean = tff.federated_computation(lambda x: tff.federated_mean(x), tff.FederatedType(np.float32, tff.CLIENTS))
    with tff.use(factory), tff.trace() as t:
        mean([1.0, 2.0, 3.0])
    return t


@pytest.fixture
def fruits():
    columns = {"fruit": np.array([1, 0, -1]), "weight": np.array([2, 30, 400]), "took": np.array([5, 6000, 7_000_000])}
    return Table(columns, {"fruit": ["pear", "apple"]}, {"weight": "bytes", "took": "ns"})


def all_tables(trace):
    return {name: getattr(trace, name) for name in NAMES} | {name: getattr(trace, name)() for name in QUESTIONS}


def test_the_length_of_a_table_is_the_number_of_its_rows(trace, fruits):
    assert len(fruits) == fruits.num_rows == 3 and len(fruits.where([])) == 0
    assert len(trace.spans) == trace.snapshot.num_spans
    assert len(trace.clients()) == 3
    assert not fruits.where([]) and fruits


def test_a_column_of_texts_holds_them_and_their_numbers_are_at_hand(fruits):
    assert fruits["fruit"].tolist() == fruits.shown("fruit").tolist() == ["apple", "pear", ""]
    assert fruits.numbers("fruit").tolist() == [1, 0, -1]
    assert fruits.numbers("weight").tolist() == fruits["weight"].tolist() == [2, 30, 400]
    assert fruits.where(fruits["fruit"] == "pear").row(0) == {"fruit": "pear", "weight": 30, "took": 6000}


def test_rows_are_chosen_by_the_values_of_columns(fruits, trace):
    assert fruits.where(fruit="pear")["weight"].tolist() == [30]
    assert fruits.where(weight=[2, 400], took=5)["fruit"].tolist() == ["apple"]
    assert fruits.where([0, 1], fruit=["pear", "plum"])["weight"].tolist() == [30]
    assert len(fruits.where(fruit="plum")) == 0 and len(fruits.where()) == 3
    with pytest.raises(KeyError, match="There is no column 'colour'"):
        fruits.where(colour="red")
    clients = trace.clients()
    chosen = clients.where(client=1, round=0)
    assert len(chosen) == 1 and chosen.row(0) == clients.row(1)


@pytest.mark.parametrize(("name", "method"), [("pandas", "to_pandas"), ("pyarrow", "to_arrow")])
def test_a_library_that_is_not_installed_is_told_with_how_to_install_it(fruits, monkeypatch, name, method):
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ImportError) as caught:
        getattr(fruits, method)()
    assert str(caught.value) == f"This needs {name}, which is not installed: `pip install {name}`."
    assert caught.value.__suppress_context__


def test_a_column_that_is_not_there_is_told_with_those_there_are(fruits):
    with pytest.raises(KeyError, match=r"There is no column 'colour'\. Columns: fruit, weight, took"):
        fruits["colour"]


def test_columns_are_items_in_their_order(fruits):
    assert list(fruits) == list(dict(fruits)) == list(fruits.keys()) == ["fruit", "weight", "took"]
    assert dict(fruits)["fruit"].tolist() == ["apple", "pear", ""]
    assert {name: column.tolist() for name, column in fruits.items()}["weight"] == [2, 30, 400]


def test_pandas_takes_every_table_as_to_pandas_gives_it(trace):
    pandas = pytest.importorskip("pandas")
    for name, table in all_tables(trace).items():
        frame = table.to_pandas()
        assert frame.shape == (len(table), len(list(table))), name
        for made in (pandas.DataFrame(table), pandas.DataFrame(dict(table)), pandas.DataFrame.from_dict(table)):
            pandas.testing.assert_frame_equal(made, frame)
        for column in table:
            np.testing.assert_array_equal(frame[column].tolist(), table[column].tolist(), name)
        chosen = pandas.DataFrame(table, columns=list(table)[:1])
        assert chosen.shape == (len(table), 1)


def test_pandas_keeps_the_columns_of_a_table_without_rows(fruits):
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(fruits.where([]))
    assert frame.shape == (0, 3) and list(frame) == ["fruit", "weight", "took"]


def test_pyarrow_takes_every_table_as_to_pandas_gives_it(trace):
    pyarrow = pytest.importorskip("pyarrow")
    for name, table in all_tables(trace).items():
        made = pyarrow.table(table)
        assert made.num_rows == len(table), name
        for column in table:
            np.testing.assert_array_equal(made[column].to_pylist(), table[column].tolist(), name)


def test_arrow_keeps_texts_as_dictionaries(fruits):
    pytest.importorskip("pyarrow")
    made = fruits.to_arrow()
    assert str(made.schema.field("fruit").type).startswith("dictionary")
    assert made["fruit"].to_pylist() == ["apple", "pear", None]


def test_polars_takes_every_table_as_to_pandas_gives_it(trace):
    polars = pytest.importorskip("polars")
    for name, table in all_tables(trace).items():
        made = polars.DataFrame(table)
        assert made.shape == (len(table), len(list(table))), name
        for column in table:
            np.testing.assert_array_equal(made[column].to_list(), table[column].tolist())
    assert polars.from_dict(trace.spans)["operation"].to_list() == trace.spans["operation"].tolist()


def test_polars_keeps_the_columns_of_a_table_without_rows(fruits):
    polars = pytest.importorskip("polars")
    assert polars.DataFrame(fruits.where([])).shape == (0, 3)


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda table: pickle.loads(pickle.dumps(table))])
def test_a_table_survives_copies_and_pickle(trace, copied):
    for table in all_tables(trace).values():
        again = copied(table)
        assert type(again) is Table and list(again) == list(table) and again.units == table.units
        for name in table:
            np.testing.assert_array_equal(again[name], table[name])
            np.testing.assert_array_equal(again.numbers(name), table.numbers(name))


def test_a_printed_table_fits_the_terminal_and_names_what_it_leaves_out(trace, monkeypatch):
    for width in (40, 80, 300):
        monkeypatch.setenv("COLUMNS", str(width))
        for table in all_tables(trace).values():
            *lines, note = str(table).splitlines()
            assert len(lines) == 1 + (len(table) if len(table) <= 20 else 15 + 1 + 5)  # A row of dots between.
            assert max(map(cell_len, lines)) <= width
            left_out = note.rpartition("do not fit: ")[2].split(", ") if "do not fit" in note else []
            assert lines[0].split() + left_out == list(table)
