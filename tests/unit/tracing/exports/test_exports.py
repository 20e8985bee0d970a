"""Traces in the formats of other tools."""

import os
import subprocess
import sys

import pytest

import tffsim as tff
from tffsim.tracing.exports import FORMATS, export


def test_the_ending_of_the_name_tells_the_format(trace, tmp_path):
    for ending, beginning in ((".json", "{"), (".graphml", "<"), (".dot", "digraph")):
        trace.export(tmp_path / f"t{ending}")
        assert (tmp_path / f"t{ending}").read_text(encoding="utf-8").startswith(beginning)


def test_a_name_that_tells_no_format_is_refused_with_the_formats(trace, tmp_path):
    with pytest.raises(ValueError, match=r"'t\.txt' does not tell .*perfetto, graphml, dot, csv"):
        trace.export(tmp_path / "t.txt")


def test_an_unknown_format_is_refused_with_the_formats(trace, tmp_path):
    with pytest.raises(ValueError, match=r"no export format 'pdf'.*perfetto, graphml, dot, csv"):
        export(trace, tmp_path / "t.json", "pdf")


@pytest.mark.parametrize("format_", FORMATS)
def test_an_empty_trace_can_be_exported(format_, tmp_path):
    with tff.trace() as trace:
        pass
    trace.export(tmp_path / "t", format_)
    assert (tmp_path / "t").exists()


def test_exporting_does_not_load_tensorflow(trace, tmp_path):
    trace.save(tmp_path / "t.tfftrace")
    code = (
        "import sys, tffsim\n"
        "trace = tffsim.load_trace('t.tfftrace')\n"
        f"for name in {FORMATS}: trace.export('out-' + name, name)\n"
        "print('tensorflow' in sys.modules)\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.stdout == "False\n", done.stderr
