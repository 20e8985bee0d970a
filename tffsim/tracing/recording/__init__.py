"""Recording: executors report what they do, and a recorder writes it down while a stack runs.

`tracing_executor` wraps an executor and reports to a `recorder`; `spans` times what runs, `sketching` says what
values were, `gate` holds execution, `subscription` tells who watches.
"""
