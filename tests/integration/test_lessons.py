"""The lessons are what their sources make, they run from top to bottom, and their solutions are right."""

import copy
import re
import subprocess
import sys
import types

import nbformat
import pytest

from notebooks.sources import make
from tffsim.views.glossary import glossary

LESSONS = make.sources()
MAX_MEGABYTES = 1000
MAX_MEGABYTES_OF_ALL = 2000  # What Binder gives, for the kernel and its workers.
# A minute on two processors. Not by the clock: a machine that is busy is slow, which is no fault of a lesson.
MAX_PROCESSOR_SECONDS = 120
EXERCISES = 3
NOT_DONE = r"not done yet|아직"
RIGHT = r": right!|: 맞았습니다!"


@pytest.fixture(autouse=True)
def kernels_find_this_tffsim(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(make.ROOT))
    monkeypatch.delenv("TF_CPP_MIN_LOG_LEVEL", raising=False)  # `make` sets it, a reader does not.


def without_outputs(notebook):
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return notebook


def printed(notebook):
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return "".join(output.text for output in outputs if output.output_type == "stream")


def code(notebook):
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


@pytest.mark.parametrize("name", LESSONS)
def test_the_student_version_that_is_kept_is_what_the_source_makes(name):
    kept = nbformat.read(make.student_path(name), as_version=4)
    assert without_outputs(kept) == make.student_version(name), "Run `make lessons`."


@pytest.mark.parametrize("name", LESSONS)
def test_the_teacher_version_that_is_kept_is_what_the_source_makes(name):
    assert nbformat.read(make.teacher_path(name), as_version=4) == make.teacher_version(name), "Run `make lessons`."


def test_notebooks_without_a_source_are_not_kept():
    kept = {path for path in make.NOTEBOOKS.rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts}
    assert kept == {path(name) for name in LESSONS for path in (make.student_path, make.teacher_path)}


@pytest.mark.parametrize("name", LESSONS)
def test_what_is_kept_has_run_and_shows_its_views_as_pictures_only(name):
    kept = nbformat.read(make.student_path(name), as_version=4)
    nbformat.validate(kept)
    cells = [cell for cell in kept.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in cells] == [*range(1, len(cells) + 1)]
    assert not [output.text for cell in cells for output in cell.outputs if output.get("name") == "stderr"]
    data = [[output.get("data", {}) for output in cell.outputs] for cell in cells]
    for cell, outputs in zip(cells, data, strict=True):
        if re.match(r"%%tff_execute(?!.*--view none)", cell.source) or ".plot." in cell.source:
            assert any("image/png" in output for output in outputs), cell.source
    assert not any("image/png" in output and "text/html" in output for outputs in data for output in outputs)


@pytest.mark.parametrize("name", LESSONS)
def test_the_student_gets_no_solution_and_three_exercises(name):
    students, teachers = code(make.student_version(name)), code(make.teacher_version(name))
    marks = ("### BEGIN SOLUTION", "### END SOLUTION")
    assert not any(mark in cell for cell in students for mark in marks)
    exercises = [cell for cell, solved in zip(students, teachers, strict=True) if marks[0] in solved]
    assert len(exercises) == EXERCISES
    assert all(re.match(r"\w+ = None\n# Write your code here\.$", cell) for cell in exercises)


@pytest.mark.parametrize("name", LESSONS)
def test_answers_of_the_quiz_fold_open_without_a_kernel(name):
    text = "\n".join(cell.source for cell in make.student_version(name).cells if cell.cell_type == "markdown")
    quiz = re.search(r"^## [^\n]*(?:Quiz|퀴즈)(.*?)(?=^## )", text, re.DOTALL | re.MULTILINE)[1]
    questions = re.findall(r"^\*\*\d\.\*\*", quiz, re.MULTILINE)
    assert len(questions) >= 3
    assert quiz.count("<details><summary>") == quiz.count("</details>") == len(questions)


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_opens_with_a_picture_and_links_to_files_that_exist(name):
    for path, notebook in (
        (make.student_path(name), make.student_version(name)),
        (make.teacher_path(name), make.teacher_version(name)),
    ):
        assert re.match(r"# .+\n\n!\[.+\]\(.+\)", notebook.cells[0].source)
        texts = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
        links = [link for text in texts for link in re.findall(r"\]\((?!https?:)([^)#]+)\)", text)]
        assert [link for link in links if not (path.parent / link).exists()] == []


def test_pictures_of_lessons_are_in_the_folder_that_make_lab_serves():
    commands = subprocess.run(
        ["make", "--dry-run", "lab"], cwd=make.ROOT, capture_output=True, text=True, timeout=60, check=True
    ).stdout
    (folder,) = re.findall(r"--ServerApp.root_dir=(\S+)", commands)
    for name in LESSONS:
        text = "\n".join(cell.source for cell in make.student_version(name).cells if cell.cell_type == "markdown")
        pictures = [make.student_path(name).parent / link for link in re.findall(r"!\[[^]]*\]\(([^)]+)\)", text)]
        assert pictures
        assert all(picture.resolve().is_relative_to((make.ROOT / folder).resolve()) for picture in pictures)


@pytest.mark.parametrize("name", LESSONS)
def test_words_are_explained_as_in_the_glossary(name):
    cells = [cell.source for cell in make.student_version(name).cells if cell.cell_type == "markdown"]
    rows = re.findall(r"^\| \*\*([^*]+)\*\* \| (.+) \|$", "\n".join(cells), re.MULTILINE)
    meanings = {word: entry.korean if name.startswith("ko/") else entry.means for word, entry in glossary().items()}
    assert rows and rows == [(word, meanings[word]) for word, _ in rows]
    assert "WORDS:" not in "\n".join(cells)


@pytest.mark.parametrize("name", LESSONS)
def test_the_first_cell_installs_what_is_missing_from_an_address_that_is_known(name, monkeypatch):
    (known, unknown) = ('repository = "https://example.org/of/tffsim"', 'repository = ""')
    project = (make.ROOT / "pyproject.toml").read_text(encoding="utf-8")
    first = code(make.student_version(name))[0]
    assert "%pip install" in first
    if unknown in project:
        (target,) = re.findall(r"%pip install --quiet (\S+)", first)
        assert (make.student_path(name).parent / target).resolve() == make.ROOT
        monkeypatch.setattr(make.tomllib, "loads", lambda _: {"tool": {"tffsim": {"repository": known.split('"')[1]}}})
        assert "%pip install --quiet git+https://example.org/of/tffsim" in code(make.student_version(name))[0]


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_runs_before_anything_is_done_and_its_solutions_are_right(name):
    notebook = solved_step_by_step(make.student_version(name), make.teacher_version(name))
    run_within_bounds(name, notebook)
    assert errors_of_tensorflow_and_python(notebook) == ""
    for verdict in (NOT_DONE, RIGHT):
        assert len(re.findall(verdict, printed(notebook))) == EXERCISES


def solved_step_by_step(students, teachers):
    """Returns the student's notebook in which each exercise is checked, then solved, and checked again."""
    cells, solution = [], None
    for cell, solved in zip(students.cells, teachers.cells, strict=True):
        cells.append(cell)
        if cell.source != solved.source:
            solution = solved
        elif cell.cell_type == "code" and solution is not None:
            cells += [solution, copy.deepcopy(cell)]
            solution = None
    students.cells = cells
    return students


def run_within_bounds(title, notebook):
    cost = make.run(notebook)
    print(f"{title}: {cost}")
    assert cost.processor_seconds <= MAX_PROCESSOR_SECONDS
    assert cost.peak_megabytes is None or cost.peak_megabytes <= MAX_MEGABYTES
    assert cost.megabytes_of_all is None or cost.megabytes_of_all <= MAX_MEGABYTES_OF_ALL


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_imports_only_what_every_system_has(name):
    of_unix = {"resource", "fcntl", "pwd", "grp", "termios", "pty"}
    for cell in code(make.teacher_version(name)):
        at_the_left = re.findall(r"^(?:import|from) (\w+)", cell, re.MULTILINE)
        assert not of_unix & set(at_the_left), cell


@pytest.mark.parametrize(
    ("system", "platform", "told", "megabytes"),
    [("posix", "linux", 512_000, 512), ("posix", "darwin", 512_000_000, 512), ("nt", "win32", 512_000_000, 512)],
)
def test_a_lesson_measures_memory_as_the_system_counts_it(monkeypatch, system, platform, told, megabytes):
    (cell,) = (cell for cell in code(make.teacher_version("03_client_fan_out")) if "def peak_memory" in cell)
    scope = {"os": types.SimpleNamespace(name=system), "sys": types.SimpleNamespace(platform=platform)}
    unix = types.SimpleNamespace(RUSAGE_SELF=0, getrusage=lambda _: types.SimpleNamespace(ru_maxrss=told))
    process = types.SimpleNamespace(memory_info=lambda: types.SimpleNamespace(peak_wset=told))
    monkeypatch.setitem(sys.modules, "resource", unix if system == "posix" else None)
    monkeypatch.setitem(sys.modules, "psutil", types.SimpleNamespace(Process=lambda: process))
    exec(cell[cell.index("def peak_memory") :], scope)
    assert scope["peak_memory"]() == megabytes


def errors_of_tensorflow_and_python(notebook):
    """Returns what they say, but for the advice to install a font with Korean letters, which not every machine has."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    told = (output.text for output in outputs if output.get("name") == "stderr")
    return "".join(text for text in told if "UserWarning: Pictures speak English" not in text)
