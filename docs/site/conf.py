"""How Sphinx makes the site: `make docs` calls it with the pages that `sources.py` gathered."""

import datetime
import pathlib
import sys

ROOT = pathlib.Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

import tffsim  # noqa: E402
from docs.site.sources import address  # noqa: E402

_ADDRESS = address()

project = "tffsim"
author = "The tffsim authors"
copyright = f"{datetime.date.today().year}, {author}"  # noqa: A001 (Sphinx wants this name)
version = release = tffsim.__version__
language = "en"

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx.ext.viewcode"]
myst_heading_anchors = 3
nb_execution_mode = "off"  # The lessons are kept with the outputs of their run.
nb_ipywidgets_js: dict[str, dict[str, str]] = {}  # Pages load nothing from elsewhere.
suppress_warnings = ["config.cache"]

default_role = "code"  # Names in docstrings stand between single backticks.
autodoc_member_order = "bysource"
autoclass_content = "both"  # Contexts have their options from a common base, which says what they are.
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented"
autodoc_preserve_defaults = True

html_theme = "sphinx_book_theme"
html_title = "tffsim"
html_baseurl = _ADDRESS["documentation"]
html_static_path = ["static"]
html_css_files = ["site.css"]
html_show_sourcelink = False
html_context = {"default_mode": "auto"}  # light or dark, as the reader's system
html_theme_options = {
    "show_toc_level": 2,
    "use_download_button": False,
    "use_fullscreen_button": False,
    "navbar_persistent": [],  # The bar at the side has a search already.
    **(
        {
            "repository_url": _ADDRESS["repository"],
            "use_repository_button": True,
            "use_issues_button": True,
        }
        if _ADDRESS["repository"]
        else {}
    ),
}
