"""The face of tracing: `tff.trace` records, and a `Trace` answers.

It stands above recording, questions, exports and pictures, and hands each request on to the room that knows.
"""
