"""Tables of traces as files of comma-separated values."""

import csv


def read_csv(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_csv_has_a_file_per_table_with_texts(trace, tmp_path):
    trace.export(tmp_path / "tables", "csv")
    tables = {path.stem: read_csv(path) for path in (tmp_path / "tables").iterdir()}
    assert {name: len(rows) for name, rows in tables.items()} == {
        "spans": trace.spans.num_rows, "values": trace.values.num_rows, "executors": trace.executors.num_rows,
        "invocations": 1, "nodes": len(trace.nodes),
    }  # fmt: skip
    for number in (0, 30):
        row = {name: str(value) for name, value in trace.spans.row(number).items()}
        assert tables["spans"][number].items() >= row.items()
    assert tables["nodes"][0]["kind"] == "Lambda"
    assert tables["invocations"][0]["name"] == "mean_of_doubles"
    assert {row["preview"] for row in tables["values"]} >= {"38", "19"}


def test_csv_keeps_texts_with_quotes_and_line_breaks_in_their_cell(hostile, tmp_path):
    hostile.export(tmp_path / "tables", "csv")
    rows, name = read_csv(tmp_path / "tables" / "executors.csv"), hostile.snapshot.executors[0].name
    assert {row["name"] for row in rows} == {name.replace("\x1b", "�").replace("\x00", "�")}
