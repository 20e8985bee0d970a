"""Serialised graphs as functions: imported once, called without detours.

`tensorflow_function` is one computation, `function_calls` the call, `block_function` many calls in one.
"""
