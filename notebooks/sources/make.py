"""Makes the notebooks of the course from their sources, in this folder. Run it with `make lessons`.

A source is a Markdown file; its code blocks become the code cells. What stands between `### BEGIN SOLUTION` and
`### END SOLUTION` (the marks of nbgrader and otter) is left out of the student's version, which is run and kept with
its outputs. An exercise begins with `name = None`, so a notebook runs from top to bottom before anything is done.
The teacher's version has everything, and no outputs.

A line such as `WORDS: runtime, executor` becomes a table of what these words mean in the glossary. A trace of the run
becomes a page of the gallery.
"""

import dataclasses
import pathlib
import re
import sys
import time
import tomllib

import jupytext
import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

from notebooks.sources.memory import Memory
from tffsim.views.glossary import glossary

SOURCES = pathlib.Path(__file__).parent
NOTEBOOKS = SOURCES.parent
ROOT = NOTEBOOKS.parent
GALLERY = ROOT / "docs" / "gallery"
# The variable of a lesson with the trace that is shown in the gallery.
TRACES = {
    "01_first_computation": "t",
    "02_executors_and_stacks": "tree",
    "03_client_fan_out": "thousand",
    "04_federated_averaging": "round_1",
    "05_remote_workers": "crash",
}
_SOLUTION = re.compile(r"^( *)### BEGIN SOLUTION\n.*?### END SOLUTION$", re.DOTALL | re.MULTILINE)
_WORDS = re.compile(r"^WORDS: (.*)$", re.MULTILINE)
_LINK_UPWARDS = re.compile(r"(?<=\]\()\.\./")
_SECONDS_FOR_A_CELL = 600
# The seconds of processors that a process needed, and the largest amount of memory that it had, without what it took
# over from those that it came from. Only Linux tells this.
_COST = """
import contextlib, time
print(time.process_time())
with contextlib.suppress(FileNotFoundError), open("/proc/self/status") as status:
    print(next(line.split()[1] for line in status if line.startswith("VmHWM")))
"""


@dataclasses.dataclass(frozen=True, slots=True)
class Cost:
    """What it took to run a notebook.

    Attributes:
        seconds: By the clock, with the start of the kernel.
        processor_seconds: Of all processors, in the kernel.
        peak_megabytes: The largest resident memory of the kernel; None where the system does not tell.
        megabytes_of_all: The largest memory of the kernel and of all that it started; None where nobody can tell.
    """

    seconds: float
    processor_seconds: float
    peak_megabytes: float | None
    megabytes_of_all: float | None

    def __str__(self) -> str:
        memory = "" if self.peak_megabytes is None else f", {self.peak_megabytes:.0f} MB at the most"
        of_all = "" if self.megabytes_of_all is None else f", {self.megabytes_of_all:.0f} MB with its workers"
        return f"{self.seconds:.0f} s, {self.processor_seconds:.0f} s of processors{memory}{of_all}"


def sources() -> list[str]:
    """Returns the names of all lessons, such as `01_first_computation` and `ko/01_first_computation`."""
    return sorted(path.relative_to(SOURCES).with_suffix("").as_posix() for path in SOURCES.rglob("[0-9]*.md"))


def student_path(name: str) -> pathlib.Path:
    """Returns where the student's version of a lesson is kept."""
    return NOTEBOOKS / f"{name}.ipynb"


def teacher_path(name: str) -> pathlib.Path:
    """Returns where the teacher's version of a lesson is kept."""
    return NOTEBOOKS / "solutions" / f"{name}.ipynb"


def student_version(name: str) -> NotebookNode:
    """Returns a lesson without its solutions and without outputs."""
    notebook = _read(name, student_path(name))
    for cell in notebook.cells:
        cell.source = _SOLUTION.sub(r"\1# Write your code here.", cell.source)
    return notebook


def teacher_version(name: str) -> NotebookNode:
    """Returns a lesson with its solutions, without outputs."""
    return _read(name, teacher_path(name))


def gallery_path(name: str) -> pathlib.Path:
    """Returns where the page with the run of a lesson is kept."""
    return GALLERY / f"{name}.html"


def run(notebook: NotebookNode, last: str = "") -> Cost:
    """Runs all cells of a notebook, which keeps what they put out, and then some more code."""
    measure, after = nbformat.v4.new_code_cell(_COST), nbformat.v4.new_code_cell(last)
    notebook.cells += [measure, after]
    client = NotebookClient(
        notebook,
        startup_timeout=_SECONDS_FOR_A_CELL,
        timeout=_SECONDS_FOR_A_CELL,
        kernel_name="python3",
        record_timing=False,
    )
    client.store_widget_state = False
    memory = Memory()
    client.on_notebook_start = lambda notebook: memory.watch(client.km.provisioner.pid)
    start = time.perf_counter()
    try:
        client.execute(cwd=str(NOTEBOOKS))
    finally:
        memory.end()
        del notebook.cells[-2:]
    seconds = time.perf_counter() - start
    processors, *peak = "".join(output.text for output in measure.outputs).split()
    return Cost(seconds, float(processors), int(peak[0]) / 1024 if peak else None, memory.peak_megabytes)


def keep_pictures(notebook: NotebookNode) -> None:
    """Drops what a page on GitHub cannot show: it then shows the picture that is stored beside it.

    An interactive view is a page of 90 kB; a cell that is run again makes it again.
    """
    for cell in notebook.cells:
        kept = [output for output in cell.get("outputs", []) if not _is_page(output)]
        if "outputs" in cell:
            cell.outputs = kept
        for output in kept:
            if "image/png" in output.get("data", {}):
                output.data = {kind: output.data[kind] for kind in ("image/png", "text/plain") if kind in output.data}
    notebook.metadata.language_info = {"name": "python"}


def _is_page(output: NotebookNode) -> bool:
    return 'class="tffsim-frame"' in output.get("data", {}).get("text/html", "")


def _read(name: str, target: pathlib.Path) -> NotebookNode:
    text = (SOURCES / f"{name}.md").read_text(encoding="utf-8")
    read = jupytext.reads(text, fmt="md")
    up = "../" * len(target.parent.relative_to(ROOT).parts)
    cells = []
    for number, cell in enumerate(read.cells):
        source = cell.source.replace("INSTALL_TFFSIM", _installation(up))
        if cell.cell_type == "markdown":
            source = _LINK_UPWARDS.sub(up, source)
            source = _WORDS.sub(lambda found: _table(found[1].split(", "), target.parent.name == "ko"), source)
        new = nbformat.v4.new_code_cell if cell.cell_type == "code" else nbformat.v4.new_markdown_cell
        cells.append(new(source, id=f"cell-{number}"))
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel, "language_info": {"name": "python"}})


def _table(words: list[str], is_korean: bool) -> str:
    entries = glossary()
    meanings = [entries[word].korean if is_korean else entries[word].means for word in words]
    rows = [f"| **{word}** | {meaning} |" for word, meaning in zip(words, meanings, strict=True)]
    return "\n".join(["| 낱말 | 뜻 |" if is_korean else "| word | what it is |", "|---|---|", *rows])


def _write_page(name: str) -> str:
    """Returns the code that writes a lesson's page of the gallery."""
    if name not in TRACES:
        return ""
    title = re.match(r"# (.+)", (SOURCES / f"{name}.md").read_text(encoding="utf-8"))
    assert title is not None
    page = f"page({TRACES[name]}.snapshot, title={'Lesson ' + title[1]!r})"
    path = str(gallery_path(name))
    return (
        "import pathlib\nfrom tffsim.views.notebook.page import page\n"
        f"pathlib.Path({path!r}).write_text({page}, 'utf-8')"
    )


def _installation(up: str) -> str:
    """Returns the line that installs tffsim: from its repository, or as long as that has no address from this clone."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["tffsim"]
    if project["repository"]:
        return f"%pip install --quiet git+{project['repository']}"
    hint = f"# In Colab: upload a wheel of tffsim, and write its name in place of {up}"
    return f"{hint}\n    %pip install --quiet {up}"


def main(names: list[str]) -> None:
    """Writes the notebooks of some lessons, by default of all."""
    for name in names or sources():
        notebook = student_version(name)
        GALLERY.mkdir(exist_ok=True)
        print(f"{name}: {run(notebook, _write_page(name))}", flush=True)
        keep_pictures(notebook)
        for path, version in ((student_path(name), notebook), (teacher_path(name), teacher_version(name))):
            path.parent.mkdir(parents=True, exist_ok=True)
            nbformat.write(version, path)


if __name__ == "__main__":
    main(sys.argv[1:])
