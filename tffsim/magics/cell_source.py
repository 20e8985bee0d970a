"""How a cell with `%%tff_execute` becomes Python: the magic in its first line, then the cell as it is.

IPython hands the text of a cell to a cell magic, which can only run it inside the one statement that
calls it. Then much is not as in a plain cell: no `await` in the event loop of the others, no displayed
result, errors that come late. So the first line alone becomes a statement, and IPython runs the others
as those of any cell.
"""

import argparse
import re

from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell

from tffsim.magics.option_line import words_of

NAME = "tff_execute"
_COMMENT_OR_BLANK = re.compile(r"\s*(#.*)?\n?")


class CellSource:
    """Rewrites cells that begin with the magic; one of IPython's input transformers.

    Args:
        shell: The `InteractiveShell`.
        parser: That of the magic's options.
    """

    def __init__(self, shell: InteractiveShell, parser: argparse.ArgumentParser) -> None:
        self._shell = shell
        self._parser = parser

    def install(self) -> None:
        """Lets the shell rewrite its cells, before it makes calls of magics of them."""
        transforms = self._shell.input_transformer_manager.line_transforms
        transforms[:] = [self, *(known for known in transforms if not isinstance(known, CellSource))]

    def __call__(self, lines: list[str]) -> list[str]:
        """Returns the lines of a cell; those of a cell without the magic as they are. Comments may stand above it."""
        number = next((n for n, text in enumerate(lines) if not _COMMENT_OR_BLANK.fullmatch(text)), 0)
        above, (first, *rest) = lines[:number], lines[number:] or [""]
        name, _, line = first.rstrip().partition(" ")
        body = "".join(rest)
        if name != f"%%{NAME}":
            return lines
        if not body.strip():
            # The line alone, such as `--help`: IPython refuses cell magics without a cell.
            return [*above, f"get_ipython().run_line_magic({NAME!r}, {line!r})\n"]
        try:
            options = self._parser.parse_args(words_of(line))
        except (UsageError, ValueError):
            return lines[number:]  # The magic says what is wrong, or helps, and runs nothing.
        if options.background is not None:
            # In both forms, an error has the line that the editor shows.
            return [f"get_ipython().run_cell_magic({NAME!r}, {line!r}, {chr(10) * (number + 1) + body!r})\n"]
        source = transformed(self._shell, body)
        call = f"get_ipython().run_line_magic({NAME!r}, {line!r})\n"
        return [*above, call, *source.splitlines(keepends=True)]


def split_statement(parser: argparse.ArgumentParser, line: str) -> tuple[str, str]:
    """Splits the line of a line magic into options and a statement.

    Args:
        parser: The parser of the options.
        line: What follows the name of the magic.
    """
    # Of an option whose value may be left out, the value is behind a `=`.
    flags = [name for action in parser._actions if action.nargs in (0, "?") for name in action.option_strings]
    end = 0
    is_value = False
    for word in re.finditer(r"""(?:"[^"]*"|'[^']*'|\S)+""", line):
        if not is_value and not word.group().startswith("--"):
            break
        is_option = not is_value and "=" not in word.group()
        # Options may be abbreviated.
        is_value = is_option and not any(flag.startswith(word.group()) for flag in flags)
        end = word.end()
    return line[:end], line[end:].strip()


def transformed(shell: InteractiveShell, code: str) -> str:
    """Returns what IPython makes of a cell, with the empty lines at its top, which count."""
    source = str(shell.transform_cell(code))
    first = next((number for number, line in enumerate(code.splitlines()) if line.strip()), 0)
    return "\n" * first + source
