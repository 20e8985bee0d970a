"""Binder: its order of installing, its first lesson in a browser, and what both cost.

repo2docker fills an environment with a front end of its own, installs `binder/requirements.txt` into it, and runs
`binder/postBuild` in a clone. `binder/start` stands before each session.
"""

import json
import pathlib
import traceback

import nbformat
import psutil
from playwright.sync_api import Error, Page

from tests.browser.lab import CHROMIUM, Lab, run_all_cells, running_browser, running_lab, wait_until_idle
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
_FINISHED = "iframe[title=Trace]"
_MILLISECONDS = 300_000
# The lesson's own computation may have ended before a page has loaded its first view. So the last cell calls it until
# the browser has seen it run.
_SEEN = "seen"
_WATCHED = f"""%%tff_execute
import pathlib
import time
while not pathlib.Path("{_SEEN}").exists():
    mean_temperature([14.0, 16.0, 18.0, 20.0, 22.0, 24.0, 26.0, 28.0])
    time.sleep(0.05)
"""
# Of the running view, how often its first executor was called; None while no view runs.
_CALLS = """
() => {
  const box = document.querySelector(".tffsim[data-state=running] [data-panel=stack] [data-calls]");
  return box ? +box.dataset.calls : null;
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
    lesson = clone / "notebooks" / LESSON
    notebook = nbformat.read(lesson, as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell(_WATCHED))
    nbformat.write(notebook, lesson)
    start = [str(clone / "binder" / "start"), environment.python]
    with running_lab(clone, start, environment.variables()) as lab, running_browser() as browser:
        try:
            return _lesson(lab, browser.new_page(), lesson.with_name(_SEEN))
        except Error as error:
            raise StepError(traceback.format_exc()) from error


def _lesson(lab: Lab, page: Page, seen: pathlib.Path) -> str:
    problems: list[str] = []
    frames: list[bytes] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: frames.append(_bytes(frame))))
    page.goto(lab.url(LESSON).replace("/tree/", "/tree/notebooks/"))
    page.wait_for_selector(".jp-Notebook", timeout=_MILLISECONDS)
    wait_until_idle(page, _MILLISECONDS)
    run_all_cells(page)
    page.wait_for_selector(".tffsim[data-state]", state="attached", timeout=_MILLISECONDS)
    seconds = _processor_seconds(lab)
    _wait_until_live(page)
    seen.touch()
    page.wait_for_function(f"() => document.querySelectorAll({_FINISHED!r}).length == 2", timeout=_MILLISECONDS)
    wait_until_idle(page, _MILLISECONDS)
    messages = sum(b'"comm_msg"' in frame for frame in frames)
    errors = page.evaluate(
        "() => [...window.jupyterapp.shell.currentWidget.content.model.cells]"
        ".flatMap(cell => cell.outputs?.toJSON() ?? []).filter(o => o.output_type === 'error').map(o => o.evalue)"
    )
    if problems or errors or messages < _FEWEST_MESSAGES:
        raise StepError(f"{LESSON}: {messages} live messages. {' '.join([*errors, *problems])}")
    return ", ".join(
        [
            f"lesson 01 in the lab, seen while it ran, with {messages} live messages",
            _within("first picture after", seconds, _MOST_SECONDS_OF_ONE_CPU, "s of one CPU"),
            _within("lab and lesson", _memory(lab) / 1e9, _MOST_GB_OF_MEMORY, "GB of memory"),
        ]
    )


def _wait_until_live(page: Page) -> None:
    """Waits until a view says that its cell runs, and then that an executor is called more and more."""
    page.wait_for_function(f"() => ({_CALLS})() !== null", timeout=_MILLISECONDS)
    calls = page.evaluate(_CALLS)
    page.wait_for_function(f"calls => ({_CALLS})() > calls", arg=calls, timeout=_MILLISECONDS)


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
