"""Computations: from a Python function to an AST.

`tf_computation` captures a function of TensorFlow code as a graph; `federated_computation`
captures one that orchestrates. Both give a `federated_language` computation, which any
execution context can run. The other modules know the form of such computations: their
bindings, containers, types and where they came from. Executors import this package; it
imports nothing of tffsim. Only the modules named after TensorFlow, graphs and bindings
load TensorFlow.

A function that cannot become a computation gets a `DefinitionError` (`definition`). What
was wrong is found by the modules named after mistakes.
"""
