"""What TensorFlow says when it starts: hidden by every entry of tffsim, unless something is wrong."""

import os
import pathlib
import subprocess
import sys

import pytest

from tffsim.external_runtime.tensorflow import tensorflow_startup

ROOT = pathlib.Path(__file__).parents[4]
DATED = "2026-01-31 10:20:30.123456: {} tensorflow/core/some_file.cc:42] {}\n"
ABSEIL = "{}0131 00:00:1764115200.123456  4242 some_file.cc:42] {}\n"
NOISE = DATED.format("I", "Some rounding may differ.") + DATED.format("E", "failed call to cuInit")
IMPORT = "import tffsim, tensorflow"
LOOK = "from tensorflow.python.eager.context import context; context().ensure_initialized()"


def run(code, *, folder=None, level=None):
    """Runs code in a process of its own, with the modules of a folder before all others."""
    environment = {name: value for name, value in os.environ.items() if name != "TF_CPP_MIN_LOG_LEVEL"}
    environment["PYTHONPATH"] = os.pathsep.join([*([str(folder)] if folder else []), str(ROOT)])
    if level is not None:
        environment["TF_CPP_MIN_LOG_LEVEL"] = level
    return subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)


def built_for(cuda, rocm):
    """Returns code of a TensorFlow that tells for which devices it was built."""
    build = {"is_cuda_build": cuda, "is_rocm_build": rocm} if cuda is not None else {}
    return f"import types; sysconfig = types.SimpleNamespace(get_build_info=lambda: {build})"


@pytest.fixture
def fake(tmp_path):
    """Makes a TensorFlow that speaks, then runs code."""

    def make(code=""):
        package = tmp_path / "tensorflow"
        package.mkdir()
        source = f"import os, warnings\nos.write(2, {NOISE.encode()!r})\n{code}\n"
        (package / "__init__.py").write_text(source, encoding="utf-8")
        return tmp_path

    return make


@pytest.mark.parametrize("form", [DATED, ABSEIL])
@pytest.mark.parametrize(("level", "hidden"), [("I", True), ("W", True), ("E", True), ("F", False)])
def test_lines_of_a_log_are_noise_but_not_the_last_words(form, level, hidden):
    assert tensorflow_startup.is_noise(form.format(level, "something")) is hidden


@pytest.mark.parametrize(
    "line", ["/some/file.py:3: UserWarning: too old\n", "Illegal instruction\n", "I was here\n", "E: no space left\n"]
)
def test_other_lines_are_no_noise(line):
    assert not tensorflow_startup.is_noise(line)


@pytest.mark.parametrize("form", [DATED, ABSEIL])
def test_where_a_gpu_should_be_found_errors_are_no_noise(form, tmp_path, monkeypatch):
    monkeypatch.setattr(tensorflow_startup, "_DRIVER", str(tmp_path))
    assert not tensorflow_startup.is_noise(form.format("E", "failed call to cuInit"))
    assert tensorflow_startup.is_noise(form.format("E", "Unable to register cuDNN factory: it was registered"))
    assert tensorflow_startup.is_noise(form.format("I", "something"))


@pytest.mark.parametrize(
    "entry", [IMPORT, "import tffsim.cli.main, tensorflow", "import tffsim; from tensorflow import __doc__"]
)
def test_an_import_after_that_of_tffsim_is_silent(fake, entry):
    assert run(entry, folder=fake()).stderr == ""


@pytest.fixture
def fake_with_devices(fake):
    """Makes a TensorFlow that speaks again when it looks for devices; `LOOK` lets it."""

    def make(code="", look=""):
        folder = fake(code)
        eager = folder / "tensorflow" / "python" / "eager"
        eager.mkdir(parents=True)
        context = f"""
import functools, os
class Context:
    def ensure_initialized(self):
        os.write(2, {NOISE.encode()!r})
        {look}
context = functools.cache(Context)
"""
        (eager / "context.py").write_text(context, encoding="utf-8")
        return folder

    return make


def test_where_tensorflow_came_first_it_still_looks_for_devices_silently(fake_with_devices):
    # That of the import, which is over.
    assert run(f"import tensorflow, tffsim; {LOOK}", folder=fake_with_devices()).stderr == NOISE


@pytest.mark.parametrize(
    ("cuda", "rocm", "hidden"), [(True, False, True), (False, True, True), (None, None, True), (False, False, False)]
)
def test_nothing_is_hidden_where_tensorflow_has_no_devices_to_look_for(fake_with_devices, cuda, rocm, hidden):
    folder = fake_with_devices(built_for(cuda, rocm))
    assert run(f"{IMPORT}; {LOOK}", folder=folder).stderr == ("" if hidden else NOISE)


def test_what_plug_ins_say_of_their_devices_is_hidden(fake_with_devices):
    folder = fake_with_devices(built_for(cuda=False, rocm=False))
    (folder / "tensorflow-plugins").mkdir()
    assert run(f"{IMPORT}; {LOOK}", folder=folder).stderr == ""


def test_a_look_for_devices_that_aborts_shows_everything(fake_with_devices):
    folder = fake_with_devices(look="os.abort()")
    done = run(f"{IMPORT}; {LOOK}", folder=folder)
    assert (done.stderr, done.returncode != 0) == (NOISE, True)


def test_warnings_of_python_code_are_shown(fake):
    done = run(IMPORT, folder=fake("warnings.warn('a library is too old')"))
    assert "a library is too old" in done.stderr
    assert "rounding" not in done.stderr


def test_that_keras_looks_for_a_name_of_numpy_is_nobodys_business(fake):
    looks = "warnings.warn('In the future `np.object` will be defined as the corresponding scalar.', FutureWarning)"
    always = "import tffsim, warnings; warnings.simplefilter('always'); import tensorflow"
    folder = fake(looks)
    assert [run(code, folder=folder).stderr for code in (IMPORT, always)] == ["", ""]


def test_a_failing_import_shows_everything_and_the_error(fake):
    done = run(IMPORT, folder=fake("raise ImportError('a library is missing')"))
    assert done.stderr.startswith(NOISE)
    assert done.stderr.endswith("ImportError: a library is missing\n")


def test_an_import_that_aborts_shows_everything(fake):
    done = run(IMPORT, folder=fake("os.write(2, b'The processor has no AVX.\\n'); os.abort()"))
    assert done.stderr == NOISE + "The processor has no AVX.\n"
    assert done.returncode != 0


@pytest.mark.parametrize(("level", "shown"), [("0", NOISE), ("1", NOISE), ("2", ""), ("3", "")])
def test_a_user_who_wants_the_text_gets_it(fake, level, shown):
    assert run(IMPORT, folder=fake(), level=level).stderr == shown


def test_the_level_of_the_user_stands(fake):
    code = "import os, tffsim; print(os.environ['TF_CPP_MIN_LOG_LEVEL'])"
    assert [run(code, level=level).stdout for level in ("0", "3", None)] == ["0\n", "3\n", "2\n"]


def test_asking_where_tensorflow_is_does_not_import_it(fake):
    code = (
        "import sys, importlib.util, tffsim; importlib.util.find_spec('tensorflow'); print('tensorflow' in sys.modules)"
    )
    done = run(code + "; import tensorflow; print(tensorflow.__spec__.name)", folder=fake())
    assert (done.stdout, done.stderr) == ("False\ntensorflow\n", "")


def test_without_tensorflow_the_error_is_that_of_python():
    done = run("import sys; sys.modules['tensorflow'] = None; import tffsim\nimport tensorflow")
    assert done.stderr.endswith("ModuleNotFoundError: import of tensorflow halted; None in sys.modules\n")


def test_tensorflow_itself_starts_silently_and_its_devices_can_be_configured_first():
    code = """
import tffsim
import tensorflow as tf
tf.config.threading.set_inter_op_parallelism_threads(1)
print(len(tf.config.list_physical_devices("CPU")), tf.constant(2).numpy())
"""
    done = run(code)
    assert (done.stdout, done.stderr) == ("1 2\n", "")


@pytest.mark.parametrize("state", ["enabled", "disabled"])
@pytest.mark.parametrize("outcome", ["pass", "raise ImportError"])
def test_nobody_looks_for_garbage_during_the_import_and_all_is_as_before_after_it(fake, state, outcome):
    code = f"""
import contextlib, gc, tffsim
gc.{state[:-1]}()
with contextlib.suppress(ImportError):
    import tensorflow
print(gc.isenabled(), gc.get_freeze_count())
"""
    done = run(code, folder=fake(f"import gc; print(gc.isenabled()); {outcome}"))
    assert done.stdout == f"False\n{state == 'enabled'} 0\n"


def test_what_an_import_makes_is_old_afterwards(fake):
    code = "import gc, tffsim, tensorflow; print(any(found is tensorflow.kept for found in gc.get_objects(2)))"
    assert run(code, folder=fake("kept = [[]]")).stdout == "True\n"


def test_what_the_user_has_frozen_stays_so(fake):
    code = "import gc, tffsim; gc.freeze(); before = gc.get_freeze_count(); import tensorflow"
    assert run(f"{code}; print(gc.get_freeze_count() == before)", folder=fake()).stdout == "True\n"


def test_what_was_hidden_is_kept_for_those_who_ask(fake):
    module = "tffsim.external_runtime.tensorflow.tensorflow_startup"
    code = f"{IMPORT}\nfrom {module} import hidden_lines\nprint(*hidden_lines, end='')"
    assert run(code, folder=fake()).stdout.replace("\n ", "\n") == NOISE
