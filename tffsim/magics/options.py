"""What the options in the line of `%%tff_execute` say, and one line on what is wrong with them."""

import argparse
import keyword
import os
import pathlib
import re
from collections.abc import Callable, Mapping

from federated_language.framework import AsyncContext, Computation, PolymorphicComputation, SyncContext
from IPython.core.error import UsageError

from tffsim.magics.background_run import BackgroundRun
from tffsim.magics.option_line import words_of
from tffsim.magics.spelling import did_you_mean
from tffsim.magics.stack_choice import chosen_context
from tffsim.traces.trace import SUFFIX, Trace
from tffsim.views import PANELS
from tffsim.views.panels.declared import OVERVIEW

_UNKNOWN_OPTION = re.compile(r"unrecognized arguments: (--[\w-]+)")


class Options(argparse.Namespace):
    """What a line says; see the arguments of `TffMagics.tff_execute`. `panels` and `context` are made of it."""

    stack: str | None
    clients: int | None
    max_fanout: int | None
    view: str
    trace: str | None
    save: str | None
    no_trace: bool
    values: str
    background: str | None
    panels: tuple[str, ...]
    context: SyncContext | AsyncContext | None


def read_options(magic: Callable[..., object], line: str, variables: Mapping[str, object]) -> Options:
    """Returns the options of the magic, checked, with the `context` and the `panels` that they choose.

    Args:
        magic: The magic, whose parser knows its options.
        line: The line of options.
        variables: Those of the user, where names are looked up.

    Raises:
        UsageError: If one cannot be read, or two do not go together.
    """
    options = _parsed(magic, line)
    options.panels = _panels(options.view)
    _check_name("trace", options.trace, variables, Trace)
    _check_name("background", options.background, variables, BackgroundRun)
    if options.trace and options.trace == options.background:
        raise UsageError(f"--trace and --background cannot both be called {options.trace!r}.")
    if options.no_trace and (options.trace or options.save):
        raise UsageError(f"--no-trace records nothing, so {'--trace' if options.trace else '--save'} has no trace.")
    if options.save:
        options.save = _file_to_save(options.save)
    options.context = chosen_context(variables, options.stack, options.clients, options.max_fanout)
    return options


def is_taken(variables: Mapping[str, object], name: str, kind: type) -> bool:
    """Whether a name stands for something that its user may want to keep: for anything but an older one of a kind."""
    value = variables.get(name)
    return value is not None and not isinstance(value, kind)


def _parsed(magic: Callable[..., object], line: str) -> Options:
    parser: argparse.ArgumentParser = vars(magic)["parser"]
    try:
        return parser.parse_args(words_of(line), Options())
    except ValueError as error:
        raise UsageError(f"%tff_execute cannot read its options {line!r}: {error}.") from None
    except UsageError as error:
        unknown = _UNKNOWN_OPTION.search(str(error))
        known = [name for action in parser._actions for name in action.option_strings]
        raise UsageError(f"{error}.{did_you_mean(unknown[1], known)}" if unknown else str(error)) from None


def _panels(text: str) -> tuple[str, ...]:
    names = [part.strip() for part in text.lower().split(",") if part.strip()]
    if names == ["none"]:
        return ()
    unknown = [name for name in names if name not in (*PANELS, "overview")]
    if unknown:
        question = did_you_mean(unknown[0], (*PANELS, "overview", "none"))
        raise UsageError(f"There is no panel {unknown[0]!r}.{question} Panels: {', '.join(PANELS)}; overview; or none.")
    panels = [panel for name in names for panel in (OVERVIEW if name == "overview" else (name,))]
    return tuple(dict.fromkeys(panels))


def _check_name(option: str, name: str | None, variables: Mapping[str, object], kind: type) -> None:
    if (name and (not name.isidentifier() or keyword.iskeyword(name))) or (name == "" and option == "trace"):
        raise UsageError(f"--{option} needs the name of a variable, found {name!r}.")
    if name and is_taken(variables, name, kind):
        is_computation = isinstance(variables[name], (Computation, PolymorphicComputation))
        what = "a computation" if is_computation else "in use"
        raise UsageError(f"--{option} would overwrite `{name}`, which is {what}. Choose another name.")


def _file_to_save(name: str) -> str:
    path = pathlib.Path(name)
    if not path.parent.is_dir():
        raise UsageError(f"--save cannot write {name!r}: there is no such folder.")
    # What is there and no file, such as a pipe, is meant as it is.
    is_other = path.exists() and not path.is_file()
    file = name if is_other or name.endswith(SUFFIX) else name + SUFFIX
    if os.path.isdir(file):
        raise UsageError(f"--save cannot write {file!r}: it is a folder. Name a file in it.")
    return file
