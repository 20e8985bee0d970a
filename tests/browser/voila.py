"""A real Voilà on loopback: it runs a notebook when somebody opens its page, and shows the outputs only."""

import contextlib
import os
import pathlib
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator

from tests.browser.lab import ROOT, end_server

# Extensions of JupyterLab that a page of Voilà loads, too, and that miss parts of it.
_FOR_THE_LAB_ONLY = ("jupyterlab-jupytext", "@jupyter-notebook/lab-extension")
_SECONDS_TO_START = 240
FONTS_OF_VOILA = "https://cdn.jsdelivr.net/npm/@fortawesome/fontawesome-free@"
"""What its template asks for by itself, from elsewhere."""


@contextlib.contextmanager
def running_voila(notebook: pathlib.Path) -> Iterator[str]:
    """Starts Voilà for a notebook, and ends it and its kernels at the end.

    Yields:
        The address of the notebook's page.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    home = notebook.parent / ".voila"
    home.mkdir()
    apart = {
        "JUPYTER_CONFIG_DIR": str(home / "config"), "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"), "IPYTHONDIR": str(home / "ipython"),
    }  # fmt: skip
    command = [
        sys.executable, "-m", "voila", str(notebook), "--no-browser", "--Voila.ip=127.0.0.1", f"--port={port}",
        *(f"--VoilaConfiguration.extension_denylist={name}" for name in _FOR_THE_LAB_ONLY),
    ]  # fmt: skip
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONPATH": str(ROOT), **apart}
    log = home / "log"
    with log.open("wb") as written:
        server = subprocess.Popen(command, env=environment, stdout=written, stderr=subprocess.STDOUT, cwd=home.parent)
    try:
        _wait_until_up(port, server, log)
        yield f"http://127.0.0.1:{port}/"
    finally:
        end_server(server)


def _wait_until_up(port: int, server: "subprocess.Popen[bytes]", log: pathlib.Path) -> None:
    end = time.monotonic() + _SECONDS_TO_START
    # The page itself would start a kernel.
    address = f"http://127.0.0.1:{port}/voila/static/nothing"
    while time.monotonic() < end:
        assert server.poll() is None, log.read_text()
        try:
            urllib.request.urlopen(address, timeout=2).close()
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(log.read_text())
