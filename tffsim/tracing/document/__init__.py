"""The document: what a trace consists of, as plain data, and its file.

Columns of numbers and what the numbers stand for. No executor, no recorder: a trace that was loaded is the same thing.
"""
