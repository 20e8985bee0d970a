"""Binder: its order of installing, its first lesson in a browser, and what both cost.

repo2docker fills an environment with a front end of its own, installs `binder/requirements.txt` into it, and runs
`binder/postBuild` in a clone. `binder/start` stands before each session.
"""

import json
import pathlib

import psutil
from playwright.sync_api import Error, Page

from tests.browser.lab import CHROMIUM, Lab, run_all_cells, run_cell, running_browser, running_lab, wait_until_idle
from tests.installations.environments import Environment, Package, StepError, run

# What its images have before anything of ours. With this kernel, live views stay empty.
FRONT_END = ("jupyterlab==4.4.9", "notebook==7.4.7", "ipywidgets==8.1.7", "ipython==9.6.0", "ipykernel==7.0.1")
LESSON = "01_first_computation.ipynb"
_TRACED_ROUNDS = pathlib.Path(__file__).with_name("traced_rounds.py")
_MOST_GB_OF_FILES = 2.0
_MOST_GB_OF_MEMORY = 2.0
_MOST_MB_OF_ROUNDS = 80
_MOST_SECONDS_OF_ONE_CPU = 40
_CLONE = "clone"
_FEWEST_MESSAGES = 5
_MOST_REPETITIONS = 4
_MILLISECONDS = 300_000
# Notes what the live view says of itself, however short.
_NOTE_STATES = """
() => {
  window.tffStates = [];
  const note = () => {
    for (const view of document.querySelectorAll(".tffsim[data-state]"))
      if (window.tffStates.at(-1) !== view.dataset.state) window.tffStates.push(view.dataset.state);
  };
  new MutationObserver(note).observe(document.body, {subtree: true, childList: true, attributes: true});
}
"""


def install(environment: Environment, package: Package) -> None:
    """Installs in Binder's order, the environment's own `postBuild` included."""
    environment.uv("install", "pip", *FRONT_END)
    clone = package.unpacked(environment.folder / _CLONE)
    environment.uv("install", "--requirement", str(clone / "binder" / "requirements.txt"))
    run([str(clone / "binder" / "postBuild")], clone, environment.variables())
    if environment.versions()["ipykernel"].startswith("7.0."):
        raise StepError("ipykernel 7.0 was left in place, with which live views stay empty.")


def size_of_files(environment: Environment, folder: pathlib.Path) -> str:
    """What is installed is small enough for an image of Binder."""
    files = (path for path in (environment.folder / "lib").rglob("*") if path.is_file() and not path.is_symlink())
    size = sum(path.stat().st_size for path in files) / 1e9
    return _within("site-packages", size, _MOST_GB_OF_FILES, "GB")


def memory_of_rounds(environment: Environment, folder: pathlib.Path) -> str:
    """A kernel that has shown 20 traced rounds needs little more memory than TensorFlow alone."""
    (clone,) = (environment.folder / _CLONE).iterdir()
    measure = [str(clone / "binder" / "start"), environment.python, str(_TRACED_ROUNDS)]
    seen = json.loads(run(measure, folder, environment.variables()).splitlines()[-1])
    added = _within("20 traced rounds", seen["rounds"] - seen["kernel"], _MOST_MB_OF_ROUNDS, "MB")
    return f"{added} above a kernel with TensorFlow ({seen['kernel']:.0f} MB; without a kernel {seen['bare']:.0f} MB)"


def lesson_in_the_lab(environment: Environment, folder: pathlib.Path) -> str:
    """The first lesson runs in the lab of a session; its view is live, and all fits into a session's memory."""
    if CHROMIUM is None:
        raise StepError("Chromium is not installed; see `make tools`.")
    (clone,) = (environment.folder / _CLONE).iterdir()
    start = [str(clone / "binder" / "start"), environment.python]
    with running_lab(clone, start, environment.variables()) as lab, running_browser() as browser:
        try:
            return _lesson(lab, browser.new_page())
        except Error as error:
            raise StepError(f"{LESSON} in the browser: {error}") from error


def _lesson(lab: Lab, page: Page) -> str:
    problems: list[str] = []
    frames: list[bytes] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: frames.append(_bytes(frame))))
    page.goto(lab.url(LESSON).replace("/tree/", "/tree/notebooks/"))
    page.wait_for_selector(".jp-Notebook", timeout=_MILLISECONDS)
    wait_until_idle(page)
    page.evaluate(_NOTE_STATES)
    run_all_cells(page)
    page.wait_for_function("() => window.tffStates.length", timeout=_MILLISECONDS)
    seconds = _processor_seconds(lab)
    page.wait_for_selector("iframe[title=Trace]", state="attached", timeout=_MILLISECONDS)
    wait_until_idle(page)
    states = _states_of_a_live_view(page)
    messages = sum(b'"comm_msg"' in frame for frame in frames)
    errors = page.evaluate(
        "() => [...window.jupyterapp.shell.currentWidget.content.model.cells]"
        ".flatMap(cell => cell.outputs?.toJSON() ?? []).filter(o => o.output_type === 'error').map(o => o.evalue)"
    )
    if problems or errors or not _was_live(states) or messages < _FEWEST_MESSAGES:
        raise StepError(f"{LESSON}: {messages} live messages, states {states}. {' '.join([*errors, *problems])}")
    return ", ".join(
        [
            f"lesson 01 in the lab with {messages} live messages",
            _within("first picture after", seconds, _MOST_SECONDS_OF_ONE_CPU, "s of one CPU"),
            _within("lab and lesson", _memory(lab) / 1e9, _MOST_GB_OF_MEMORY, "GB of memory"),
        ]
    )


def _states_of_a_live_view(page: Page) -> list[str]:
    """Returns what the views said of themselves.

    The first view of a page waits for its program. On a busy machine, the short computation of the lesson may have
    ended by then: so its cell runs again until the view was there before the end.
    """
    number = page.evaluate(
        "() => [...window.jupyterapp.shell.currentWidget.content.model.cells]"
        ".findIndex(cell => cell.sharedModel.source.startsWith('%%tff_execute'))"
    )
    for _ in range(_MOST_REPETITIONS):
        states: list[str] = page.evaluate("() => window.tffStates")
        if _was_live(states):
            break
        run_cell(page, number)
    return states


def _was_live(states: list[str]) -> bool:
    """Whether a view was there before the end. It need not have said `running`: that may last for a few frames."""
    return any(state != "done" for state in states)


def _bytes(frame: str | bytes) -> bytes:
    return frame.encode() if isinstance(frame, str) else frame


def _processor_seconds(lab: Lab) -> float:
    """What the kernel has needed of processors since it started."""
    (kernel,) = (child for child in psutil.Process(lab.process).children() if "ipykernel" in " ".join(child.cmdline()))
    spent = kernel.cpu_times()
    return spent.user + spent.system


def _memory(lab: Lab) -> int:
    """What the server and its kernels hold; what several of them share is counted once."""
    server = psutil.Process(lab.process)
    return sum(process.memory_full_info().pss for process in (server, *server.children(recursive=True)))


def _within(what: str, value: float, most: float, unit: str) -> str:
    if value > most:
        raise StepError(f"{what}: {value:.3g} {unit}; {most:.3g} may be.")
    return f"{what} {value:.3g} {unit}"
