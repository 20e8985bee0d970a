"""Reading the compact notation of types, such as `<weights=float32[784,10],count=int32>@SERVER`."""

import functools
import re

_NAME = re.compile(r"(\w+)=")
# The arrow of a function closes no bracket.
_STEP = re.compile(r"->|[<({\[]|[>)}\]]|,")


@functools.lru_cache(maxsize=1024)
def member_names(text: str) -> tuple[str, ...]:
    """Returns the names of a struct's members, "" for those without; nothing if it is no struct, or cut short."""
    if not text.startswith("<"):
        return ()
    names, depth, start = [], 0, 1
    for step in _STEP.finditer(text):
        depth += {"->": 0, ",": 0}.get(step[0], 1 if step[0] in "<({[" else -1)
        ends = depth == 0
        if ends or (depth == 1 and step[0] == ","):
            name = _NAME.match(text, start)
            names.append(name[1] if name else "")
            start = step.end()
        if ends:
            return tuple(names) if start > len("<>") else ()
    return ()
