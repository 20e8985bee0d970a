"""The pictures of a trace, drawn by matplotlib: `trace.plot`."""
