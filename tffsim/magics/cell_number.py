"""Which number the cell has that runs now."""

from IPython.core.interactiveshell import InteractiveShell


def number_of_cell(shell: InteractiveShell) -> int:
    """Returns the number that stands beside the cell: 3 of `In [3]`; 0 if no cell was numbered yet.

    `shell.execution_count` is that of the next cell while one runs, or of this one: that depends on the version.
    """
    return max(len(shell.history_manager.input_hist_parsed) - 1, 0) if shell.history_manager is not None else 0
