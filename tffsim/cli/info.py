"""`tffsim info`: what is installed here, for a question or a bug report."""

import importlib.metadata
import os
import platform
from collections.abc import Iterator

import click

import tffsim
from tffsim.external_runtime.tensorflow.tensorflow_startup import hidden_lines

_LIBRARIES = ("federated-language", "tensorflow", "tensorflow-cpu", "keras", "numpy", "protobuf")
_NOTEBOOK = ("ipython", "ipykernel", "ipywidgets", "anywidget")
_NO_FRONT_END = "none found here (`pip install jupyterlab` brings one); a notebook may run elsewhere"
_FRONT_ENDS = {"jupyterlab": "JupyterLab", "notebook": "Notebook", "google-colab": "Colab", "voila": "Voilà"}


@click.command(short_help="Show versions, devices and the front ends found.")
@click.option("--messages", is_flag=True, help="Also show what TensorFlow says when it starts.")
def info(messages: bool) -> None:
    """Show which versions, devices and front ends of notebooks there are.

    Put this into a bug report.
    """
    for name, text in _lines():
        click.echo(f"{name:20}{text}")
    if messages:
        click.echo("\nWhat TensorFlow said when it started:\n" + "".join(hidden_lines), nl=False)


def _lines() -> Iterator[tuple[str, str]]:
    yield "tffsim", tffsim.__version__
    yield "Python", f"{platform.python_version()}, {platform.platform()}, {os.cpu_count()} processors"
    for library in (*_LIBRARIES, *_NOTEBOOK):
        if version := _version(library):
            yield library, version
    yield "front ends", ", ".join(_front_ends()) or _NO_FRONT_END
    yield "devices", _devices()


def _version(library: str) -> str | None:
    try:
        return importlib.metadata.version(library)
    except importlib.metadata.PackageNotFoundError:
        return None


def _front_ends() -> Iterator[str]:
    for library, name in _FRONT_ENDS.items():
        if version := _version(library):
            yield f"{name} {version}"
    if "VSCODE_PID" in os.environ:
        yield "VS Code"


def _devices() -> str:
    try:
        import tensorflow as tf

        details = tf.config.experimental.get_device_details
        found = {device.name: details(device).get("device_name") for device in tf.config.list_physical_devices()}
    except Exception as error:  # Whatever it is, it belongs into the report.
        return f"TensorFlow does not start: {type(error).__name__}: {error}"
    places = {name.removeprefix("/physical_device:"): model for name, model in found.items()}
    return ", ".join(f"{place} ({model})" if model else place for place, model in places.items())
