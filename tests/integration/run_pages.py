"""Runs the Python code of pages as cells of a notebook, one after the other, and prints what each block did, as JSON.

`python -m tests.integration.run_pages PAGE... FOLDER`, where files that the code writes go to the folder.
"""

import contextlib
import io
import json
import os
import pathlib
import re
import sys

import matplotlib as mpl

mpl.use("Agg")

from IPython.core.interactiveshell import InteractiveShell

# What the pages that explain pieces of a program take for granted: a round of training, and data for it.
GIVEN = """
import numpy as np
import tensorflow as tf
import tffsim as tff
from IPython.display import display
from tffsim.simulation import digits, fed_avg

datasets = digits.load_digits(4, "iid", seed=0)[0].datasets()
next_round = fed_avg.fed_avg()
weights = next_round(fed_avg.initial_weights(), datasets)
train = next_round
with tff.trace() as t:
    next_round(weights, datasets)
with tff.trace() as other:
    next_round(weights, datasets)
"""
USES_WHAT_IS_GIVEN = ("docs/notebook.md", "docs/tracing.md", "docs/random_numbers.md")


def main(pages: list[str], folder: pathlib.Path) -> None:
    """Runs all pages in one process: TensorFlow takes long to start."""
    shell = InteractiveShell.instance()
    root = pathlib.Path.cwd()
    os.chdir(folder)
    done = {}
    for page in pages:
        shell.reset(new_session=True)
        shell.run_cell("%load_ext tffsim")
        if page in USES_WHAT_IS_GIVEN:
            shell.run_cell(GIVEN).raise_error()
        text = (root / page).read_text(encoding="utf-8")
        done[page] = [run(shell, code) for code in re.findall(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE)]
    print("\n" + json.dumps(done))


def run(shell: InteractiveShell, code: str) -> dict[str, str]:
    """Runs a block of code; what it needs more than code, it says in `USES_WHAT_IS_GIVEN`."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        result = shell.run_cell(code)
    error = result.error_before_exec or result.error_in_exec
    return {"code": code, "printed": printed.getvalue(), "error": "" if error is None else repr(error)}


if __name__ == "__main__":
    *names, target = sys.argv[1:]
    main(names, pathlib.Path(target))
