"""Builds the site into `build/docs/html`. A warning is an error."""

import pathlib
import shutil
import sys

from sphinx.cmd.build import main as sphinx_build

from docs.site import language_reference
from docs.site.sources import GALLERY, ROOT, address, gather

SETTINGS = pathlib.Path(__file__).parent
BUILD = ROOT / "build" / "docs"


def main() -> int:
    """Returns the exit code: 0 if nothing is wrong."""
    sources, site = BUILD / "sources", BUILD / "html"
    gather(sources, address()["repository"])
    for name, text in language_reference.pages().items():
        (sources / "reference" / name).write_text(text, encoding="utf-8")
    options = ["--quiet", "--fail-on-warning", "--keep-going", "--builder", "html", "--conf-dir", str(SETTINGS)]
    failed = sphinx_build([*options, "--doctree-dir", str(BUILD / "doctrees"), str(sources), str(site)])
    if not failed:
        shutil.copytree(ROOT / GALLERY, site / "gallery", dirs_exist_ok=True)
        # Sphinx takes along those pictures only that Markdown shows, not those of HTML.
        shutil.copytree(sources / "images", site / "images", dirs_exist_ok=True)
        size = sum(path.stat().st_size for path in site.rglob("*") if path.is_file())
        print(f"{site / 'index.html'} ({size / 1e6:.1f} MB)")
    return failed


if __name__ == "__main__":
    sys.exit(main())
