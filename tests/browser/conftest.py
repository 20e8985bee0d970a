"""A browser, a JupyterLab and pages for the tests of this folder.

Playwright keeps an event loop running in the main thread, so the browser ends with the module: tests that come after
it run event loops of their own.
"""

import pytest

from tests.browser.lab import running_browser, running_lab


@pytest.fixture(scope="module")
def browser():
    with running_browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    with running_lab(tmp_path_factory.mktemp("lab")) as lab:
        yield lab


@pytest.fixture
def new_page(browser):
    """Opens pages; each notes in `problems` what a user would have to know of."""
    pages = []

    def new_page(**options):
        page = browser.new_page(**{"viewport": {"width": 1280, "height": 1100}, **options})
        page.problems = []
        page.on("pageerror", lambda error: _note_error(page, error))
        page.on("console", lambda message: _note(page, message))
        page.on("dialog", lambda dialog: page.problems.append(f"a dialog: {dialog.message}") or dialog.dismiss())
        page.on("request", lambda request: _check_is_local(page, request.url))
        pages.append(page)
        return page

    yield new_page
    for page in pages:
        page.close()


@pytest.fixture
def page(new_page):
    return new_page()


def _note_error(page, error):
    # Notebook 7 reads a setting too early when it starts; what we show runs from elsewhere.
    if "/static/notebook/notebook_core" not in (error.stack or ""):
        page.problems.append(f"{error}\n{error.stack}")


def _note(page, message):
    if message.type == "error":
        page.problems.append(f"on the console: {message.text}")


def _check_is_local(page, url):
    if url.startswith(("http", "ws")) and "//127.0.0.1:" not in url:
        page.problems.append(f"asked for {url}")
