"""What all tests need, which of them are quick, and which begin."""

import functools
import gc
import importlib.abc
import importlib.machinery
import pathlib
import signal
import sys

import pytest
from hypothesis import HealthCheck, settings

QUICK = (
    "architecture/test_import_direction.py",
    "architecture/test_where_tests_are.py",
    "unit/cli/test_main.py",
    "unit/computations/mistakes/test_federated_values.py",
    "unit/concurrency/test_*.py",
    "unit/executor_stacks/test_*.py",
    "unit/executors/test_*.py",
    "unit/failures/test_*.py",
    "unit/federation/test_*.py",
    "unit/language/test_*.py",
    "unit/simulation/test_partitioning.py",
    "unit/tracing/document/test_*.py",
    "unit/tracing/recording/test_*.py",
    "unit/views/figures/test_theme.py",
)
"""Tests that need no TensorFlow."""

NOT_QUICK = (
    "unit/concurrency/test_random_streams.py",
    "unit/executor_stacks/test_instrumentation.py",
    "unit/executor_stacks/test_ray.py",
    "unit/executor_stacks/test_remote.py",
    "unit/executors/test_caching_executor.py",
    "unit/executors/test_closure_conversion.py",
    "unit/executors/test_eager_tf_executor.py",
    "unit/executors/test_executor_base.py",
    "unit/executors/test_owned_value.py",
    "unit/federation/test_block_folds.py",
    "unit/federation/test_federating_strategy.py",
    "unit/federation/test_fold_shape.py",
    "unit/federation/test_number_watch.py",
    "unit/federation/test_parallel_fold.py",
    "unit/language/test_lambda_names.py",
    "unit/language/test_provenance.py",
    "unit/tracing/document/test_output_files.py",
    "unit/tracing/document/test_sketches.py",
    "unit/tracing/document/test_span_reader.py",
    "unit/tracing/document/test_table.py",
    "unit/tracing/document/test_table_html.py",
    "unit/tracing/document/test_trace_file.py",
    "unit/tracing/document/test_type_info.py",
    "unit/tracing/recording/test_adoption.py",
    "unit/tracing/recording/test_ast_nodes.py",
    "unit/tracing/recording/test_payload_sizes.py",
    "unit/tracing/recording/test_reading.py",
    "unit/tracing/recording/test_recorder.py",
    "unit/tracing/recording/test_reports.py",
)
"""Those of the same folders that need it, or take seconds."""

LONG = (
    "property/test_blocks.py",
    "integration/test_lessons.py",
    "integration/remote/test_ray.py",
    "browser/test_notebook.py",
    "integration/remote/test_faults.py",
    "integration/remote/test_shared_memory.py",
    "integration/test_interrupted_scripts.py",
    "integration/remote/test_fed_avg_faults.py",
    "property/test_stacks_agree.py",
    "unit/external_runtime/tensorflow/graph_passes/test_straight_lines.py",
    "integration/remote/test_data_at_workers.py",
    "integration/test_forked_processes.py",
    "integration/notebooks/test_*.py",
    "integration/test_docs.py",
    "browser/test_*.py",
    "property/test_*.py",
)
"""Files that take about half a minute or more, with the longest first."""

TESTS = pathlib.Path(__file__).parent

# A machine that is busy is slow, which is no fault of the code.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")


class _WithoutTensorFlow(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Lets TensorFlow be found, but not be loaded, which takes longer than all quick tests together."""

    def find_spec(self, name, path, target=None):
        spec = importlib.machinery.PathFinder.find_spec(name, path) if name in ("tensorflow", "keras") else None
        if spec is not None:
            spec.loader = self
        return spec

    def create_module(self, spec):
        raise ImportError(f"{spec.name} is not loaded with --quick. Take this file out of QUICK in tests/conftest.py.")

    def exec_module(self, module):
        raise NotImplementedError


def pytest_addoption(parser):
    parser.addoption("--quick", action="store_true", help="run only tests that need no TensorFlow")
    parser.addoption("--ray", action="store_true", help="run only tests that are made for Ray too, and on Ray")


if "--quick" in sys.argv:  # At once: the conftest.py of a folder is loaded before options are known.
    sys.meta_path.insert(0, _WithoutTensorFlow())


def pytest_ignore_collect(collection_path, config):
    """Leaves out folders too: their conftest.py may need TensorFlow."""
    if not config.getoption("--quick") or collection_path.suffix not in ("", ".py"):
        return None
    return not any(path.is_relative_to(collection_path) for path in quick_files())


def pytest_collection_finish():
    """Lets the garbage collector pass over TensorFlow and the tests, which stay: it would look through them often."""
    gc.freeze()


def pytest_collection_modifyitems(config, items):
    """With --ray, leaves out what is not made for it.

    Lets the files that take long begin where several processes run the tests: at the end, all but one would wait.
    """
    if config.getoption("--ray"):
        marks = ((item, item.get_closest_marker("on_ray")) for item in items)
        others = [item for item, mark in marks if mark is None or mark.args == (False,)]
        config.hook.pytest_deselected(items=others)
        items[:] = [item for item in items if item not in set(others)]
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: _place(item.path))


@functools.cache
def _place(path):
    places = (place for place, pattern in enumerate(LONG) if path.relative_to(TESTS).match(pattern))
    return next(places, len(LONG))


@functools.cache
def quick_files():
    """Returns the files of tests that need no TensorFlow."""
    paths = {path for pattern in QUICK for path in TESTS.glob(pattern)}
    return paths - {path for pattern in NOT_QUICK for path in TESTS.glob(pattern)}


@pytest.fixture(autouse=True)
def interrupts_are_heard():
    """Where tests run in the background, the shell has told the process to ignore them."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
