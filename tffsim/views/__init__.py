"""Views: pictures of traces.

`panels` says which panels there are (`declared`) and what each shows, as plain data. `figures` draws
it with matplotlib. `notebook` shows it in notebooks and pages, live: it sends what `feed` makes of a
trace to the front end, whose sources are in the folder `widgets` and whose bundle is in `static`.
Called by users and by the magics. May import `tffsim.tracing`, never executors.
"""

from tffsim.views.panels.declared import DECLARED

PANELS: tuple[str, ...] = tuple(DECLARED)
"""The names of the panels, in their order."""
