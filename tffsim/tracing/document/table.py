"""Columns with names, the form in which a trace is read."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas
    import pyarrow
    from numpy.typing import ArrayLike


class Table(dict[str, np.ndarray]):
    """Columns of equal length, to be read and not to be changed.

    `table["column"]` is a NumPy array, `table.row(k)` a dict, `table.where(mask)` a table; `len(table)`
    is the number of rows. Printed, it is a table of text.

    It is a `dict` because that is the form in which pandas, polars and pyarrow take columns:
    `pandas.DataFrame(table)`, `polars.DataFrame(table)`, `pyarrow.table(table)`.

    Args:
        columns: The columns by name. Those that have few different texts are given as numbers.
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
        self.texts = {name: known for name, known in (texts or {}).items() if name in columns}
        self.units = dict(units or {})
        self._numbers = {name: columns[name] for name in self.texts}
        super().__init__(
            {
                name: _texts(column, self.texts[name]) if name in self.texts else column
                for name, column in columns.items()
            }
        )

    def __missing__(self, name: str) -> "np.ndarray":
        raise KeyError(f"There is no column {name!r}. Columns: {', '.join(self)}.")

    def __len__(self) -> int:
        """The number of rows."""
        return len(next(iter(self.values()), ()))

    @property
    def num_rows(self) -> int:
        """The number of rows."""
        return len(self)

    def __reduce__(self) -> tuple[object, ...]:
        """Pickles and copies texts as numbers."""
        return Table, ({name: self.numbers(name) for name in self}, self.texts, self.units)

    def __repr__(self) -> str:
        from tffsim.tracing.document.table_text import table_text

        return table_text(self)

    def _repr_html_(self) -> str:
        from tffsim.tracing.document.table_html import table_html

        return table_html(self)

    def numbers(self, name: str) -> "np.ndarray":
        """Returns a column with the numbers that stand for its texts: positions in `table.texts[name]`."""
        return self._numbers[name] if name in self._numbers else self[name]

    def shown(self, name: str) -> "np.ndarray":
        """Returns a column as people read it, which is `table[name]`."""
        return self[name]

    text = shown

    def row(self, index: int) -> dict[str, Any]:
        """Returns one row as a dict of plain Python values."""
        if not -len(self) <= index < len(self):
            raise IndexError(f"There is no row {index}: the table has {len(self)} rows.")
        return {name: _plain(column[index]) for name, column in self.items()}

    def where(self, mask: "np.ndarray | Sequence[int] | slice | None" = None, **conditions: "ArrayLike") -> "Table":
        """Returns the rows that a mask, or an array of indices, selects, and that have these values in these columns.

        `t.clients().where(client=7, round=0)` is what client 7 did in the first call.

        Args:
            mask: Which rows; by default all.
            **conditions: For some columns, by their names: the value, or a list of the values, that the rows have.

        Raises:
            KeyError: If there is no such column.
        """
        if mask is not None:
            chosen = Table({name: self.numbers(name)[mask] for name in self}, self.texts, self.units)
            return chosen.where(None, **conditions)
        if not conditions:
            return self
        return self.where(np.all([np.isin(self[name], value) for name, value in conditions.items()], axis=0))

    def to_pandas(self) -> "pandas.DataFrame":
        """Returns a `pandas.DataFrame`.

        Raises:
            ImportError: If pandas is not installed.
        """
        try:
            import pandas as pd
        except ModuleNotFoundError as error:
            raise _without_library(error) from None
        return pd.DataFrame(self)

    def to_arrow(self) -> "pyarrow.Table":
        """Returns a `pyarrow.Table`, texts as dictionary columns, where no text is null.

        Raises:
            ImportError: If pyarrow is not installed.
        """
        try:
            import pyarrow as pa
        except ModuleNotFoundError as error:
            raise _without_library(error) from None
        arrays = {}
        for name in self:
            column = self.numbers(name)
            if name in self.texts:
                indices = pa.array(column.astype(np.int32), mask=column < 0)
                arrays[name] = pa.DictionaryArray.from_arrays(indices, pa.array(self.texts[name], pa.string()))
            else:
                arrays[name] = pa.array(column.tolist() if column.dtype == object else column)
        return pa.table(arrays)


def _texts(numbers: "np.ndarray", texts: list[str]) -> "np.ndarray":
    known = np.array([*texts, ""], dtype=object)
    return known[np.where(numbers < 0, len(texts), numbers)]


def _plain(value: object) -> object:
    return value.item() if isinstance(value, np.generic) else value


def _without_library(error: ModuleNotFoundError) -> ModuleNotFoundError:
    """Returns what to do about a package of others that tffsim does not bring."""
    return ModuleNotFoundError(
        f"This needs {error.name}, which is not installed: `pip install {error.name}`.", name=error.name
    )
