"""Takes pictures of every panel of seven programs, to be looked at: `python docs/images/contact_sheets.py FOLDER`.

One sheet for each program, width and theme: `readme_420_dark.png`. With names of programs after the folder, only
theirs.
"""

import argparse
import io
import pathlib
import sys
from collections.abc import Callable, Sequence

import numpy as np
import tensorflow as tf
from PIL import Image

ROOT = pathlib.Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

import tffsim as tff  # noqa: E402
from tests.browser.lab import running_browser  # noqa: E402

WIDTHS = {420: 900, 640: 640, 1080: 660, 1600: 900}
_COLUMNS = 3
_GAP = 8
_FLOAT = np.float32
_WEIGHTS = tff.TensorType(_FLOAT, [8, 8])


def _at_clients(type_spec: object) -> tff.FederatedType:
    return tff.FederatedType(type_spec, tff.CLIENTS)


@tff.tf_computation(tff.SequenceType(_FLOAT))
def mean_and_count(days):
    total, count = days.reduce((0.0, 0.0), lambda state, day: (state[0] + day, state[1] + 1.0))
    return total / count, count


@tff.federated_computation(_at_clients(tff.SequenceType(_FLOAT)))
def mean_temperature(days):
    means, counts = tff.federated_map(mean_and_count, days)
    return tff.federated_mean(means, weight=counts)


@tff.tf_computation(_WEIGHTS, tff.SequenceType(_WEIGHTS))
def train_on_client(weights, examples):
    trained = examples.reduce(weights, lambda weights, example: 0.9 * weights + 0.1 * example)
    count = examples.reduce(0.0, lambda count, _: count + 1.0)
    return trained, count, tf.reduce_mean((trained - 1.0) ** 2)


@tff.federated_computation(tff.FederatedType(_WEIGHTS, tff.SERVER), _at_clients(tff.SequenceType(_WEIGHTS)))
def next_round(server_weights, client_examples):
    weights = tff.federated_broadcast(server_weights)
    trained, counts, losses = tff.federated_map(train_on_client, (weights, client_examples))
    return tff.federated_mean(trained, counts), tff.federated_mean(losses, counts)


@tff.tf_computation(_FLOAT)
def log_of(x):
    tf.debugging.assert_none_equal(x, 7.0, message="a client sent seven")
    return tf.math.log(x)


@tff.federated_computation(_at_clients(_FLOAT))
def mean_of_logs(numbers):
    return tff.federated_mean(tff.federated_map(log_of, numbers))


@tff.tf_computation(_FLOAT)
def 반(수):  # noqa: N802, N803  # Korean has no capitals.
    return 수 / 2.0


@tff.federated_computation(_at_clients(_FLOAT))
def 반의_평균(수들):  # noqa: N802, N803
    return tff.federated_mean(tff.federated_map(반, 수들))


def _five_rounds() -> None:
    weights = np.zeros([8, 8], _FLOAT)
    examples = [[np.eye(8, dtype=_FLOAT) * (client % 7)] * (client % 5 + 1) for client in range(30)]
    for _ in range(5):
        weights, _ = next_round(weights, examples)


def _as_a_tree() -> None:
    with tff.use(tff.SyncExecutionContext(tff.local_executor_factory(max_fanout=2))):
        mean_of_logs([float(client) for client in range(8, 17)])


RUNS: dict[str, Callable[[], object]] = {
    "readme": lambda: mean_temperature([[21.0, 23.0], [19.0], [20.0, 22.0, 24.0]]),
    "fedavg": _five_rounds,
    "failed": lambda: mean_of_logs([float(client) for client in range(1, 21)]),
    "nan": lambda: mean_of_logs([1.0, -1.0, 2.0, 3.0, 4.0]),
    "thousand": lambda: mean_of_logs([10.0 + client for client in range(1000)]),
    "tree": _as_a_tree,
    "korean": lambda: 반의_평균([1.0, 2.0, 3.0]),
}


def make(folder: pathlib.Path, names: Sequence[str]) -> None:
    """Writes the page of each run, and its sheets."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        _save_page(name, folder / f"{name}.html")
    with running_browser() as browser:
        for name in names:
            for width, height in WIDTHS.items():
                for theme in ("light", "dark"):
                    page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=theme)
                    page.goto((folder / f"{name}.html").as_uri())
                    _sheet(_pictures(page)).save(folder / f"{name}_{width}_{theme}.png")
                    page.close()


def _save_page(name: str, path: pathlib.Path) -> None:
    with tff.trace() as trace:
        try:
            RUNS[name]()
        except Exception as error:
            print(f"{name}: {str(error).splitlines()[0]}")
    trace.to_html(path)


def _pictures(page) -> list[Image.Image]:
    page.wait_for_selector(".tffsim[data-state]")
    pictures = []
    for tab in page.locator("[role=tab]").all():
        tab.click()
        page.wait_for_timeout(400)
        pictures.append(Image.open(io.BytesIO(page.screenshot())))
    return pictures


def _sheet(pictures: Sequence[Image.Image]) -> Image.Image:
    width, height = (size + _GAP for size in pictures[0].size)
    columns = _COLUMNS if width < 1200 else 2
    sheet = Image.new("RGB", (columns * width, -(-len(pictures) // columns) * height), "grey")
    for k, picture in enumerate(pictures):
        sheet.paste(picture, (k % columns * width, k // columns * height))
    return sheet


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"by default all of {', '.join(RUNS)}")
    arguments = parser.parse_args()
    unknown = [name for name in arguments.names if name not in RUNS]
    if unknown:
        parser.error(f"There is no program {unknown[0]!r}. Programs: {', '.join(RUNS)}.")
    make(arguments.folder, arguments.names or list(RUNS))
