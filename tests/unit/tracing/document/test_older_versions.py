"""Trace files of all versions: loaded with what they say, or refused in one sentence."""

import pathlib

import numpy as np
import pytest

import tffsim as tff
from tffsim.tracing.document.older_versions import OLDEST, VERSION
from tffsim.tracing.document.schema import COLUMNS
from tffsim.tracing.document.trace_file_error import TraceFileError

GOLDEN = pathlib.Path(__file__).parents[1] / "golden"
READ = range(OLDEST, VERSION + 1)


def golden(version):
    return GOLDEN / f"version_{version}.tfftrace"


def test_there_is_a_file_of_each_version():
    assert sorted(path.name for path in GOLDEN.glob("*.tfftrace")) == [golden(k).name for k in range(1, VERSION + 1)]


@pytest.mark.parametrize("version", range(1, OLDEST))
def test_a_version_that_is_too_old_is_refused_in_a_sentence(version):
    expected = f"it is of version {version}; this tffsim reads versions {OLDEST} to {VERSION}. Record the trace again."
    with pytest.raises(TraceFileError) as caught:
        tff.load_trace(golden(version))
    assert str(caught.value) == f"{golden(version)}: {expected}"


@pytest.mark.parametrize("version", READ)
def test_what_is_read_says_what_happened(version, tmp_path):
    trace = tff.load_trace(golden(version))
    assert [row["outcome"] for row in map(trace.invocations.row, range(3))] == ["ok", "ok", "error"]
    assert trace.snapshot.columns.keys() == COLUMNS.keys()
    assert "sum_of_logarithms" in str(trace) and trace.graph() and trace.clients()
    names = {function.name for function in trace.functions}
    assert {"sum_of_logarithms", "logarithm", "refuse_large"} <= names
    trace.to_html(tmp_path / "t.html")
    trace.save(tmp_path / "t.tfftrace")
    assert str(tff.load_trace(tmp_path / "t.tfftrace")) == str(trace)


@pytest.mark.parametrize("version", READ)
def test_nan_is_a_value_and_none_is_not(version):
    trace = tff.load_trace(golden(version))
    values = trace.values
    numbers = values.where(values["has_scalar"])
    is_nan = np.isnan(numbers["scalar"])
    assert {trace.preview(k) for k in numbers["value"][is_nan].tolist()} == {"nan"}
    assert {trace.preview(k) for k in numbers["value"][np.isinf(numbers["scalar"])].tolist()} == {"-inf"}
    assert set(trace.snapshot.columns["client"][numbers["value"][is_nan]].tolist()) >= {1}
    others = values.where(~values["has_scalar"])
    assert len(others) and np.isnan(others["scalar"]).all()
