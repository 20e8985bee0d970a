"""A real JupyterLab on loopback, and a notebook in it that a real browser opens."""

import contextlib
import json
import os
import pathlib
import re
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence

import nbformat
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = pathlib.Path(__file__).parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
_CHROMIUM_OPTIONS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
_SECONDS_TO_START = 240
_MILLISECONDS_TO_RUN = 90_000


class Lab:
    """A running server; its files are in `folder`, and kernels are children of its process."""

    def __init__(self, folder: pathlib.Path, port: int, token: str, process: int) -> None:
        self.folder = folder
        self.port = port
        self.token = token
        self.process = process

    def url(self, notebook: str, application: str = "lab") -> str:
        """Returns the address of a notebook in `lab` or in `notebooks` (Notebook 7)."""
        workspace = notebook.removesuffix(".ipynb")  # Of its own, so that no other notebook is open.
        path = f"lab/workspaces/{workspace}/tree/{notebook}" if application == "lab" else f"notebooks/{notebook}"
        return f"http://127.0.0.1:{self.port}/{path}?token={self.token}"

    def write(self, name: str, *cells: str) -> str:
        """Writes a notebook of code cells and returns its name."""
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
        notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
        nbformat.write(notebook, self.folder / name)
        return name


@contextlib.contextmanager
def running_lab(
    folder: pathlib.Path, python: Sequence[str] = (sys.executable,), environment: Mapping[str, str] | None = None
) -> Iterator[Lab]:
    """Starts JupyterLab in a folder, and ends it and its kernels at the end.

    Args:
        folder: Where its files are.
        python: How the Python is started that has JupyterLab.
        environment: What else than here is set for it; by default what tests of this checkout need.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token = secrets.token_hex(16)
    home = folder / ".home"
    home.mkdir()
    notifications = home / "lab" / "user-settings" / "@jupyterlab" / "apputils-extension"
    notifications.mkdir(parents=True)
    (notifications / "notification.jupyterlab-settings").write_text('{"fetchNews": "false", "checkForUpdates": false}')
    if environment is None:
        environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONPATH": str(ROOT)}
    apart = {
        "JUPYTER_CONFIG_DIR": str(home / "config"), "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"), "IPYTHONDIR": str(home / "ipython"),
        "JUPYTERLAB_SETTINGS_DIR": str(home / "lab" / "user-settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
    }  # fmt: skip
    command = [
        *python, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}",
        "--ServerApp.port_retries=0", f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={folder}",
        "--expose-app-in-browser", "--JupyterNotebookApp.expose_app_in_browser=True", "--LabApp.news_url=",
    ]  # fmt: skip
    with (folder / ".lab.log").open("wb") as log:
        server = subprocess.Popen(
            command, env={**environment, **apart}, stdout=log, stderr=subprocess.STDOUT, cwd=folder
        )
    try:
        _wait_until_up(port, token, server, folder / ".lab.log")
        yield Lab(folder, port, token, server.pid)
    finally:
        end_server(server)


def end_server(server: "subprocess.Popen[bytes]") -> None:
    """Ends a server, with force if it does not end by itself."""
    server.terminate()
    try:
        server.wait(15)
    except subprocess.TimeoutExpired:
        server.kill()


def _wait_until_up(port: int, token: str, server: "subprocess.Popen[bytes]", log: pathlib.Path) -> None:
    end = time.monotonic() + _SECONDS_TO_START
    while time.monotonic() < end:
        assert server.poll() is None, log.read_text()
        with (
            contextlib.suppress(OSError),
            urllib.request.urlopen(f"http://127.0.0.1:{port}/api/status?token={token}", timeout=2) as answer,
        ):
            json.load(answer)
            return
        time.sleep(0.1)
    raise TimeoutError(log.read_text())


@contextlib.contextmanager
def running_browser() -> Iterator[Browser]:
    """Starts Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=_CHROMIUM_OPTIONS)
        try:
            yield browser
        finally:
            browser.close()


def wait_until_idle(page: Page, milliseconds: int = _MILLISECONDS_TO_RUN) -> None:
    """Waits until the kernel of the notebook that a page shows has nothing to do."""
    page.wait_for_function(
        "() => { const w = window.jupyterapp?.shell?.currentWidget;"
        " return w?.sessionContext?.session?.kernel?.status === 'idle' }",
        timeout=milliseconds,
    )


def run_all_cells(page: Page) -> None:
    """Runs the notebook that a page shows; returns at once."""
    wait_until_idle(page)
    page.evaluate("() => { window.jupyterapp.commands.execute('notebook:run-all-cells'); }")


def run_cell(page: Page, number: int, wait: bool = True) -> None:
    """Runs one cell of the notebook that a page shows."""
    wait_until_idle(page)
    page.evaluate(
        "async ([number, wait]) => { const { content } = window.jupyterapp.shell.currentWidget;"
        " content.activeCellIndex = number; content.deselectAll();"
        " const done = window.jupyterapp.commands.execute('notebook:run-cell'); if (wait) await done; }",
        [number, wait],
    )
    if wait:
        wait_until_idle(page)


def output_of(page: Page, number: int) -> str:
    """Returns the text that a cell has put out, whether it is in sight or not."""
    outputs = page.evaluate(
        "number => window.jupyterapp.shell.currentWidget.content.model.cells.get(number).outputs.toJSON()", number
    )
    texts = []
    for output in outputs:
        texts += output.get("traceback", [])
        for text in (output.get("text", ""), output.get("data", {}).get("text/plain", "")):
            texts.append(text if isinstance(text, str) else "".join(text))
    return re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(texts))


def interrupt(page: Page) -> None:
    """Interrupts the kernel of the notebook that a page shows."""
    page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.interrupt()")


def restart(page: Page) -> None:
    """Restarts the kernel of the notebook that a page shows."""
    page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
