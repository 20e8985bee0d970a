"""Views: pictures of traces.

`figures` draws them with matplotlib. `trace_view` is the widget that shows them in a notebook,
live: it sends what `feed` makes of a trace to the front end, whose sources are in the folder
`widgets` and whose bundle is in `static`. Called by users and by the magics. May import
`tffsim.tracing`, never executors.
"""

PANELS = ("stack", "clients", "timeline", "graph", "ast", "traffic")
