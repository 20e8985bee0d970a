"""Tracing: every value and every call of an execution stack, recorded and explained.

Recording: `tracing_executor` wraps an executor and reports to a `recorder`; `spans` times
what runs, `sketches` says in a few numbers what a value is, `gate` can hold execution
before each operation. `session` turns recording on: `with tffsim.trace() as t`.

Explaining: `trace` is the finished record, columns of numbers in `table`s. `graph`,
`ast_tree`, `timing`, `clients`, `traffic`, `critical_path` and `difference` each answer
one question about it; `summary` prints it; `trace_file` saves and loads it; `exports`
writes it in the formats of other tools.

Stacks and contexts call the first half, users and `tffsim.views` the second. Knows
executors by their interface only, and never loads TensorFlow.
"""
