"""Trace files from anywhere: refused with little memory, or usable in every way."""

import copy
import dataclasses
import io
import itertools
import json
import math
import os
import random
import tracemalloc
import warnings
import zipfile

import matplotlib as mpl
import numpy as np
import pytest
import tensorflow as tf

import tffsim as tff
from tests.unit.tracing.traced_runs import FLOATS, mean_of_doubles, sum_of_products
from tffsim.traces.trace import Trace
from tffsim.tracing.document import trace_file
from tffsim.tracing.document.schema import COLUMNS
from tffsim.tracing.document.sketches import Sketches
from tffsim.tracing.document.trace_file_error import TraceFileError
from tffsim.tracing.exports import FORMATS
from tffsim.tracing.recording.sketching.sketch_pad import SketchPad
from tffsim.views import PANELS
from tffsim.views.notebook.mime_bundle import mime_bundle
from tffsim.views.panels.graph_summary import graph_summary

mpl.use("Agg")
PICTURES = PANELS


@pytest.fixture(scope="module")
def trace():
    @tff.tf_computation(np.float32)
    def refuse(x):
        with tf.control_dependencies([tf.debugging.assert_less(x, 3.0)]):
            return tf.identity(x)

    refused = tff.federated_computation(lambda x: tff.federated_sum(tff.federated_map(refuse, x)), FLOATS)
    with tff.use(tff.local_executor_factory(max_fanout=2)), tff.trace(values="all") as trace:
        mean_of_doubles([1.0, 2.0, 6.0])
        sum_of_products([1.0, 2.0], 3.0)
        with pytest.raises(tff.ExecutionError):
            refused([1.0, 5.0])
    return trace.frozen()


@pytest.fixture(scope="module")
def content(trace):
    return trace_file.to_bytes(trace.snapshot)


def parts_of(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def archive_of(parts):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return file.getvalue()


def with_description(content, change):
    parts = parts_of(content)
    description = json.loads(parts["trace.json"])
    change(description)
    return archive_of({**parts, "trace.json": json.dumps(description)})


def use(trace, folder):
    """Asks everything that can be asked of a trace."""
    str(trace), repr(trace), trace._repr_html_(), mime_bundle(trace.snapshot)
    tables = [trace.spans, trace.values, trace.executors, trace.invocations, trace.timing(), trace.clients()]
    for table in [*tables, trace.traffic(), trace.traffic_totals()]:
        [table.row(k) for k in range(min(table.num_rows, 5))]
        table.to_pandas()
    trace.graph(), trace.graph(collapse="clients"), graph_summary(trace.snapshot)
    for span in range(trace.snapshot.num_spans):
        trace.preview(span), trace.value(span), trace.inputs(span), trace.error(span)
    for number in range(len(trace.snapshot.invocations)):
        trace.critical_path(number), list(trace.ast(number).walk())
    if trace.snapshot.invocations:
        trace.diff(trace)
    trace.to_html(folder / "t.html")
    for format_ in FORMATS:
        trace.export(folder / f"t-{format_}", format_)
    trace.save(folder / "again.tfftrace")
    copy.deepcopy(trace)


def draw(trace):
    from matplotlib import pyplot as plt

    for name in PICTURES:
        axes = getattr(trace.plot, name)(dark=False)
        axes.figure.canvas.draw()
        plt.close(axes.figure)


STRANGE = [
    -1, 0, 1, 2, 3, 1 << 15, (1 << 31) - 1, 1 << 31, -(1 << 31), 1 << 59, 1 << 63, -(1 << 63), 10**400, 0.5, math.nan,
    math.inf, -math.inf, True, None, "", "clients", "server", "\ud800", "\x00\x1b[2J", "x" * 3000,
    "é" * 2000, [], {}, [[]],
]  # fmt: skip


def places_in(value, path=()):
    yield path
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, entry in itertools.islice(entries, 60):
        yield from places_in(entry, (*path, key))


def put(value, path, entry):
    for step in path[:-1]:
        value = value[step]
    value[path[-1]] = entry


def mutated(parts, chance):
    """Returns a file with one or two things changed: an entry of the description, or numbers of a column."""
    parts = dict(parts)
    description = json.loads(parts["trace.json"])
    for _ in range(chance.randint(1, 2)):
        if chance.random() < 0.6:
            path = chance.choice([path for path in places_in(description) if path])
            put(description, path, chance.choice(STRANGE))
            continue
        name = chance.choice(list(COLUMNS))
        column = np.frombuffer(parts[f"columns/{name}"], COLUMNS[name].dtype.replace("b1", "u1")).copy()
        limits = np.iinfo(column.dtype) if column.dtype.kind in "iu" else np.finfo(column.dtype)
        number = min(max(chance.choice([-1, 0, 1, 2, len(column) - 1, 1 << 29, 1 << 59]), limits.min), limits.max)
        if chance.random() < 0.3:
            column[:] = number
        else:
            column[chance.randrange(len(column))] = number
        parts[f"columns/{name}"] = column.tobytes()
    parts["trace.json"] = json.dumps(description)
    return archive_of(parts)


@pytest.mark.parametrize("seed", range(3))
def test_a_changed_file_is_refused_or_usable_in_every_way(content, tmp_path, seed):
    parts, chance, loaded = parts_of(content), random.Random(seed), 0
    path = tmp_path / "t.tfftrace"
    for _ in range(16):
        path.write_bytes(mutated(parts, chance))
        try:
            trace = tff.load_trace(path)
        except TraceFileError:
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            use(trace, tmp_path)
            if loaded % 5 == 0:
                draw(trace)
        loaded += 1
    assert 0 < loaded < 16


# Little memory.


def bomb(content, **parts):
    return archive_of({**parts_of(content), **parts})


def description_with(content, name, text):
    """Returns a description whose entry `name` is the given text."""
    description = parts_of(content)["trace.json"].decode()
    value = json.dumps(json.loads(description)[name], separators=(",", ":"))
    assert f'"{name}":{value}' in description
    return description.replace(f'"{name}":{value}', f'"{name}":{text}')


def _nested(content):
    return bomb(content, **{"trace.json": description_with(content, "nodes", "[" * 20_000_000)})


def _many_lists(content):
    return bomb(content, **{"trace.json": description_with(content, "nodes", "[" + "[]," * 1_900_000 + "[]]")})


def _many_types(content):
    return bomb(content, **{"trace.json": description_with(content, "types", "[" + '"ab",' * 1_100_000 + '"ab"]')})


def _many_errors(content):
    errors = ",".join(f'"{k}":"ab"' for k in range(350_000))
    return bomb(content, **{"trace.json": description_with(content, "errors", "{" + errors + "}")})


def _many_participants(content):
    names = ",".join(f'"p{k}":1' for k in range(20_000))
    call = f'{{"span":0,"name":"","root":0,"cardinalities":{{{names}}}}}'
    return bomb(content, **{"trace.json": description_with(content, "invocations", f"[{call}]")})


def _long_text(content):
    return bomb(content, **{"trace.json": description_with(content, "types", '["' + "a" * 190_000_000 + '"]')})


def _unknown_entry(content):
    return bomb(content, **{"trace.json": '{"x":[' + "{}," * 60_000_000 + "{}]}"})


def _zeros(content):
    return bomb(content, **{f"columns/{name}": bytes(20_000_000) for name in COLUMNS})


def _hidden_zeros(content):
    """The directory says that a part is small, but it inflates to much."""
    parts = parts_of(content)
    data = bomb(content, **{"columns/start": bytes(150_000_000)})
    real, told = (150_000_000).to_bytes(4, "little"), len(parts["columns/start"]).to_bytes(4, "little")
    assert data.count(real) == 2
    return data.replace(real, told)


@pytest.mark.parametrize(
    "make",
    [
        _nested, _many_lists, _many_types, _many_errors, _many_participants, _long_text, _unknown_entry, _zeros,
        _hidden_zeros,
    ],
)  # fmt: skip
def test_a_small_file_is_refused_before_it_takes_much_memory(content, tmp_path, make):
    path = tmp_path / "bomb.tfftrace"
    path.write_bytes(make(content))
    assert path.stat().st_size < 1_500_000
    tracemalloc.start()
    try:
        with pytest.raises(TraceFileError):
            tff.load_trace(path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < max(64_000_000, 200 * path.stat().st_size)


def test_a_directory_that_claims_too_much_is_refused_unread(content, tmp_path, monkeypatch):
    path = tmp_path / "bomb.tfftrace"
    path.write_bytes(_zeros(content))
    monkeypatch.setattr(zipfile.ZipFile, "open", lambda *_: pytest.fail("It was read."))
    with pytest.raises(TraceFileError, match=r"unreasonably large\. Nothing was read"):
        tff.load_trace(path)


def test_a_directory_that_claims_more_than_the_file_is_refused_unread(content, tmp_path, monkeypatch):
    path = tmp_path / "bomb.tfftrace"
    data = bytearray(content)
    entry = data.index(b"PK\x01\x02")
    data[entry + 20 : entry + 24] = (1 << 30).to_bytes(4, "little")
    path.write_bytes(data)
    monkeypatch.setattr(zipfile.ZipFile, "open", lambda *_: pytest.fail("It was read."))
    with pytest.raises(TraceFileError, match="larger than itself"):
        tff.load_trace(path)


@pytest.mark.parametrize("change", ["compression", "encryption"])
def test_what_traces_are_not_is_refused_unread(content, tmp_path, change):
    path = tmp_path / "other.tfftrace"
    data = bytearray(content)
    entry = data.index(b"PK\x01\x02")
    data[entry + (10 if change == "compression" else 8)] = 12 if change == "compression" else 1
    path.write_bytes(data)
    with pytest.raises(TraceFileError, match="compressed in a way that traces are not, or encrypted"):
        tff.load_trace(path)


# Whatever is saved can be loaded.


def large(trace, count, **fields):
    """Returns a trace of many equal spans below one root."""
    snapshot = trace.snapshot
    columns = {name: np.repeat(column[1:2], count) for name, column in snapshot.columns.items()}
    columns = {name: np.concatenate([snapshot.columns[name][:1], column]) for name, column in columns.items()}
    columns["num_inputs"][:] = 0
    columns["alias"][:] = -1
    return dataclasses.replace(
        snapshot, columns=columns, inputs=np.empty(0, np.int32), invocations=snapshot.invocations[:1], errors={},
        sketches=Sketches.none(), arrays={}, **fields,
    )  # fmt: skip


@pytest.mark.parametrize("what", ["spans", "errors", "zeros", "sketches"])
def test_very_regular_traces_can_be_loaded_again(trace, tmp_path, what):
    path = tmp_path / "t.tfftrace"
    snapshot = large(trace, 400_000 if what == "spans" else 10_000)
    if what == "errors":
        snapshot = dataclasses.replace(snapshot, errors=dict.fromkeys(range(1, 10000), "x" * 2000))
    if what == "zeros":
        snapshot = dataclasses.replace(snapshot, arrays={1: np.zeros(5_000_000)})
    if what == "sketches":
        pad = SketchPad()
        for number in range(1, 10_000):
            pad.add(number, np.zeros(100))
        snapshot = dataclasses.replace(snapshot, sketches=pad.table())
    Trace(snapshot).save(path)
    loaded = tff.load_trace(path).snapshot
    assert loaded.errors == snapshot.errors and loaded.num_spans == snapshot.num_spans
    assert list(map(str, loaded.sketches.values())) == list(map(str, snapshot.sketches.values()))
    assert {k: array.shape for k, array in loaded.arrays.items()} == {
        k: array.shape for k, array in snapshot.arrays.items()
    }


def test_ordinary_traces_are_compressed(trace, tmp_path):
    trace.save(tmp_path / "t.tfftrace")
    with zipfile.ZipFile(tmp_path / "t.tfftrace") as archive:
        assert {part.compress_type for part in archive.infolist()} == {zipfile.ZIP_DEFLATED}


def test_texts_that_no_program_can_write_are_saved_so_that_they_can(trace, tmp_path):
    strange = {1: "half \ud800 a character", 2: "x" * 100_000, 3: "\U0001f600" * 3000}
    Trace(dataclasses.replace(trace.snapshot, errors=strange)).save(tmp_path / "t.tfftrace")
    loaded = tff.load_trace(tmp_path / "t.tfftrace")
    assert loaded.error(1) == "half \ufffd a character"
    assert len(loaded.error(2)) == len(loaded.error(3)) == 2000
    use(loaded, tmp_path)


# What is no file.


def test_a_pipe_or_a_device_is_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("pipe")
    for path in (tmp_path / "pipe", tmp_path / "link", "/dev/zero", "/dev/null"):
        with pytest.raises(TraceFileError, match="a pipe or a device"):
            tff.load_trace(path)
    with pytest.raises(IsADirectoryError):
        tff.load_trace(tmp_path)


# Reading JSON piece by piece.
