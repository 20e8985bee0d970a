"""What must work in an environment of users. Each check returns a few words of what it saw."""

import json
import pathlib
import re

from tests.installations.environments import ROOT, Environment, Package, StepError, outputs, run

_LIVE_CELL = pathlib.Path(__file__).with_name("live_cell.py")
_FEWEST_MESSAGES = 5


def silent_example(environment: Environment, folder: pathlib.Path) -> str:
    """The README's example prints its result, and nothing else."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    script = folder / "mean.py"
    script.write_text(_block(readme, "python"), encoding="utf-8")
    for command in ([environment.python, str(script)], [environment.python, "-m", "tffsim", "run", str(script)]):
        if _silent(command, folder) != _block(readme, "text"):
            raise StepError("The README's example printed something else.")
    return "example"


def silent_demo(environment: Environment, folder: pathlib.Path) -> str:
    """The demo trains, and nothing but its own output is printed."""
    printed = _silent([environment.python, "-m", "tffsim", "demo", "--rounds", "3", "--clients", "5"], folder)
    return f"demo {re.findall(r'([0-9.]+%)', printed)[-1]}"


def live_cell(environment: Environment, folder: pathlib.Path) -> str:
    """A cell with `%%tff_execute` sends its view while it runs, and no error."""
    seen = json.loads(run([environment.python, str(_LIVE_CELL)], folder).splitlines()[-1])
    if seen["problems"] or seen["messages"] < _FEWEST_MESSAGES:
        raise StepError(f"The cell sent {seen['messages']} live messages. {' '.join(seen['problems'])}")
    return f"{seen['messages']} live messages"


def unit_and_property_tests(environment: Environment, folder: pathlib.Path) -> str:
    """The tests that need no front end pass, on the sources of this checkout."""
    command = [
        environment.python,
        "-m",
        "pytest",
        "-q",
        "-n",
        "2",
        "--dist",
        "loadfile",
        "tests/unit",
        "tests/property",
        "tests/integration/notebooks",
        "tests/integration/traces",
    ]
    return run(command, ROOT, {"PYTHONPATH": str(ROOT)}).strip().splitlines()[-1]


def make_test(package: Package, folder: pathlib.Path) -> str:
    """`make test` passes in an unpacked source archive."""
    return run(["make", "test"], package.unpacked(folder)).strip().splitlines()[-1]


def _silent(command: list[str], folder: pathlib.Path) -> str:
    """Returns what a command prints, if it says nothing else."""
    printed, said = outputs(command, folder)
    if said:
        raise StepError(f"{' '.join(command)} wrote to the standard error stream:\n{said}")
    return printed


def _block(text: str, language: str) -> str:
    (block,) = re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)
    return str(block)
