"""Columns of numbers with names, the form in which a trace is read."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np


class Table(Mapping[str, np.ndarray]):
    """Columns of equal length.

    `table["column"]` is a NumPy array, `table.row(k)` a dict, `table.where(mask)` a
    table. Columns that have few different texts hold numbers; `row`, `to_pandas` and
    `to_arrow` show the texts.

    Args:
        columns: The columns by name.
        texts: For some columns: the texts that their numbers stand for. A negative
            number stands for no text.
        units: For some columns: the unit.
    """

    def __init__(
        self,
        columns: Mapping[str, "np.ndarray"],
        texts: Mapping[str, "list[str]"] | None = None,
        units: Mapping[str, str] | None = None,
    ) -> None:
        self._columns = dict(columns)
        self.texts = dict(texts or {})
        self.units = dict(units or {})

    def __getitem__(self, name: str) -> "np.ndarray":
        if name not in self._columns:
            raise KeyError(f"There is no column {name!r}. Columns: {', '.join(self._columns)}.")
        return self._columns[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        """The number of columns, as of any mapping; `num_rows` is the number of rows."""
        return len(self._columns)

    @property
    def num_rows(self) -> int:
        """The number of rows."""
        return len(next(iter(self._columns.values()), ()))

    def __repr__(self) -> str:
        return f"<Table of {self.num_rows:,} rows: {', '.join(self._columns)}>"

    def text(self, name: str) -> "np.ndarray":
        """Returns a column with the texts that its numbers stand for."""
        numbers = self[name]
        texts = np.array([*self.texts[name], ""], dtype=object)
        return texts[np.where(numbers < 0, len(texts) - 1, numbers)]

    def shown(self, name: str) -> "np.ndarray":
        """Returns a column as people read it: texts where there are some."""
        return self.text(name) if name in self.texts else self[name]

    def row(self, index: int) -> dict[str, Any]:
        """Returns one row as a dict of plain Python values."""
        if not -self.num_rows <= index < self.num_rows:
            raise IndexError(f"There is no row {index}: the table has {self.num_rows} rows.")
        return {name: _plain(self._shown_at(name, index)) for name in self}

    def where(self, mask: Any) -> "Table":
        """Returns the rows that a mask, or an array of indices, selects."""
        return Table({name: column[mask] for name, column in self._columns.items()}, self.texts, self.units)

    def to_pandas(self) -> Any:
        """Returns a `pandas.DataFrame`; needs pandas."""
        import pandas as pd

        return pd.DataFrame({name: self.shown(name) for name in self})

    def to_arrow(self) -> Any:
        """Returns a `pyarrow.Table`, texts as dictionary columns; needs pyarrow."""
        import pyarrow as pa

        arrays = {}
        for name, column in self._columns.items():
            if name in self.texts:
                indices = pa.array(column.astype(np.int32), mask=column < 0)
                arrays[name] = pa.DictionaryArray.from_arrays(indices, pa.array(self.texts[name], pa.string()))
            else:
                arrays[name] = pa.array(column.tolist() if column.dtype == object else column)
        return pa.table(arrays)

    def _shown_at(self, name: str, index: int) -> Any:
        value = self._columns[name][index]
        if name not in self.texts:
            return value
        return self.texts[name][value] if value >= 0 else ""


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value
