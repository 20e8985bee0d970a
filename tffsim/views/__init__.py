"""Views: pictures of traces.

`figures` draws them with matplotlib. `trace_view` is the widget that shows them in a notebook,
live: it sends what `feed` makes of a trace to the front end, whose sources are in the folder
`widgets` and whose bundle is in `static`. Called by users and by the magics. May import
`tffsim.tracing`, never executors.
"""

import json
import pathlib

_DECLARED = json.loads((pathlib.Path(__file__).parent / "panels.json").read_text(encoding="utf-8"))
PANELS: tuple[str, ...] = tuple(panel["name"] for panel in _DECLARED["panels"])
"""The names of the panels, in their order; the front end reads the same file."""
