"""TensorFlow Federated's own learning layers, on this runtime.

    tff.load_tff_layers("~/src/tensorflow-federated")
    from tensorflow_federated.python import learning

The layers (`learning`, `aggregators`, `analytics`, `templates`) are Python on top of
`federated_language`, since that was taken out of TensorFlow Federated. What they build are
computations, and those run here. Only what starts the other runtime is in the way: it is
compiled code, which the sources do not hold. So these modules are replaced when they are
imported, and no others:

- `tensorflow_federated`, and in it `python.core.backends` with `native` and `test`: packages
  that hold what is on disk. Their own code would load everything, and the other runtime.
- `execution_contexts` and `cpp_execution_contexts` in `native` and in `test`: their functions
  make and set contexts of tffsim.
- `executor_factory` and `cpp_executor_factory` in `python.core.impl.executor_stacks`: theirs
  makes local stacks of tffsim.
- what is not on disk because a build makes it, in `tensorflow_federated.cc` and
  `tensorflow_federated.proto`: placeholders, which say so when they are called.
"""

import importlib.abc
import importlib.machinery
import os
import pathlib
import sys
import types
from collections.abc import Sequence
from typing import Any, Final

from tffsim import aliases
from tffsim.execution_contexts import default_context

_ROOT: Final = "tensorflow_federated"
_BACKENDS: Final = f"{_ROOT}.python.core.backends"
_STACKS: Final = f"{_ROOT}.python.core.impl.executor_stacks"
_MADE_BY_A_BUILD: Final = (f"{_ROOT}.cc", f"{_ROOT}.proto")
# The first module of that system which is written in terms of `federated_language` or is not.
_FRONT_END: Final = "python/core/environments/tensorflow_frontend/tensorflow_computation.py"

PACKAGES: Final = (_ROOT, _BACKENDS, f"{_BACKENDS}.native", f"{_BACKENDS}.test")
"""The packages that are replaced: what is in their folders can be imported, their own code is not run."""

MODULES: Final = {
    f"{_BACKENDS}.native": "backends.native",
    f"{_BACKENDS}.native.execution_contexts": "backends.native",
    f"{_BACKENDS}.native.cpp_execution_contexts": "backends.native",
    f"{_BACKENDS}.test": "backends.test",
    f"{_BACKENDS}.test.execution_contexts": "backends.test",
    f"{_BACKENDS}.test.cpp_execution_contexts": "backends.test",
    f"{_STACKS}.executor_factory": "framework",
    f"{_STACKS}.cpp_executor_factory": "framework",
}
"""The modules that are replaced, and the namespace of `tffsim.aliases` whose names they get."""


def load_tff_layers(sources: str | os.PathLike[str]) -> types.ModuleType:
    """Makes this runtime the one of TensorFlow Federated's layers, and makes them importable.

    Call it once, before anything imports `tensorflow_federated`. The layers run in the
    default context (see `tffsim.use`), and can be traced. What else they need, such as
    `dp_accounting`, must be installed.

    Args:
        sources: The folder that holds the folder `tensorflow_federated`, of a version
            that is built on `federated_language`.

    Returns:
        The package `tensorflow_federated`, for `from tensorflow_federated.python import
        learning`. `tff.learning`, `tff.aggregators`, `tff.analytics` and `tff.templates`
        are there, too.

    Raises:
        FileNotFoundError: If there are no such sources.
        RuntimeError: If `tensorflow_federated` is imported already, or its version has a
            language of its own.
    """
    package = _checked(pathlib.Path(sources).expanduser().resolve())
    loaded = sys.modules.get(_ROOT)
    if loaded is not None:
        if list(getattr(loaded, "__path__", [])) == [str(package)] and loaded.__spec__ is not None:
            return loaded
        raise RuntimeError(
            "`tensorflow_federated` is imported already, with a runtime of its own. "
            "Start Python again, and call `load_tff_layers` first."
        )
    sys.meta_path.insert(0, _Replacing(package))
    sys.meta_path.append(_StandingIn())
    default_context.install()
    import tensorflow_federated

    return tensorflow_federated


def _checked(folder: pathlib.Path) -> pathlib.Path:
    package = folder if folder.name == _ROOT and (folder / "python").is_dir() else folder / _ROOT
    if not (package / "python").is_dir():
        raise FileNotFoundError(
            f"There is no folder `{_ROOT}/python` in {folder}. Give the folder of TensorFlow Federated's sources."
        )
    front_end = package / _FRONT_END
    if not front_end.is_file() or "federated_language" not in front_end.read_text(encoding="utf-8"):
        raise RuntimeError(
            f"The sources in {folder} have a language of their own (0.87 and older do). "
            "Take a version that is built on the package `federated_language`."
        )
    return package


class _Replacing(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds our modules where the layers look for those that start the other runtime."""

    def __init__(self, package: pathlib.Path) -> None:
        self._package = package

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name not in PACKAGES and name not in MODULES:
            return None
        spec = importlib.machinery.ModuleSpec(name, self, is_package=name in PACKAGES)
        if name in PACKAGES:
            folder = self._package.joinpath(*name.split(".")[1:])
            spec.submodule_search_locations = [str(folder)]
        return spec

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> None:
        return None

    def exec_module(self, module: types.ModuleType) -> None:
        module.__doc__ = "Replaced by tffsim: see `tffsim.tff_layers`."
        namespace = MODULES.get(module.__name__)
        for name in aliases.names_in(namespace) if namespace is not None else ():
            setattr(module, name, aliases.find(f"{namespace}.{name}"))


class _StandingIn(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds placeholders for what only a build of that system makes. Asked last: what is on disk comes first."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if not any(name == part or name.startswith(f"{part}.") for part in _MADE_BY_A_BUILD):
            return None
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        return _Placeholder(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        """Does nothing: there is no code."""


class _Placeholder(types.ModuleType):
    """A module, or a function in one, of which the layers need the name and nothing else."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        path = f"{self.__name__}.{name}"
        if name[:1].isupper():  # A class; it may stand in annotations.
            return type(
                name, (), {"__init__": lambda self, *args, **kwargs: _refuse(path), "__module__": self.__name__}
            )
        return _Placeholder(path)

    def __call__(self, *args: object, **kwargs: object) -> None:
        _refuse(self.__name__)


def _refuse(path: str) -> None:
    raise NotImplementedError(
        f"`{path}` is made by a build of TensorFlow Federated, and is not here. tffsim runs the computations: "
        "call them, or use `tffsim.executor_stacks`."
    )
