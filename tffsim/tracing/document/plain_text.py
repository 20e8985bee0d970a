"""Text from a trace without characters that some format, or a terminal, does not bear."""

import re

# What XML 1.0 does not allow, and the control characters that move a terminal's cursor.
# Tabs and line breaks stay.
_NOT_PLAIN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def plain(text: str) -> str:
    """Returns a text in which `�` stands for control characters and broken characters."""
    return _NOT_PLAIN.sub("\ufffd", text)
