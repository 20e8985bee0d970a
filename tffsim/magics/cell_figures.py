"""Figures of cells that run at the same time.

pyplot knows one set of open figures for the whole process, and a notebook shows and closes all of
them whenever any cell ends. So a cell in the background has a set of its own, which is shown when
that cell ends.
"""

import collections
import contextlib
import contextvars
import sys
from collections.abc import Iterator, MutableMapping, ValuesView
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from matplotlib.backend_bases import FigureManagerBase

_Figures: TypeAlias = "collections.OrderedDict[object, FigureManagerBase]"

_own: "contextvars.ContextVar[_Figures | None]" = contextvars.ContextVar("tffsim_figures", default=None)


@contextlib.contextmanager
def own_figures() -> Iterator[None]:
    """A block whose figures are shown at its end, and not when other cells end."""
    common = _figures_by_cell()
    figures: _Figures = collections.OrderedDict()
    token = _own.set(figures)
    try:
        yield
    finally:
        try:
            _show_inline()
        finally:
            _own.reset(token)
            common.adopt(figures)


class _FiguresByCell(MutableMapping[object, "FigureManagerBase"]):
    """The open figures by number, as pyplot keeps them: those of the cell that asks.

    Args:
        common: Those of all cells that have none of their own.
    """

    def __init__(self, common: _Figures) -> None:
        self._common = common

    def adopt(self, figures: _Figures) -> None:
        """Adds figures that are still open when their cell has ended, under numbers that are free."""
        for number, manager in figures.items():
            if number in self._common:
                number = manager.num = max((n for n in self._common if isinstance(n, int)), default=0) + 1
            self._common[number] = manager

    def move_to_end(self, number: object) -> None:
        self._figures.move_to_end(number)

    def values(self) -> "ValuesView[FigureManagerBase]":
        return self._figures.values()

    def __getitem__(self, number: object) -> "FigureManagerBase":
        return self._figures[number]

    def __setitem__(self, number: object, manager: "FigureManagerBase") -> None:
        self._figures[number] = manager

    def __delitem__(self, number: object) -> None:
        del self._figures[number]

    def __iter__(self) -> Iterator[object]:
        return iter(self._figures)

    def __len__(self) -> int:
        return len(self._figures)

    @property
    def _figures(self) -> _Figures:
        own = _own.get()
        return self._common if own is None else own


def _figures_by_cell() -> _FiguresByCell:
    from matplotlib import _pylab_helpers

    pyplot: Any = _pylab_helpers.Gcf
    if not isinstance(pyplot.figs, _FiguresByCell):
        pyplot.figs = _FiguresByCell(pyplot.figs)
    return pyplot.figs


def _show_inline() -> None:
    """Does what a notebook does at the end of a cell, if it draws figures below cells at all."""
    inline = sys.modules.get("matplotlib_inline.backend_inline")
    if inline is not None and _own.get() and "inline" in sys.modules["matplotlib"].get_backend():
        inline.show()
