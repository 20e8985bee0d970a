"""Runs TensorFlow Federated's own tests of its layers on tffsim: `make layers TFF=folder`.

The folder holds the sources of a version built on `federated_language`. Each test file runs
in a process of its own, in which `tffsim.load_tff_layers` was called first.
"""

import argparse
import concurrent.futures
import pathlib
import re
import subprocess
import sys

from rich.console import Console
from rich.table import Table

CHAPTERS = ("learning", "aggregators", "analytics", "core/templates")
_SUMMARY = re.compile(r"^Ran (\d+) tests? in|^FAILED \((.*)\)", re.MULTILINE)
_RUN = """
import runpy, sys
import tffsim
tffsim.load_tff_layers(sys.argv.pop(1))
runpy.run_module(sys.argv[1], run_name="__main__", alter_sys=True)
"""
_TRAIN = """
import sys
import numpy as np, tensorflow as tf, tffsim as tff
tff.load_tff_layers(sys.argv[1])
from tensorflow_federated.python.learning.algorithms import fed_avg
from tensorflow_federated.python.learning.models import functional, variable
from tensorflow_federated.python.learning.optimizers import sgdm

def client(seed):
    x = np.random.default_rng(seed).normal(size=(32, 2)).astype(np.float32)
    return tf.data.Dataset.from_tensor_slices((x, x @ np.float32([[2.0], [-1.0]]))).batch(8)

predict = tf.function(lambda weights, x, training: x @ weights[0][0])
forward = tf.function(lambda weights, batch, training: variable.BatchOutput(
    tf.reduce_mean((predict(weights, batch[0], training) - batch[1]) ** 2), None, tf.shape(batch[0])[0]))
model = functional.FunctionalModel(
    initial_weights=((np.zeros((2, 1), np.float32),), ()), forward_pass_fn=forward,
    predict_on_batch_fn=predict, input_spec=client(0).element_spec)
process = fed_avg.build_weighted_fed_avg(model, sgdm.build_sgdm(0.1), sgdm.build_sgdm(1.0))
state = process.initialize()
for _ in range(10):
    state = process.next(state, [client(seed) for seed in range(5)]).state
learned = np.asarray(process.get_model_weights(state).trainable[0]).ravel()
print("learned", learned)
assert np.abs(learned - [2.0, -1.0]).max() < 0.05
"""

console = Console(width=120)


def main() -> None:
    """Trains with the layers, runs their tests and prints what passed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sources", type=pathlib.Path, help="the folder that holds the folder tensorflow_federated")
    parser.add_argument("--only", default="", help="run test files whose path contains this")
    parser.add_argument("--jobs", type=int, default=2, help="how many run at the same time (2)")
    parser.add_argument("--minutes", type=float, default=10, help="how long one may take (10)")
    arguments = parser.parse_args()
    sources = arguments.sources.expanduser().resolve()
    trained = _outcome([sys.executable, "-c", _TRAIN, str(sources)], arguments.minutes)
    console.print(f"Federated averaging with the layers: {trained[0]}. {trained[1]}")
    files = [path for path in test_files(sources) if arguments.only in path.as_posix()]
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        outcomes = list(pool.map(lambda path: run_file(sources, path, arguments.minutes), files))
    print_results(files, outcomes)
    sys.exit(0 if trained[0] == "passed" and all(outcome == "passed" for outcome, _ in outcomes) else 1)


def test_files(sources: pathlib.Path) -> list[pathlib.Path]:
    """Returns the test files of the layers, relative to the sources."""
    root = sources / "tensorflow_federated" / "python"
    files = [path for chapter in CHAPTERS for path in sorted((root / chapter).rglob("*_test.py"))]
    return [path.relative_to(sources) for path in files]


def run_file(sources: pathlib.Path, path: pathlib.Path, minutes: float) -> tuple[str, str]:
    """Runs a test file, and returns how it ended and its last words."""
    module = ".".join(path.with_suffix("").parts)
    return _outcome([sys.executable, "-c", _RUN, str(sources), module], minutes)


def _outcome(command: list[str], minutes: float) -> tuple[str, str]:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=minutes * 60)
    except subprocess.TimeoutExpired:
        return "took too long", ""
    said = done.stderr + done.stdout
    summary = " ".join(match.group() for match in _SUMMARY.finditer(said))
    last = summary or next((line for line in reversed(said.splitlines()) if line.strip()), "")
    return ("passed" if done.returncode == 0 else "failed"), last[:200]


def print_results(files: list[pathlib.Path], outcomes: list[tuple[str, str]]) -> None:
    """Prints a row per test file, the failures first."""
    table = Table("outcome", "test file", "last words", box=None)
    for path, (outcome, last) in sorted(zip(files, outcomes, strict=True), key=lambda row: row[1][0]):
        table.add_row(outcome, str(path.relative_to("tensorflow_federated/python")), last)
    console.print(table)
    console.print(f"{sum(outcome == 'passed' for outcome, _ in outcomes)} of {len(files)} test files pass.")


if __name__ == "__main__":
    main()
