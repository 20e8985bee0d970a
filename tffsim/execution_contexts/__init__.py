"""Execution contexts: what happens when a computation is called.

A context checks the argument, finds out how many clients there are, borrows an execution
stack from a factory, runs the computation on it and packs the result into the user's
containers. `SyncExecutionContext` is for plain calls, `AsyncExecutionContext` for
`await`. `default_context` provides the one that is used when nothing was set. Imports
executors and stacks; magics and the command line import this package.
"""
