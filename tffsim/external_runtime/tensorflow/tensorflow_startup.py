"""TensorFlow starts without a word, unless something is wrong, and without a look for garbage.

When it is imported, and when it first looks for devices, TensorFlow writes lines about
processors, rounding and missing GPUs, some of them as errors, in a red that students take
for their own mistake. `hide_startup_messages` keeps them away wherever TensorFlow is
imported from: `import tffsim` calls it, and so do the command line and the magics, which
import tffsim. `TF_CPP_MIN_LOG_LEVEL=0` shows everything.

Its import makes 600,000 objects, and all of them stay. Python's garbage collector would look through them again and
again, which is a fifth of the time that the import takes.
"""

import contextlib
import functools
import gc
import importlib.abc
import importlib.machinery
import os
import re
import sys
import types
import warnings
from collections.abc import Callable, Iterator, Sequence

from tffsim.external_runtime.tensorflow.native_messages import native_messages_hidden

_LEVEL = "TF_CPP_MIN_LOG_LEVEL"
# TensorFlow's own form, with a date, and that of Abseil: `E0000 00:00:1764115200.123456 ...`.
_LOG_LINE = re.compile(r"(?:\d{4}-\d\d-\d\d [\d:.]+: ([IWEF]) |([IWEF])\d{4} [\d:.]+ )")
_CONTINUED = (
    "WARNING: All log messages before absl::InitializeLog() is called are written to STDERR",
    "To enable the following instructions:",
    "Skipping registering GPU devices",
)
# Keras asks NumPy whether it has this name still.
_LOOK_FOR_OBJECT = r"In the future `np\.object` will be defined"
_LIBRARY_LOADED_TWICE = "Unable to register"
_DRIVER = "/proc/driver/nvidia"
# Beside TensorFlow; it loads all libraries in it.
_PLUG_INS = "tensorflow-plugins"
_DEVICE_METHODS = ("ensure_initialized", "_initialize_physical_devices")

hidden_lines: list[str] = []
"""What was hidden in this process."""


def hide_startup_messages() -> None:
    """Lets TensorFlow start silently in this process, whoever imports it.

    Its later information and warnings, which speak to its developers, are hidden too; what
    it says of errors is shown. A level that the user has set stands.
    """
    if os.environ.setdefault(_LEVEL, "2") in ("0", "1"):
        return
    if "tensorflow" in sys.modules:
        _hide_messages_about_devices()
    elif not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())


def is_noise(line: str) -> bool:
    """Whether a line that TensorFlow wrote while it started says nothing about what goes wrong here."""
    found = _LOG_LINE.match(line)
    if found is None:
        return line.startswith(_CONTINUED)
    level = found[1] or found[2]
    if level == "E":
        # With a driver, there is a GPU that should have been found.
        return _LIBRARY_LOADED_TWICE in line or not os.path.exists(_DRIVER)
    return level != "F"


class _Finder(importlib.abc.MetaPathFinder):
    """Finds TensorFlow where Python finds it, and makes its import silent."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != "tensorflow":
            return None
        others = [finder for finder in sys.meta_path if finder is not self]
        found = (finder.find_spec(fullname, path, target) for finder in others)
        spec = next((spec for spec in found if spec is not None), None)
        if spec is not None and spec.loader is not None:
            execute = functools.partial(self._execute, spec.loader.exec_module)
            spec.loader.exec_module = execute  # type: ignore[method-assign]
        return spec

    def _execute(self, execute: Callable[[types.ModuleType], None], module: types.ModuleType) -> None:
        with contextlib.suppress(ValueError):
            sys.meta_path.remove(self)
        warnings.filterwarnings("ignore", _LOOK_FOR_OBJECT, FutureWarning)
        with _without_looks_for_garbage():
            _silently(execute, module)
        _hide_messages_about_devices()


@contextlib.contextmanager
def _without_looks_for_garbage() -> Iterator[None]:
    """A block whose objects stay: the garbage collector neither runs in it, nor takes its objects for young ones after.

    To freeze objects and let them go again makes them old at once. Who has frozen some wants them to stay so.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            if gc.get_freeze_count() == 0:
                gc.freeze()
                gc.unfreeze()
            gc.enable()


def _hide_messages_about_devices() -> None:
    """Makes the first look for devices silent.

    It must not come earlier than without tffsim: from then on, devices cannot be configured.
    The names are private; without them, the messages show.

    Hiding takes a second process, for which a first round would wait. Where it is known that there is nothing
    to look for, nothing is said at this level, and so nothing is hidden.
    """
    if _has_processors_only():
        return
    with contextlib.suppress(ImportError, AttributeError):
        from tensorflow.python.eager.context import context

        for name in _DEVICE_METHODS:
            setattr(context(), name, functools.partial(_first_use, context(), name, getattr(context(), name)))


def _has_processors_only() -> bool:
    """Whether TensorFlow was built for no other device, and no plug-in brings one."""
    tensorflow = sys.modules["tensorflow"]
    try:
        build = tensorflow.sysconfig.get_build_info()
        packages = os.path.dirname(tensorflow.__path__[0])
    except (AttributeError, ImportError, IndexError):
        return False  # It is being imported still, or is none.
    is_built_for_more = any(build.get(name, True) for name in ("is_cuda_build", "is_rocm_build"))
    return not (is_built_for_more or os.path.isdir(os.path.join(packages, _PLUG_INS)))


def _first_use(
    context: object, name: str, method: Callable[..., object], *arguments: object, **options: object
) -> object:
    vars(context).pop(name, None)
    return _silently(method, *arguments, **options)


def _silently(function: Callable[..., object], *arguments: object, **options: object) -> object:
    with native_messages_hidden(is_noise) as hidden:
        result = function(*arguments, **options)
    hidden_lines.extend(hidden)
    return result
