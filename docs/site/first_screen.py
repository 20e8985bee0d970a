"""The lines of the READMEs that depend on where the project is published: `make address` writes them.

The address stands in `pyproject.toml`, under `tool.tffsim`. As long as it is empty, there is nothing that Binder or
Colab could open, so there are no badges, and the pages of the gallery are files of this repository.
"""

import pathlib
import re

from docs.site.sources import ROOT, address

READMES = ("README.md", "README.ko.md")
_BEGIN, _END = "<!-- `make address` writes these lines. -->\n", "<!-- Here they end. -->\n"
_BLOCK = re.compile(f"{re.escape(_BEGIN)}.*?{re.escape(_END)}", re.DOTALL)
_GALLERY = {
    "01_first_computation": ("gallery_01.png", "8 clients compute a mean"),
    "02_executors_and_stacks": ("gallery_02.png", "A tree of executors"),
    "03_client_fan_out": ("gallery_03.png", "1000 clients"),
    "04_federated_averaging": ("gallery_04.png", "Federated averaging"),
}
_CITATION = re.compile(r"^repository-code: .*\n", re.MULTILINE)


def block(repository: str, documentation: str, lesson: str = "notebooks/01_first_computation.ipynb") -> str:
    """Returns the lines: badges, if there is something to open, and pictures that lead to the gallery.

    Args:
        repository: The address of the repository on GitHub, or an empty text.
        documentation: The address of the site, or an empty text.
        lesson: The notebook that Binder and Colab open.
    """
    gallery = f"{documentation.rstrip('/')}/gallery" if documentation else "docs/gallery"
    pictures = [
        f'<a href="{gallery}/{name}.html"><img src="docs/images/{picture}" width="200" alt="{alt}"></a>'
        for name, (picture, alt) in _GALLERY.items()
    ]
    lines = [*_badges(repository, documentation, lesson), *pictures]
    return _BEGIN + "\n".join(lines) + "\n" + _END


def _badges(repository: str, documentation: str, lesson: str) -> list[str]:
    badges = []
    if repository:
        place = repository.removeprefix("https://github.com/").rstrip("/")
        binder = f"https://mybinder.org/v2/gh/{place}/main?labpath={lesson.replace('/', '%2F')}"
        colab = f"https://colab.research.google.com/github/{place}/blob/main/{lesson}"
        badges += [
            f"[![Binder](https://mybinder.org/badge_logo.svg)]({binder})",
            f"[![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]({colab})",
        ]
    if documentation:
        badges.append(f"[Documentation]({documentation})")
    return [*badges, ""] if badges else []


def with_block(text: str, repository: str, documentation: str, lesson: str) -> str:
    """Returns a README with the lines for an address."""
    assert _BLOCK.search(text), "The README has no place for these lines."
    return _BLOCK.sub(lambda _: block(repository, documentation, lesson), text)


def cited(text: str, repository: str) -> str:
    """Returns CITATION.cff with the address of the repository, if it is known."""
    line = f"repository-code: {repository}\n" if repository else ""
    return _CITATION.sub("", text).replace("license:", f"{line}license:")


def files() -> dict[pathlib.Path, str]:
    """Returns what the files should hold."""
    known = address()
    lessons = dict(
        zip(READMES, ("notebooks/01_first_computation.ipynb", "notebooks/ko/01_first_computation.ipynb"), strict=True)
    )
    written = {
        ROOT / name: with_block((ROOT / name).read_text(encoding="utf-8"), **known, lesson=lesson)
        for name, lesson in lessons.items()
    }
    citation = ROOT / "CITATION.cff"
    return written | {citation: cited(citation.read_text(encoding="utf-8"), known["repository"])}


if __name__ == "__main__":
    for path, text in files().items():
        path.write_text(text, encoding="utf-8")
