"""Pages of the reference that are made from the code: the names of the language, and the command line."""

import inspect
import re
from collections.abc import Iterator

import click
import federated_language

from tffsim.cli.main import main as command_line

_LANGUAGE = """# Names of the language

These names come from Google's package `federated_language`. `tffsim` has all of them: write `tff.federated_map`.
"""
_SECTIONS = {
    "Operators": re.compile(r"(federated|sequence)_(?!computation)"),
    "Types and placements": re.compile(r"\w*Type$|CLIENTS|SERVER|to_type|to_value"),
    "Others": re.compile(""),
}
_TABLE = "\n## {title}\n\n| name | what it is |\n|---|---|\n{rows}\n"
_COMMANDS = """# Command line

`tffsim` is installed with the package. Here is what each command says of itself.
"""


def pages() -> dict[str, str]:
    """Returns the pages by their file names."""
    rows: dict[str, list[str]] = {title: [] for title in _SECTIONS}
    for name, meaning in _names():
        title = next(title for title, pattern in _SECTIONS.items() if pattern.match(name))
        rows[title].append(f"| `{name}` | {meaning} |")
    tables = [_TABLE.format(title=title, rows="\n".join(found)) for title, found in rows.items()]
    sections = [f"\n## {title}\n\n```text\n{text}```\n" for title, text in _commands()]
    return {"language.md": _LANGUAGE + "".join(tables), "command_line.md": _COMMANDS + "".join(sections)}


def _names() -> Iterator[tuple[str, str]]:
    for name in sorted(dir(federated_language), key=str.lower):
        value = getattr(federated_language, name)
        if not name.startswith("_") and not inspect.ismodule(value):
            sentence = (inspect.getdoc(value) or "").split("\n\n")[0].replace("\n", " ")
            # Other values are instances, whose documentation is that of their class.
            yield name, _in_table(sentence) if callable(value) else "A value of the language."


def _in_table(sentence: str) -> str:
    """Returns a sentence without what means something else in a table of Markdown, with our name of the language."""
    parts = sentence.replace("federated_language.", "tff.").split("`")
    escaped = [re.sub(r"([|<>*_\[\]{}])", r"\\\1", part) if k % 2 == 0 else part for k, part in enumerate(parts)]
    return "`".join(escaped).replace("|", r"\|") if len(parts) % 2 else ""


def _commands() -> Iterator[tuple[str, str]]:
    with click.Context(command_line, info_name="tffsim", terminal_width=90) as top:
        yield "tffsim", command_line.get_help(top) + "\n"
        for name in command_line.list_commands(top):
            command = command_line.get_command(top, name)
            assert command is not None
            with click.Context(command, info_name=f"tffsim {name}", terminal_width=90) as context:
                yield f"tffsim {name}", command.get_help(context) + "\n"
