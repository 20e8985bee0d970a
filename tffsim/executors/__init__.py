"""Executors: each understands a few AST constructs and passes the rest down.

One file per executor, named after it. Every executor subclasses `federated_language.framework.Executor`; a *handle*
(an `ExecutorValue`) stands for a value that lives inside one executor. What the executors are made of has other rooms:
`tffsim.federation`, `tffsim.external_runtime`, `tffsim.concurrency`. Stacks are assembled in `tffsim.executor_stacks`.
Only the leaf (`eager_tf_executor`) loads TensorFlow, and `caching_executor`, which must know its operations.
"""
