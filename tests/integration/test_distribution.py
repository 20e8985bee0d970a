"""What is in the wheel and in the source archive, and what they say of themselves."""

import email
import importlib.util
import pathlib
import re
import subprocess
import sys
import tarfile
import zipfile

import pytest

import tffsim as tff

ROOT = pathlib.Path(__file__).parents[2]
ADDRESS = "https://github.com/some/where"

pytest.importorskip("hatchling")


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The folder of the wheel and the source archive."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    return folder


@pytest.fixture(scope="module")
def wheel(built):
    """The files of the wheel."""
    (path,) = built.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        yield {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="module")
def metadata(wheel):
    (text,) = (content for name, content in wheel.items() if name.endswith(".dist-info/METADATA"))
    return email.message_from_bytes(text)


@pytest.fixture(scope="module")
def hatch_build():
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_wheel_holds_the_package_and_nothing_else(wheel):
    assert {name.split("/")[0] for name in wheel} == {"tffsim", f"tffsim-{tff.__version__}.dist-info"}
    data = {name for name in wheel if name.startswith("tffsim/") and not name.endswith(".py")}
    assert data == {
        "tffsim/py.typed",
        "tffsim/remote/service/allowed_operations.txt",
        "tffsim/remote/service/forbidden_operations.txt",
        "tffsim/remote/wire/executor.proto",
        "tffsim/remote/wire/executor_pb2.pyi",
        "tffsim/remote/wire/executor_pb2_grpc.pyi",
        "tffsim/simulation/data/README.md",
        "tffsim/simulation/data/digits.csv.gz",
        "tffsim/views/glossary.json",
        "tffsim/views/panels.json",
        "tffsim/views/words.json",
        "tffsim/views/static/front_end.js",
        "tffsim/views/theme.json",
    }


@pytest.mark.parametrize(
    "words",
    [
        "Apache License",
        "Creative Commons Attribution 4.0",
        "The scikit-learn developers",
        "Redistributions in binary form must reproduce",
    ],
)
def test_the_wheel_holds_the_licenses_of_all_that_is_in_it(wheel, words):
    licenses = [content.decode() for name, content in wheel.items() if ".dist-info/licenses/" in name]
    assert any(words in text for text in licenses)


def test_the_version_stands_in_one_place(metadata):
    assert metadata["Version"] == tff.__version__
    others = ("pyproject.toml", "CITATION.cff", "widgets/package.json", "hatch_build.py", "Makefile", "README.md")
    pattern = rf'version["\s:=]+v?{re.escape(tff.__version__)}'
    assert [name for name in others if re.search(pattern, (ROOT / name).read_text(encoding="utf-8"))] == []


def test_the_source_archive_holds_all_that_make_test_needs(built):
    (path,) = built.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    needed = (".ci/run", "Makefile", "CITATION.cff", "hatch_build.py", "requirements/lock.txt", "widgets/build.mjs")
    assert set(needed) <= names
    folders = {name.split("/")[0] for name in names if "/" in name}
    assert {"tffsim", "tests", "docs", "widgets", ".github"} <= folders
    assert not {".venv", "node_modules", ".git", "build", "dist"} & {part for name in names for part in name.split("/")}


def test_nothing_forces_another_protobuf_than_colab_has(metadata):
    (protobuf,) = (line for line in metadata.get_all("Requires-Dist") if line.startswith("protobuf"))
    assert protobuf == "protobuf>=5.29"


def test_a_project_without_an_address_names_none(hatch_build):
    assert hatch_build.urls("", "") == {}
    assert hatch_build.readme("[a](b.md)", "") == "[a](b.md)"


def test_an_address_is_told_to_package_indexes(hatch_build):
    assert hatch_build.urls(ADDRESS, "https://docs.example") == {
        "Documentation": "https://docs.example",
        "Repository": ADDRESS,
        "Issues": f"{ADDRESS}/issues",
        "Changelog": f"{ADDRESS}/blob/main/CHANGELOG.md",
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[a](docs/a.md)", f"[a]({ADDRESS}/blob/main/docs/a.md)"),
        ("![a](docs/a.svg)", f"![a]({ADDRESS}/raw/main/docs/a.svg)"),
        ('<img src="a.gif" width="8">', f'<img src="{ADDRESS}/raw/main/a.gif" width="8">'),
        ('<a href="docs/a.html">a</a>', f'<a href="{ADDRESS}/blob/main/docs/a.html">a</a>'),
        ('<source srcset="a.gif">', f'<source srcset="{ADDRESS}/raw/main/a.gif">'),
        ("[a](https://b.org/c) [d](#e)", "[a](https://b.org/c) [d](#e)"),
    ],
)
def test_an_address_makes_links_and_pictures_absolute(hatch_build, text, expected):
    assert hatch_build.readme(text, ADDRESS) == expected


def test_in_the_readme_of_an_address_nothing_is_relative(hatch_build):
    text = hatch_build.readme((ROOT / "README.md").read_text(encoding="utf-8"), ADDRESS)
    targets = re.findall(r"\]\(([^)]+)\)", text) + re.findall(r'(?:src|srcset|href)="([^"]+)"', text)
    assert [target for target in targets if not target.startswith(("https://", "#"))] == []
    used = [target.removeprefix(ADDRESS) for target in targets if target.startswith(ADDRESS)]
    assert used and all((ROOT / re.sub(r"^/(raw|blob)/main/", "", target)).exists() for target in used)


def test_the_project_is_published_nowhere_else_than_its_address_says(metadata):
    """Nothing is invented: no file names a repository of ours while the address is empty."""
    address = re.search(r'^repository = "(.*)"', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)
    assert bool(address[1]) == any("Repository" in url for url in metadata.get_all("Project-URL", []))
    for name in ("README.md", "CITATION.cff", "CONTRIBUTING.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert set(re.findall(r"https://[^\s)\"]*tffsim[^\s)\"]*", text)) <= {address[1]} - {""}
