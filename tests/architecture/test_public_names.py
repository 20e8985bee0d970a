"""The names that users may import, and where: what is listed here stays."""

import importlib
import pathlib
import re

import federated_language as fl
import pytest

import tffsim as tff

ROOT = pathlib.Path(__file__).parents[2]

OURS = {
    "ArgumentError", "AsyncExecutionContext", "CardinalityError", "DefinitionError", "ExecutionError", "Gate",
    "SyncExecutionContext", "Trace", "debug_executor_factory", "federated_computation",
    "federated_secure_modular_sum", "framework", "get_context", "hooked", "load_tff_layers", "load_trace",
    "local_executor_factory", "local_workers", "program", "ray_executor_factory", "remote_executor_factory",
    "set_language", "sizing_executor_factory", "tensorflow", "tf_computation", "trace", "use",
}  # fmt: skip
"""What tffsim has beside the names of the language."""

BELOW = {
    "tffsim.tensorflow": {"computation", "structure_from_tensor_type_tree", "to_type", "type_to_tf_tensor_specs"},
    "tffsim.simulation": {"client_data", "digits", "emnist", "fed_avg", "partitioning"},
    "tffsim.simulation.client_data": {"ClientData", "ClientDatasets", "InMemoryClientData"},
    "tffsim.executor_stacks.resource_managing_executor_factory": {"ResourceManagingExecutorFactory"},
    "tffsim.tracing.recorder": {"Recorder"},
    "tffsim.tracing.exports.opentelemetry": {"export_spans"},
}
"""What users import from modules below, as the docs say."""

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
PATH = re.compile(r"(?<![\w/.-])tffsim((?:\.[A-Za-z_]\w*)+)")


def found(path):
    """Returns what a dotted path names: a module, or a name in one."""
    parts = path.split(".")
    value = importlib.import_module(parts[0])
    for count, name in enumerate(parts[1:], 2):
        try:
            value = getattr(value, name)
        except AttributeError:
            value = importlib.import_module(".".join(parts[:count]))
    return value


def test_the_names_of_tffsim_are_those_of_the_language_and_these():
    of_the_language = {name for name in dir(fl) if not name.startswith("_")}
    assert set(tff.__all__) - of_the_language == OURS - of_the_language
    assert set(tff.__all__) >= OURS


@pytest.mark.parametrize("name", sorted(OURS))
def test_each_name_is_there(name):
    assert getattr(tff, name) is not None


@pytest.mark.parametrize(("module", "name"), [(module, name) for module in BELOW for name in sorted(BELOW[module])])
def test_each_name_below_is_there(module, name):
    assert found(f"{module}.{name}") is not None


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_a_page_names_can_be_imported(page):
    for path in sorted(set(PATH.findall(page.read_text(encoding="utf-8")))):
        assert found(f"tffsim{path}") is not None
