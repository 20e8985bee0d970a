"""Programs of TensorFlow Federated, with another import line."""

import pathlib

import pytest

import tffsim as tff

THEIRS, OURS = "import tensorflow_federated as tff\n", "import tffsim as tff\n"
PROGRAMS = sorted(path for path in pathlib.Path(__file__).parent.glob("*.py") if not path.name.startswith("test_"))
STACKS = {
    "local": tff.local_executor_factory,
    "tree": lambda: tff.local_executor_factory(max_fanout=2),
    "debug": tff.debug_executor_factory,
}


@pytest.mark.parametrize("stack", STACKS)
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.stem)
def test_it_runs_when_its_import_line_is_changed(program, stack):
    source = program.read_text(encoding="utf-8")
    assert source.count(THEIRS) == 1 and "tffsim" not in source
    with tff.use(STACKS[stack]()):
        exec(compile(source.replace(THEIRS, OURS), str(program), "exec"), {"__name__": "__main__"})


def test_the_four_core_tutorials_are_there():
    assert [path.stem for path in PROGRAMS] == [
        "custom_algorithms_1",
        "custom_algorithms_2",
        "federated_select",
        "random_noise",
    ]
