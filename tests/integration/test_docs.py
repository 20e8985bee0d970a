"""What the pages of `docs` promise: their code runs and prints what they say, and their links lead somewhere."""

import json
import pathlib
import re
import subprocess
import sys

import pytest

import tffsim as tff
from docs.site import concepts, first_screen, operators, panels, sources

ROOT = sources.ROOT
DOCS = ROOT / "docs"
PAGES = sorted(path.relative_to(ROOT).as_posix() for path in DOCS.rglob("*.md"))
# It needs sources of TensorFlow Federated; `test_tff_layers.py` runs the same on a stand-in.
NOT_RUN = {"docs/tff_layers.md"}
BLOCK = re.compile(r"^```([\w{}-]*)\n(.*?)^```", re.DOTALL | re.MULTILINE)


def text_of(page):
    return (ROOT / page).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """What each block of Python code of each page has printed and raised."""
    command = [sys.executable, "-m", "tests.integration.run_pages", *(page for page in PAGES if page not in NOT_RUN)]
    folder = tmp_path_factory.mktemp("pages")
    done = subprocess.run(
        [*command, str(folder)], cwd=ROOT, capture_output=True, text=True, check=True, encoding="utf-8"
    )
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("page", [page for page in PAGES if "```python" in text_of(page) and page not in NOT_RUN])
def test_the_code_of_a_page_runs(runs, page):
    assert [run for run in runs[page] if run["error"]] == []


@pytest.mark.parametrize("page", [page for page in PAGES if "It prints:" in text_of(page)])
def test_the_code_of_a_page_prints_what_the_page_says(runs, page):
    promised = re.findall(r"```python\n((?:(?!```).)*)```\n\nIt prints:\n\n```text\n(.*?)```", text_of(page), re.DOTALL)
    printed = {run["code"]: run["printed"] for run in runs[page]}
    assert len(promised) == text_of(page).count("It prints:")
    assert [(code, printed[code]) for code, _ in promised] == promised


@pytest.mark.parametrize("page", [*PAGES, "README.md", "README.ko.md", "CONTRIBUTING.md", "notebooks/README.md"])
def test_commands_that_a_page_names_exist(page):
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    commands = [path.stem for path in (ROOT / "tffsim" / "cli").glob("*.py")]
    assert set(re.findall(r"`make ([a-z-]+)", text_of(page))) <= set(targets)
    used = set(re.findall(r"(?:`|bin/)tffsim ([a-z]+)", text_of(page)))
    assert {"export_trace" if command == "export" else command for command in used} <= set(commands)


@pytest.mark.parametrize("page", [*PAGES, "notebooks/README.md", "CHANGELOG.md", "README.md", "README.ko.md"])
def test_links_of_a_page_lead_to_files_and_titles_that_exist(page):
    """On GitHub. Addresses elsewhere are looked at by their form only: tests need no network."""
    text = BLOCK.sub("", text_of(page))
    targets = re.findall(r"\]\(([^)]+)\)", text) + re.findall(r'(?:src|srcset|href)="([^"]+)"', text)
    missing = []
    for target in targets:
        if target.startswith(("https://", "http://")):
            assert re.fullmatch(r"https://[\w.-]+\.[a-z]+(/[^\s]*)?", target), target
            continue
        path, _, fragment = target.partition("#")
        linked = (ROOT / page).parent / path if path else ROOT / page
        if not linked.exists() or (fragment and fragment not in anchors(linked.read_text(encoding="utf-8"))):
            missing.append(target)
    # The pages of the site that are made from the code are not in the repository.
    assert missing == []


def anchors(text):
    titles = re.findall(r"^#+ (.+)$", BLOCK.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


def test_every_page_of_the_site_is_in_its_contents():
    listed = set()
    for page in ("docs/index.md", "docs/reference/index.md"):
        folder = pathlib.PurePosixPath(sources.pages()[page]).parent
        for kind, block in BLOCK.findall(text_of(page)):
            if kind == "{toctree}":
                lines = [line for line in block.splitlines() if line and not line.startswith(":")]
                listed |= {(folder / line).as_posix() for line in lines}
    made_from_code = {"reference/language", "reference/command_line"}
    pages = {place.rpartition(".")[0] for place in sources.pages().values()}
    assert listed - made_from_code == pages - {"index"}


@pytest.mark.parametrize("repository", ["", "https://github.com/some/where"])
def test_on_the_site_every_link_leads_to_a_page_a_picture_or_the_repository(tmp_path, repository):
    sources.gather(tmp_path, repository)
    missing = []
    for path in [*tmp_path.rglob("*.md"), *tmp_path.rglob("*.ipynb")]:
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".ipynb":
            cells = json.loads(text)["cells"]
            text = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
        text = BLOCK.sub("", text)
        targets = re.findall(r"\]\(([^)#\s]+)[^)]*\)", text) + re.findall(r'(?:src|href)="([^"]+)"', text)
        for target in targets:
            is_elsewhere = target.startswith("https://")
            is_gallery = (path.parent / target).parent == tmp_path / "gallery"
            place = DOCS / "gallery" / pathlib.Path(target).name if is_gallery else path.parent / target
            if not is_elsewhere and not place.exists():
                missing.append((path.name, target))
    assert missing == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[a](errors.md#b)", "[a](errors.md#b)"),
        ("[a](../notebooks/README.md)", "[a](lessons/index.md)"),
        ("[a](../notebooks/01_first_computation.ipynb)", "[a](lessons/01_first_computation.ipynb)"),
        ("![a](images/trace_ast.png)", "![a](images/trace_ast.png)"),
        ("[a `b`](../tffsim/tracing/document/trace_file.py)", "a `b`"),
        ("[a](https://b.org) [c](#d)", "[a](https://b.org) [c](#d)"),
        ("```text\n[a](../b.py)\n```\n", "```text\n[a](../b.py)\n```\n"),
    ],
)
def test_links_are_written_anew_for_the_site(text, expected):
    assert sources.rewritten(text, "docs/tracing.md", repository="") == expected


def test_a_link_to_the_code_leads_to_the_repository_if_it_is_known():
    text = sources.rewritten(
        "[a](../tffsim/tracing/document/trace_file.py)", "docs/tracing.md", "https://github.com/some/where"
    )
    assert text == "[a](https://github.com/some/where/blob/main/tffsim/tracing/document/trace_file.py)"


def test_the_page_of_the_glossary_is_what_the_glossary_makes():
    assert concepts.TARGET.read_text(encoding="utf-8") == concepts.page(), "Run `make glossary`."


def test_the_page_on_notebooks_says_of_panels_what_they_declare():
    text = panels.TARGET.read_text(encoding="utf-8")
    assert panels.written(text) == text, "Run `make glossary`."


def test_the_page_of_the_operators_is_what_the_intrinsics_say():
    assert operators.TARGET.read_text(encoding="utf-8") == operators.page(), "Run `make operators`."


def test_every_name_of_ours_is_in_the_reference():
    text = "".join(path.read_text(encoding="utf-8") for path in (DOCS / "reference").glob("*.md"))
    documented = {name.rpartition(".")[2] for name in re.findall(r"auto\w+:: ([\w.]+)", text)}
    ours = set(tff._MODULES_OF_NAMES) | {"federated_secure_modular_sum", "get_context", "to_type", "use"}
    assert ours - documented == set()


@pytest.mark.parametrize(
    "pattern", [r"`[\w.]+`[a-z]", r"[^:]:\n\n +\S"], ids=["a plural", "an example after one colon"]
)
def test_docstrings_of_the_reference_can_be_read_by_sphinx(pattern):
    """Both would be read as something else: see the log of `make docs`."""
    text = "".join(path.read_text(encoding="utf-8") for path in (DOCS / "reference").glob("*.md"))
    faulty = []
    for module, name in re.findall(r"auto\w+:: (?:tffsim\.)?((?:\w+\.)*)(\w+)", text):
        found = tff
        for part in filter(None, module.split(".")):
            found = getattr(found, part, None) or __import__(f"tffsim.{module.rstrip('.')}", fromlist=["x"])
        value = getattr(found, name)
        members = [value, *(vars(value).values() if isinstance(value, type) else ())]
        docs = [member.__doc__ for member in members if isinstance(getattr(member, "__doc__", None), str)]
        faulty += [name for doc in docs if re.search(pattern, doc)]
    assert faulty == []


class TestTheAddress:
    """Where the project is published stands in one place."""

    ADDRESS = "https://github.com/some/where"

    def test_the_files_say_what_the_address_makes_of_them(self):
        assert [path.name for path, text in first_screen.files().items() if path.read_text("utf-8") != text] == []

    def test_without_an_address_there_are_no_badges(self):
        lines = first_screen.block("", "")
        assert "https://" not in lines
        assert lines.count('href="docs/gallery/') == 4

    def test_an_address_brings_badges_that_open_the_first_lesson(self):
        lines = first_screen.block(self.ADDRESS, "https://docs.example")
        lesson = "notebooks/01_first_computation.ipynb"
        assert "https://mybinder.org/v2/gh/some/where/main?labpath=notebooks%2F01_first_computation.ipynb)" in lines
        assert f"https://colab.research.google.com/github/some/where/blob/main/{lesson})" in lines
        assert lines.count('href="https://docs.example/gallery/') == 4

    def test_an_address_can_change_and_go_again(self):
        text = (ROOT / "README.md").read_text(encoding="utf-8")
        with_address = first_screen.with_block(text, self.ADDRESS, "", "a.ipynb")
        assert with_address != text
        assert first_screen.with_block(with_address, "", "", "a.ipynb") == text
        citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
        cited = first_screen.cited(citation, self.ADDRESS)
        assert f"\nrepository-code: {self.ADDRESS}\n" in cited
        assert first_screen.cited(cited, "") == citation


@pytest.mark.parametrize(("number", "kilobytes"), [("01", 190), ("02", 190), ("03", 600), ("04", 600), ("05", 600)])
def test_a_page_of_the_gallery_is_small(number, kilobytes):
    (path,) = (DOCS / "gallery").glob(f"{number}_*.html")
    assert path.stat().st_size <= kilobytes * 1000


def test_the_gallery_has_a_page_and_a_picture_for_each_lesson():
    lessons = {path.stem for path in (ROOT / "notebooks").glob("[0-9]*.ipynb")}
    assert {path.stem for path in (DOCS / "gallery").glob("*.html")} == lessons
    assert {path.name for path in (DOCS / "images").glob("gallery_*.png")} == {
        f"gallery_{name[:2]}.png" for name in lessons
    }
