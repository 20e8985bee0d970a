"""Draws `execution_stack.svg` for the README. Run it with `make picture`."""

import pathlib

import matplotlib as mpl
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

TARGET = pathlib.Path(__file__).with_name("execution_stack.svg")

INK, GREY = "#1b2733", "#5b6875"
# Fill and edge of a box. From the Okabe-Ito palette, which colour-blind readers can tell apart.
CODE = ("#fdf3dc", "#b97f00")
CONTEXT = ("#eceff2", "#5b6875")
EXECUTOR = ("#dcedf9", "#0072b2")
SERVER = ("#d9f1ea", "#007a5a")
CLIENT = ("#fbe5d8", "#c04f00")


def draw() -> None:
    """Writes the picture next to this file."""
    # Letters become paths, so that no font is needed; fixed ids, so that a new run changes nothing.
    mpl.rcParams.update({"font.family": "DejaVu Sans", "svg.fonttype": "path", "svg.hashsalt": "tffsim"})
    figure, axes = plt.subplots(figsize=(9.6, 6.3))
    axes.set(xlim=(0, 96), ylim=(0, 63))
    axes.axis("off")
    _top(axes)
    _federation(axes)
    figure.subplots_adjust(0, 0, 1, 1)
    figure.savefig(TARGET, metadata={"Date": None}, facecolor="white")


def _top(axes: Axes) -> None:
    _box(axes, 48, 58.5, 44, "your function  ▸  federated computation", CODE)
    _box(axes, 48, 50, 44, "execution context", CONTEXT)
    _box(axes, 48, 41.5, 44, "ReferenceResolvingExecutor", EXECUTOR)
    _box(axes, 48, 33, 44, "FederatingExecutor", EXECUTOR)
    for y in (58.5, 50, 41.5):
        _arrow(axes, (48, y - 2.4), (48, y - 6.1))
    _note(axes, 72, 58.5, "written with tf_computation\nand federated_map, …_mean, …")
    _note(axes, 72, 50, "checks the argument,\ncounts the clients")
    _note(axes, 72, 41.5, "runs lambdas, blocks, calls")
    _note(axes, 72, 33, "runs federated operators:\nmap, broadcast, sum, mean …")


def _federation(axes: Axes) -> None:
    for x, title, style in ((14, "server", SERVER), (41, "client 0", CLIENT), (82, "client 19", CLIENT)):
        _arrow(axes, (48, 30.6), (x, 24.6))
        axes.add_patch(
            FancyBboxPatch(
                (x - 12.5, 2), 25, 22.2, boxstyle="round,pad=0,rounding_size=1.4", fc="none", ec=style[1], lw=1.4
            )
        )
        axes.text(x, 21.9, title, ha="center", va="center", color=style[1], fontsize=11.5, weight="bold")
        _box(axes, x, 17.2, 22.5, "ReferenceResolving", style, height=3.9)
        _box(axes, x, 11.4, 22.5, "Sequence", style, height=3.9)
        _box(axes, x, 5.6, 22.5, "EagerTF  ▸  TensorFlow", style, height=3.9)
        _arrow(axes, (x, 15.2), (x, 13.5))
        _arrow(axes, (x, 9.4), (x, 7.7))
    axes.text(61.5, 13, "· · ·", ha="center", va="center", color=CLIENT[1], fontsize=22, weight="bold")


def _box(axes: Axes, x: float, y: float, width: float, text: str, style: tuple[str, str], height: float = 4.6) -> None:
    fill, edge = style
    shape = "round,pad=0,rounding_size=1.0"
    axes.add_patch(
        FancyBboxPatch((x - width / 2, y - height / 2), width, height, boxstyle=shape, fc=fill, ec=edge, lw=1.4)
    )
    axes.text(x, y, text, ha="center", va="center", color=INK, fontsize=11)


def _arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    axes.add_patch(
        FancyArrowPatch(start, end, arrowstyle="-|>", mutation_scale=11, color=GREY, lw=1.3, shrinkA=0, shrinkB=0)
    )


def _note(axes: Axes, x: float, y: float, text: str) -> None:
    axes.text(x, y, text, ha="left", va="center", color=GREY, fontsize=9.5, linespacing=1.35)


if __name__ == "__main__":
    draw()
