import importlib.metadata
import re
import sys

from click.testing import CliRunner

import tffsim
from tffsim.cli.main import main


def info(*options):
    """Returns what the command prints, by the names at the beginning of its lines."""
    result = CliRunner().invoke(main, ["info", *options], catch_exceptions=False)
    assert result.exit_code == 0
    return dict(re.findall(r"^(\S+(?: \S+)?) {2,}(.*)$", result.output, re.MULTILINE)), result.output


def test_versions_and_devices_are_shown():
    found, _ = info()
    assert found["tffsim"] == tffsim.__version__
    assert found["Python"].startswith(sys.version.split()[0])
    for library in ("federated-language", "numpy", "ipykernel", "anywidget"):
        assert found[library] == importlib.metadata.version(library)
    assert "CPU:0" in found["devices"]


def test_front_ends_that_are_installed_are_shown(monkeypatch):
    known = importlib.metadata.version

    def version(name):
        if name in ("jupyterlab", "google-colab"):
            return "9.8.7"
        if name in ("notebook", "voila"):
            raise importlib.metadata.PackageNotFoundError(name)
        return known(name)

    monkeypatch.setattr(importlib.metadata, "version", version)
    monkeypatch.delenv("VSCODE_PID", raising=False)
    assert info()[0]["front ends"] == "JupyterLab 9.8.7, Colab 9.8.7"


def test_a_tensorflow_that_does_not_start_is_a_line_of_the_report(monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    assert info()[0]["devices"].startswith("TensorFlow does not start: ModuleNotFoundError")


def test_what_tensorflow_said_is_shown_when_asked_for(monkeypatch):
    monkeypatch.setattr("tffsim.cli.info.hidden_lines", ["no GPU was found\n"])
    assert "no GPU was found" not in info()[1]
    assert info("--messages")[1].endswith("What TensorFlow said when it started:\nno GPU was found\n")
