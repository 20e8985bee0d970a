"""Code that a magic got as text: compiled as IPython compiles a cell, and run."""

import ast
import asyncio
import inspect
import io
import tokenize
import types

from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell

from tffsim.magics.cell_number import number_of_cell
from tffsim.magics.cell_source import transformed
from tffsim.magics.errors import CodeSyntaxError

_NOT_CODE = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.ENDMARKER)


class CellCode:
    """The code of a cell. It may contain magics and `await`.

    Args:
        shell: The `InteractiveShell`, whose variables it sees.
        code: The code.

    Raises:
        CodeSyntaxError: If it cannot be compiled.
    """

    def __init__(self, shell: InteractiveShell, code: str) -> None:
        self._shell = shell
        self._source = transformed(shell, code)
        # Tracebacks find the lines of the code under this name.
        name = shell.compile.cache(self._source, number_of_cell(shell), raw_code=code)
        try:
            self._parts = _compiled(shell, self._source, name)
        except SyntaxError as error:
            raise CodeSyntaxError(*error.args) from error

    @property
    def ends_silently(self) -> bool:
        """Whether a semicolon at its end says that its value is not to be displayed."""
        # `DisplayHook` says it too; that of Colab's IPython does so of the cell only.
        tokens = tokenize.generate_tokens(io.StringIO(self._source).readline)
        return [token.string for token in tokens if token.type not in _NOT_CODE][-1:] == [";"]

    @property
    def awaits(self) -> bool:
        """Whether it needs an event loop."""
        return any(map(_awaits, self._parts))

    def run(self, local_variables: dict[str, object] | None = None) -> object:
        """Runs it, and returns the value of its last expression; None if it ends with something else.

        Raises:
            UsageError: If it has to wait for the event loop that runs it.
        """
        __tracebackhide__ = True
        value = None
        if not self.awaits:
            for part in self._parts:
                value = eval(part, self._shell.user_ns, local_variables)
            return value
        if _is_in_event_loop():
            raise UsageError(
                "`await` does not work here: the event loop waits for this magic. "
                "Write `%%tff_execute` in the first line of the cell."
            )
        return self._shell.loop_runner(self.run_in_loop(local_variables))

    async def run_in_loop(self, local_variables: dict[str, object] | None = None) -> object:
        """Does the same in the event loop that is running."""
        __tracebackhide__ = True
        value = None
        for part in self._parts:
            value = eval(part, self._shell.user_ns, local_variables)
            if _awaits(part):
                value = await value
        return value


def _compiled(shell: InteractiveShell, source: str, name: str) -> list[types.CodeType]:
    """Returns the statements, and then the expression at the end, if there is one."""
    tree = shell.transform_ast(shell.compile.ast_parse(source, name))
    last = [tree.body.pop()] if tree.body and isinstance(tree.body[-1], ast.Expr) else []
    flags = shell.compile.flags | (ast.PyCF_ALLOW_TOP_LEVEL_AWAIT if shell.autoawait else 0)
    statements = compile(ast.Module(tree.body, []), name, "exec", flags)
    return [statements, *(compile(ast.Expression(expression.value), name, "eval", flags) for expression in last)]


def _awaits(part: types.CodeType) -> bool:
    return bool(part.co_flags & inspect.CO_COROUTINE)


def _is_in_event_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
