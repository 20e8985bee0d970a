"""Tracing: every value and every call of an execution stack, recorded and explained.

`recording` writes a trace while a stack runs; what it writes is a `document`, plain data. `analysis` answers
questions of the document, `exports` writes it in the formats of other tools. The face on top is `tffsim.traces`. Knows
executors by their interface only, and never loads TensorFlow.
"""
