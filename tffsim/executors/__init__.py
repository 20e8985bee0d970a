"""Executors: each understands a few AST constructs and passes the rest down.

One file per executor, named after it. Every executor subclasses
`federated_language.framework.Executor`; a *handle* (an `ExecutorValue`) stands for
a value that lives inside one executor. Stacks of executors are assembled in
`tffsim.executor_stacks`. This package may import `tffsim.computations` and
nothing above it. Only the leaf (`eager_tf_executor`) and what it is made of load
TensorFlow, and `caching_executor`, which must know TensorFlow operations.
"""
