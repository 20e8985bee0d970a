"""The pages for maintainers say what is true: the files and functions that they name exist, pictures are up to date."""

import ast
import re

import pytest

from docs.images import draw_rooms
from tests.architecture.test_import_direction import ROOT

LIFE = "docs/design/life_of_a_computation.md"
ROWS = re.findall(r"^\| `([\w/]+\.(?:py|ts))` \| (.*?) \|", (ROOT / LIFE).read_text(encoding="utf-8"), re.MULTILINE)
DECISIONS = [
    path
    for path in sorted((ROOT / "docs" / "decisions").glob("*.md"))
    # A table of contents, and a definition with its reasons.
    if path.name not in ("index.md", "shape_of_a_fold.md")
]
PAGES = [path for room in ("design", "decisions", "extend") for path in sorted((ROOT / "docs" / room).glob("*.md"))]


def names_in_python(path):
    """Returns the functions and classes of a module, those of a class with its name."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    definitions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    for node in tree.body:
        if isinstance(node, definitions):
            yield node.name
        if isinstance(node, ast.ClassDef):
            yield from (f"{node.name}.{inner.name}" for inner in node.body if isinstance(inner, definitions))


def names_in_typescript(path):
    """Returns the functions and methods of a module."""
    return re.findall(
        r"^(?:export )?(?:function |  (?:private |override )*)(\w+)\(", path.read_text("utf-8"), re.MULTILINE
    )


@pytest.mark.parametrize(("file", "functions"), ROWS)
def test_a_walk_names_files_and_functions_that_exist(file, functions):
    path = ROOT / file
    there = set(names_in_python(path) if path.suffix == ".py" else names_in_typescript(path))
    assert set(re.findall(r"`([\w.]+)`", functions)) <= there


def test_the_three_walks_are_written_down():
    files = [file for file, _ in ROWS]
    assert files[0] == "tffsim/execution_contexts/sync_execution_context.py"
    assert "tffsim/external_runtime/tensorflow/functions/tensorflow_function.py" in files
    assert "widgets/src/panels/timeline/painter.ts" in files
    assert "tffsim/magics/stack_choice.py" in files


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_files_that_a_page_names_exist(page):
    named = re.findall(r"`((?:tffsim|tests|widgets|docs)/[\w/]+\.\w+)`", page.read_text(encoding="utf-8"))
    assert [file for file in named if not (ROOT / file).is_file()] == []


@pytest.mark.parametrize("page", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_is_short_and_says_why_and_what_was_measured(page):
    text = page.read_text(encoding="utf-8")
    assert [part for part in ("Context", "Decision", "What follows", "Measured") if f"**{part}.**" not in text] == []
    assert len(text.splitlines()) <= 60
    assert f"({page.name})" in page.with_name("index.md").read_text(encoding="utf-8")


def test_the_picture_of_the_rooms_is_drawn_from_who_may_import_whom():
    assert draw_rooms.TARGET.read_text(encoding="utf-8") == draw_rooms.picture(), "Run `make picture`."


def test_every_room_that_is_a_folder_is_explained():
    text = (ROOT / "docs/design/architecture.md").read_text(encoding="utf-8")
    explained = set(re.findall(r"^\| \[([\w.]+)\]", text, re.MULTILINE)) | {"simulation", *draw_rooms.DOORS}
    assert set(draw_rooms.rooms()) <= explained
