"""Gathers the pages of the documentation site in one folder, as Sphinx wants them.

The pages lie where readers of the repository look for them: in `docs`, `notebooks` and at the top. On the site they are
side by side, so links between them are written anew. A link to a file that is no page leads to the repository; as long
as the repository has no address (see `tool.tffsim` in `pyproject.toml`), its words stand there without a link.
"""

import json
import os
import pathlib
import re
import shutil
import tomllib
from collections.abc import Callable

ROOT = pathlib.Path(__file__).parents[2]
GALLERY = pathlib.PurePosixPath("docs/gallery")
# What is not simply what lies below `docs`.
_PLACES = {
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "notebooks/README.md": "lessons/index.md",
}
# Pages that the site has by another name.
_ALIASES = {"README.md": "docs/index.md", "docs/gallery": "docs/gallery.md", "notebooks": "notebooks/README.md"}
_LINK = re.compile(r"(?P<picture>!?)\[(?P<text>(?:[^\[\]]|\[[^\]]*\])*)\]\((?P<target>[^)\s]+)\)")
_ATTRIBUTE = re.compile(r'(?P<name>src|srcset)="(?P<target>[^"]+)"')
_ELSEWHERE = re.compile(r"[a-z]+:|#")


def address() -> dict[str, str]:
    """Returns where the project is published, by `repository` and `documentation`; empty texts if it is not."""
    project: dict[str, str] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["tffsim"]
    return project


def pages() -> dict[str, str]:
    """Returns the pages: by their path in the repository, the path on the site."""
    docs = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*.md"))
    lessons = [path.name for path in sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))]
    translations = [path.name for path in sorted((ROOT / "notebooks" / "ko").glob("[0-9]*.ipynb"))]
    return (
        {path: path.removeprefix("docs/") for path in docs}
        | {f"notebooks/{name}": f"lessons/{name}" for name in lessons}
        | {f"notebooks/ko/{name}": f"lessons/ko/{name}" for name in translations}
        | _PLACES
    )


def gather(target: pathlib.Path, repository: str) -> None:
    """Writes all pages and pictures.

    Args:
        target: The folder that gets them; what was in it before is gone.
        repository: The address of the repository, or an empty text.
    """
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(ROOT / "docs" / "images", target / "images", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    for source, place in pages().items():
        path = target / place
        path.parent.mkdir(parents=True, exist_ok=True)
        text = (ROOT / source).read_text(encoding="utf-8")
        if path.suffix == ".ipynb":
            path.write_text(_rewritten_notebook(text, source, repository), encoding="utf-8")
        else:
            path.write_text(rewritten(text, source, repository), encoding="utf-8")


def rewritten(text: str, source: str, repository: str) -> str:
    """Returns the text of a page with the links that it needs on the site.

    Args:
        text: Markdown, with links as they work in the repository.
        source: Its path in the repository.
        repository: The address of the repository, or an empty text.
    """

    def link(found: re.Match[str]) -> str:
        new = _on_site(found["target"], source, repository)
        return found["text"] if new is None else f"{found['picture']}[{found['text']}]({new})"

    def attribute(found: re.Match[str]) -> str:
        return f'{found["name"]}="{_on_site(found["target"], source, repository) or found["target"]}"'

    return _outside_code(text, lambda part: _ATTRIBUTE.sub(attribute, _LINK.sub(link, part)))


def _rewritten_notebook(text: str, source: str, repository: str) -> str:
    notebook = json.loads(text)
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            cell["source"] = rewritten("".join(cell["source"]), source, repository)
    return json.dumps(notebook)


def _outside_code(text: str, change: Callable[[str], str]) -> str:
    parts = re.split(r"(^```.*?^```$)", text, flags=re.DOTALL | re.MULTILINE)
    return "".join(part if part.startswith("```") else change(part) for part in parts)


def _on_site(target: str, source: str, repository: str) -> str | None:
    """Returns where a link leads on the site; None if it leads nowhere."""
    if _ELSEWHERE.match(target):
        return target
    path, _, fragment = target.partition("#")
    linked = os.path.normpath(pathlib.PurePosixPath(source).parent / path)
    linked = _ALIASES.get(linked, linked)
    places = pages()
    after = f"#{fragment}" if fragment else ""
    if linked.startswith(("docs/images/", f"{GALLERY}/")):
        new = linked.removeprefix("docs/")
    elif linked in places:
        new = places[linked]
    else:
        return f"{repository}/blob/main/{linked}{after}" if repository else None
    here = pathlib.PurePosixPath(places[source]).parent
    return os.path.relpath(new, here) + after
