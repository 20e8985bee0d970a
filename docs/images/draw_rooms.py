"""Draws `rooms.svg` for `docs/design/architecture.md`: who may import whom. Run it with `make picture`.

It is drawn from the list that the architecture test checks, so it shows what is true. An arrow that
follows from others is left out: who may import a room may import what is below it on a way of arrows.
"""

import html
import itertools
import pathlib
import sys
from collections.abc import Iterator
from typing import TypeAlias

import networkx as nx

TARGET = pathlib.Path(__file__).with_name("rooms.svg")
ROOT = TARGET.parents[2]
sys.path.insert(0, str(ROOT))

from tests.architecture.test_import_direction import MAY_IMPORT  # noqa: E402

WIDTH, BOX_WIDTH, BOX_HEIGHT, ROW_HEIGHT, MARGIN, PASSAGE = 960, 160, 34, 80, 14, 24
INK, GREY = "#1b2733", "#5b6875"
# Fill and edge of a box. From the Okabe-Ito palette, which colour-blind readers can tell apart.
RUNTIME, KNOWN, DOOR = ("#dcedf9", "#0072b2"), ("#d9f1ea", "#007a5a"), ("#fdf3dc", "#b97f00")
DOORS = {"magics", "cli"}

Point: TypeAlias = tuple[float, float]
Place: TypeAlias = str | tuple[str, str, int]
"""Where a room is, or where the arrow between two rooms passes a row."""


def rooms() -> nx.DiGraph:
    """Returns the rooms that are folders, with an arrow from each to those that it needs directly."""
    allowed = nx.DiGraph([(room, other) for room, others in MAY_IMPORT.items() for other in others])
    allowed.add_nodes_from(MAY_IMPORT)
    folders = [room for room in allowed if (ROOT / "tffsim" / room.replace(".", "/")).is_dir() and room != "tracing"]
    return nx.transitive_reduction(allowed.subgraph(folders))


def picture() -> str:
    """Returns the text of the picture."""
    graph = rooms()
    rows = [sorted(row) for row in nx.topological_generations(graph.reverse())]
    level = {room: number for number, row in enumerate(rows) for room in row}
    # An arrow passes each row between its ends in a place of its own, beside the boxes.
    paths = {
        (room, other): [room, *((room, other, n) for n in range(level[room] - 1, level[other], -1)), other]
        for room, other in sorted(graph.edges)
    }
    below = nx.DiGraph(pair for path in paths.values() for pair in itertools.pairwise(path))
    height = MARGIN + ROW_HEIGHT * (len(rows) - 1) + BOX_HEIGHT + MARGIN
    places: dict[Place, Point] = {}
    for number, row in enumerate(rows):
        passing = [place for path in paths.values() for place in path if place[2:] == (number,)]
        y = height - MARGIN - BOX_HEIGHT - number * ROW_HEIGHT
        places |= {place: (x, y) for place, x in _spread([*row, *passing], below, places)}
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif">',
            f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
            '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" '
            f'orient="auto"><path d="M0 0 8 4 0 8z" fill="{GREY}"/></marker></defs>',
            *(_arrow([places[place] for place in path]) for path in paths.values()),
            *(_box(room, *places[room]) for room in sorted(graph)),
            "</svg>\n",
        ]
    )


def _spread(row: list[Place], below: nx.DiGraph, places: dict[Place, Point]) -> Iterator[tuple[Place, float]]:
    """Yields the middle of each place of a row, above those that it leads to, so that few arrows cross."""

    def middle(place: Place) -> float:
        xs = [places[other][0] for other in below[place]]
        return sum(xs) / len(xs) if xs else 0

    widths = [(place, BOX_WIDTH if isinstance(place, str) else PASSAGE) for place in sorted(row, key=middle)]
    gap = (WIDTH - sum(width for _, width in widths)) / len(widths)
    x = gap / 2
    for place, width in widths:
        yield place, x + width / 2
        x += width + gap


def _arrow(points: list[Point]) -> str:
    x, y = points[0]
    line = f"M{x:.0f} {y + BOX_HEIGHT:.0f}"
    for (x, y), (to_x, to_y) in itertools.pairwise(points):
        y += BOX_HEIGHT
        bend = (to_y - y) / 2
        line += f"C{x:.0f} {y + bend:.0f} {to_x:.0f} {to_y - bend:.0f} {to_x:.0f} {to_y:.0f}"
        if (to_x, to_y) != points[-1]:
            line += f"V{to_y + BOX_HEIGHT:.0f}"
    return f'<path d="{line}" fill="none" stroke="{GREY}" stroke-width="1.3" marker-end="url(#tip)"/>'


def _box(room: str, x: float, y: float) -> str:
    fill, edge = DOOR if room in DOORS else KNOWN if room.startswith(("trac", "views")) else RUNTIME
    return (
        f'<rect x="{x - BOX_WIDTH / 2:.0f}" y="{y:.0f}" width="{BOX_WIDTH}" height="{BOX_HEIGHT}" rx="6" '
        f'fill="{fill}" stroke="{edge}"/>'
        f'<text x="{x:.0f}" y="{y + BOX_HEIGHT / 2 + 5:.0f}" text-anchor="middle" font-size="15" fill="{INK}">'
        f"{html.escape(room)}</text>"
    )


if __name__ == "__main__":
    TARGET.write_text(picture(), encoding="utf-8")
