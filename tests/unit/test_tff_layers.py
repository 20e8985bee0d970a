"""TensorFlow Federated's layers on this runtime, with a stand-in for its sources."""

import pathlib
import shutil
import subprocess
import sys
import textwrap

import pytest

STAND_IN = pathlib.Path(__file__).parent / "tff_stand_in"
LOAD = f"import tffsim as tff; package = tff.load_tff_layers({str(STAND_IN)!r})\n"


def run(code, load=LOAD):
    """Runs code in a fresh interpreter, after the layers were loaded, and returns what it prints."""
    done = subprocess.run(
        [sys.executable, "-c", load + textwrap.dedent(code)], capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout.split()


# One process runs them all, in this order: TensorFlow is slow to load.
PROGRAMS = {
    "loading": """
        import sys
        print("tensorflow" in sys.modules)
    """,
    "rounds": """
        from tensorflow_federated.python import learning
        process = learning.build_mean_process(0.5)
        with tff.trace() as trace:
            model = process.initialize()
            for _ in range(3):
                model = process.next(model, [2.0, 4.0])
        print(model, learning.count([3, 4, 6]), len(trace.timing()) > 0)
    """,
    "stacks": """
        from tensorflow_federated.python import learning
        process = learning.build_mean_process(0.1)
        local, debug = tff.local_executor_factory, tff.debug_executor_factory
        for factory in (local(), local(max_fanout=2), debug()):
            with tff.use(factory):
                print(process.next(process.initialize(), [0.1 * k for k in range(40)]), learning.count([2] * 40))
    """,
    "contexts": """
        import asyncio
        from tensorflow_federated.python import learning
        from tensorflow_federated.python.core import backends
        from tensorflow_federated.python.core.backends import native
        from tensorflow_federated.python.core.backends.native import compiler, execution_contexts
        from tensorflow_federated.python.core.backends.test import cpp_execution_contexts
        from tensorflow_federated.python.core.impl.executor_stacks import executor_factory
        execution_contexts.set_sync_local_cpp_execution_context(default_num_clients=7)
        print(type(tff.get_context()) is tff.SyncExecutionContext, compiler.FORM)
        cpp_execution_contexts.set_async_test_cpp_execution_context()
        print(type(tff.get_context()) is tff.AsyncExecutionContext, backends.native is native)
        factory = executor_factory.local_cpp_executor_factory(default_num_clients=2)
        context = tff.framework.AsyncExecutionContext(factory)
        print(asyncio.run(context.invoke(learning.count, [1, 2])))
    """,
    "names": """
        import tensorflow_federated
        from tensorflow_federated.python import learning
        print(tff.learning is learning, hasattr(tff, "aggregators"), hasattr(tff, "templates"), hasattr(tff, "utils"))
        print(package is tensorflow_federated, tff.load_tff_layers(package.__path__[0]) is package)
    """,
    "compiled": """
        from tensorflow_federated.python.core.impl.executors import executor_bindings
        try:
            executor_bindings.create_tensorflow_executor(1)
        except NotImplementedError as error:
            print(error)
    """,
}


@pytest.fixture(scope="module")
def printed():
    """What each program prints, in words."""
    words = run("".join(f"print('##{name}')\n{textwrap.dedent(code)}" for name, code in PROGRAMS.items()))
    parts = " ".join(words).split("##")[1:]
    return {part.split()[0]: part.split()[1:] for part in parts}


def test_loading_the_layers_does_not_load_tensorflow(printed):
    assert printed["loading"] == ["False"]


def test_the_layers_run_here_and_are_traced(printed):
    assert printed["rounds"] == ["2.625", "3", "True"]


def test_the_layers_are_the_same_on_a_tree_and_on_the_debug_stack(printed):
    assert len(set(printed["stacks"][::2])) == 1 and printed["stacks"][1::2] == ["0", "0", "0"]


def test_their_execution_contexts_are_ours(printed):
    assert printed["contexts"] == ["True", "native", "True", "True", "3"]


def test_the_names_of_the_layers_are_names_of_tffsim_then(printed):
    assert printed["names"] == ["True", "True", "True", "False", "True", "True"]


def test_compiled_code_is_named_when_it_is_called(printed):
    sentence = " ".join(printed["compiled"])
    path = "tensorflow_federated.cc.core.impl.executors.executor_bindings.create_tensorflow_executor"
    assert sentence.startswith(f"`{path}` is made by a build") and "tffsim runs the computations" in sentence


def test_the_page_says_what_is_replaced():
    page = (pathlib.Path(__file__).parents[2] / "docs" / "tff_layers.md").read_text(encoding="utf-8")
    code = """
        from tffsim import tff_layers
        print(*sorted({*tff_layers.PACKAGES, *tff_layers.MODULES, *tff_layers._MADE_BY_A_BUILD}))
    """
    for module in run(code, "import tffsim\n"):
        assert f"`{module}`" in page


def attempt(sources, before=""):
    code = f"""
        import tffsim as tff
        try:
            tff.load_tff_layers({str(sources)!r})
        except (FileNotFoundError, RuntimeError) as error:
            print(error)
    """
    return " ".join(run(code, before))


def test_a_folder_without_sources_is_refused(tmp_path):
    assert attempt(tmp_path).startswith("There is no folder `tensorflow_federated/python`")


@pytest.mark.parametrize("front_end", ["import tensorflow_federated.python.core.impl", None])
def test_a_version_with_a_language_of_its_own_is_refused(tmp_path, front_end):
    shutil.copytree(STAND_IN, tmp_path / "old")
    (path,) = (tmp_path / "old").rglob("tensorflow_computation.py")
    path.unlink() if front_end is None else path.write_text(front_end)
    assert "have a language of their own" in attempt(tmp_path / "old")


def test_layers_that_are_imported_already_are_refused():
    before = "import sys, types; sys.modules['tensorflow_federated'] = types.ModuleType('tensorflow_federated')\n"
    assert "is imported already" in attempt(STAND_IN, before)


def test_what_a_build_made_is_used_if_it_is_on_disk(tmp_path):
    shutil.copytree(STAND_IN, tmp_path / "built")
    proto = tmp_path / "built" / "tensorflow_federated" / "proto" / "v0"
    proto.mkdir(parents=True)
    (proto / "executor_pb2.py").write_text("Value = 'made by a build'\n")
    load = f"import tffsim as tff; tff.load_tff_layers({str(tmp_path / 'built')!r})\n"
    code = "from tensorflow_federated.proto.v0 import executor_pb2; print(executor_pb2.Value)"
    assert run(code, load) == ["made", "by", "a", "build"]
