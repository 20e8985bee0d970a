"""What is loaded with tffsim, and what only when something is traced."""

import subprocess
import sys


def test_what_records_traces_is_loaded_with_the_first_trace():
    code = (
        "import sys, tffsim\n"
        "parts = ('tracing.recording.recorder', 'tracing.recording.sketching.sketch_pad', 'traces.trace')\n"
        "def loaded(): return [f'tffsim.{part}' in sys.modules for part in parts]\n"
        "print(loaded())\n"
        "with tffsim.trace() as trace: pass\n"
        "print(loaded(), trace.snapshot.num_spans)"
    )
    output = subprocess.check_output([sys.executable, "-c", code], text=True)
    assert output.split("\n")[:2] == ["[False, False, False]", "[True, True, True] 0"]
