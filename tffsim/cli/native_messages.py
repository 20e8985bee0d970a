"""Keep the start-up messages of native libraries off the terminal.

TensorFlow prints some messages about the processor before it reads the settings that
would hide them. In a class they would be the first thing that everybody sees.
"""

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator


@contextlib.contextmanager
def native_messages_hidden() -> Iterator[None]:
    """Hides what is written to the standard error stream, by native code too.

    If the block fails to import something, they are shown after all: they may tell why.
    """
    sys.stderr.flush()
    terminal = os.dup(2)
    with tempfile.TemporaryFile() as messages:
        os.dup2(messages.fileno(), 2)
        try:
            yield
        except ImportError:
            messages.seek(0)
            os.write(terminal, messages.read())
            raise
        finally:
            sys.stderr.flush()
            os.dup2(terminal, 2)
            os.close(terminal)
