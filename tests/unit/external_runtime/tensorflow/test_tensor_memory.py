"""The memory of tensors that are gone is used for others."""

import os
import pathlib
import subprocess
import sys

import pytest

_ROOT = pathlib.Path(__file__).parents[4]
_SUMS_OF_40_MB = """
import resource
import tffsim
import tensorflow as tf

def num_faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt

x = tf.zeros([10_000_000])
for _ in range(3):
    y = x + 1.0
before = num_faults()
for _ in range(5):
    y = x + 1.0
print(num_faults() - before)
"""


def _printed(code: str, **environment: str) -> str:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("TF_CPU_")}
    clean |= {"PYTHONPATH": str(_ROOT), **environment}
    return subprocess.check_output([sys.executable, "-c", code], env=clean, text=True).strip()


@pytest.mark.skipif(sys.platform != "linux", reason="Counts pages as Linux does.")
def test_large_tensors_take_the_memory_of_those_before_them():
    # Five times 40 MB are 48,828 pages, where all memory is new.
    assert int(_printed(_SUMS_OF_40_MB)) < 1000


@pytest.mark.parametrize(("chosen", "found"), [({}, "true"), ({"TF_CPU_ALLOCATOR_USE_BFC": "false"}, "false")])
def test_what_the_user_has_chosen_stands(chosen, found):
    code = "import os, tffsim; print(os.environ['TF_CPU_ALLOCATOR_USE_BFC'])"
    assert _printed(code, **chosen) == found


def test_no_bound_is_set_below_what_the_machine_has():
    code = "import os, tffsim; print(os.environ['TF_CPU_BFC_MEM_LIMIT_IN_MB'])"
    assert int(_printed(code)) >= 65_536
