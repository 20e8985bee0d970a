import json
import random
import subprocess
import sys
import tracemalloc
import zipfile

import numpy as np
import pytest

import tffsim as tff
from tests.unit.tracing.traced_runs import mean_of_doubles, traced
from tffsim.tracing.document.older_versions import OLDEST, VERSION
from tffsim.tracing.document.rows import MAX_TEXT
from tffsim.tracing.document.schema import COLUMNS
from tffsim.tracing.document.trace_file_error import TraceFileError


@pytest.fixture(scope="module")
def trace():
    return traced(mean_of_doubles, [1.0, 2.0, 6.0], values="all")[1]


@pytest.fixture
def file(trace, tmp_path):
    path = tmp_path / "run.tfftrace"
    trace.save(path)
    return path


def rewritten(path, parts=None, **description):
    """Writes a file again with other parts, or other entries of its description."""
    with zipfile.ZipFile(path) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    contents["trace.json"] = json.dumps({**json.loads(contents["trace.json"]), **description}).encode()
    contents.update(parts or {})
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            if content is not None:
                archive.writestr(name, content)
    return path


def test_a_loaded_trace_is_the_same(trace, file):
    loaded = tff.load_trace(file)
    for name in COLUMNS:
        np.testing.assert_array_equal(loaded.snapshot.columns[name], trace.snapshot.columns[name])
    for name in ("executors", "types", "nodes", "invocations", "errors", "threads"):
        assert getattr(loaded.snapshot, name) == getattr(trace.snapshot, name)
    assert loaded.snapshot.sketches.keys() == trace.snapshot.sketches.keys()
    assert str(loaded) == str(trace)
    assert loaded.recorder is None


def test_whole_values_are_saved(file, trace):
    loaded = tff.load_trace(file).snapshot.arrays
    assert loaded.keys() == trace.snapshot.arrays.keys()
    for number, array in loaded.items():
        np.testing.assert_array_equal(array, trace.snapshot.arrays[number])


def test_loading_imports_no_tensorflow(file):
    code = (
        f"import sys, tffsim; t = tffsim.load_trace({str(file)!r}); str(t); t.graph(); "
        "print('tensorflow' in sys.modules)"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "False"


def test_a_failed_save_keeps_the_old_file(file, trace, monkeypatch):
    before = file.read_bytes()
    monkeypatch.setattr("tffsim.tracing.document.trace_file.json.dumps", lambda *args, **kwargs: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        trace.save(file)
    assert file.read_bytes() == before
    assert list(file.parent.iterdir()) == [file]


def test_a_file_that_is_no_trace_is_refused(tmp_path):
    path = tmp_path / "x.tfftrace"
    for content in (b"", b"hello", b"PK\x03\x04" + b"\0" * 100):
        path.write_bytes(content)
        with pytest.raises(TraceFileError, match=r"x\.tfftrace is no trace"):
            tff.load_trace(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("other.json", "{}")
    with pytest.raises(TraceFileError, match=r"trace\.json"):
        tff.load_trace(path)


@pytest.mark.parametrize("name", ["missing", "missing.tfftrace"])
def test_a_missing_file_is_named_in_one_sentence(name, tmp_path):
    with pytest.raises(FileNotFoundError) as caught:
        tff.load_trace(tmp_path / name)
    assert str(caught.value) == f"There is no file {tmp_path / name}."


@pytest.mark.parametrize("version", [99, 4.0, True, "4", None])
def test_a_newer_version_is_refused_by_number(file, version):
    expected = f"version {version!r}; this tffsim reads versions {OLDEST} to {VERSION}. Install a newer"
    with pytest.raises(TraceFileError, match=expected):
        tff.load_trace(rewritten(file, version=version))


def test_what_is_true_or_false_is_nothing_else(file, trace):
    column = trace.snapshot.columns["has_scalar"].astype(np.uint8)
    column[1] = 2
    with pytest.raises(TraceFileError, match="`has_scalar` is neither true nor false"):
        tff.load_trace(rewritten(file, {"columns/has_scalar": column.tobytes()}))


@pytest.mark.parametrize("name", ["parent", "layer", "type", "node", "operation", "thread", "num_inputs", "alias"])
def test_references_to_nothing_are_refused(file, trace, name):
    column = trace.snapshot.columns[name].copy()
    column[len(column) // 2] = 100 if name == "operation" else 30_000
    with pytest.raises(TraceFileError):
        tff.load_trace(rewritten(file, {f"columns/{name}": column.tobytes()}))


@pytest.mark.parametrize("name", ["start", "end", "self_time", "queue_time", "worker_time", "size"])
def test_times_and_sizes_that_nothing_has_are_refused(file, trace, name):
    column = trace.snapshot.columns[name].copy()
    column[-1] = 1 << 60
    with pytest.raises(TraceFileError, match=name):
        tff.load_trace(rewritten(file, {f"columns/{name}": column.tobytes()}))
    column[-1] -= 1
    if name == "start":
        column[-1] = trace.snapshot.columns["end"][-1]
    tff.load_trace(rewritten(file, {f"columns/{name}": column.tobytes()}))


def test_texts_are_as_long_as_they_may_be_and_no_longer(file, trace):
    def with_name(name):
        threads = [{"name": name, "busy": thread.busy} for thread in trace.snapshot.threads]
        return tff.load_trace(rewritten(file, threads=threads)).snapshot.threads[0].name

    assert with_name("x" * MAX_TEXT) == "x" * MAX_TEXT
    for name in ("x" * (MAX_TEXT + 1), 7, None, ["x"]):
        with pytest.raises(TraceFileError, match="expected a text"):
            with_name(name)


@pytest.mark.parametrize("started_at", [-1.0, 1e12, "yesterday", None])
def test_a_start_that_is_no_time_is_refused(file, started_at):
    with pytest.raises(TraceFileError):
        tff.load_trace(rewritten(file, started_at=started_at))


def test_what_comes_after_the_description_is_refused(file):
    with zipfile.ZipFile(file) as archive:
        description = archive.read("trace.json")
    with pytest.raises(TraceFileError):
        tff.load_trace(rewritten(file, {"trace.json": description + b" {}"}))


@pytest.mark.parametrize(
    ("field", "value"),
    [("kind", "picture"), ("num_leaves", 2), ("leaves", []), ("shown", "xxx"), ("shown", "ff"), ("text", "no number")],
)
def test_sketches_that_contradict_themselves_are_refused(file, field, value):
    with zipfile.ZipFile(file) as archive:
        forms = json.loads(archive.read("trace.json"))["sketch_forms"]
    forms[0][field] = value
    with pytest.raises(TraceFileError, match="sketches"):
        tff.load_trace(rewritten(file, sketch_forms=forms))


def test_cycles_are_refused(file, trace):
    parent = trace.snapshot.columns["parent"].copy()
    parent[1] = 2
    with pytest.raises(TraceFileError, match="parent"):
        tff.load_trace(rewritten(file, {"columns/parent": parent.tobytes()}))


def test_a_claim_of_many_numbers_takes_no_memory(file):
    with zipfile.ZipFile(file) as archive:
        columns = json.loads(archive.read("trace.json"))["columns"]
    columns["start"]["count"] = 1 << 38
    rewritten(file, columns=columns)
    tracemalloc.start()
    with pytest.raises(TraceFileError, match="columns/start"):
        tff.load_trace(file)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 10_000_000


def test_a_whole_value_may_not_be_an_object(file):
    arrays = {"0": {"dtype": "|O", "shape": [1]}}
    with pytest.raises(TraceFileError, match=r"\|O"):
        tff.load_trace(rewritten(file, {"arrays/0": b"12345678"}, arrays=arrays))


def test_damaged_files_raise_one_kind_of_error(file):
    """Bytes changed, cut off and swapped at random, in the archive and inside its parts."""
    original = file.read_bytes()
    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    chance = random.Random(0)
    loaded = 0
    for attempt in range(300):
        if attempt % 3 == 0:
            data = bytearray(original)
            for _ in range(chance.randint(1, 20)):
                data[chance.randrange(len(data))] = chance.randrange(256)
            file.write_bytes(data)
        elif attempt % 3 == 1:
            file.write_bytes(original[: chance.randrange(len(original))])
        else:
            name = chance.choice(sorted(parts))
            data = bytearray(parts[name])
            for _ in range(chance.randint(1, 5)):
                data[chance.randrange(len(data))] = chance.randrange(256)
            file.write_bytes(original)
            rewritten(file, {name: bytes(data)}) if name != "trace.json" else _with_description(file, bytes(data))
        try:
            trace = tff.load_trace(file)
        except TraceFileError:
            continue
        # What is still accepted can be used.
        str(trace), trace.graph(), trace.critical_path()
        loaded += 1
    assert loaded < 150


def _with_description(path, content):
    with zipfile.ZipFile(path) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in {**contents, "trace.json": content}.items():
            archive.writestr(name, data)
