"""Computations: from a Python function to an AST.

`tf_computation` captures a function of TensorFlow code as a graph; `federated_computation` captures one that
orchestrates. Both give a `federated_language` computation, which any execution context can run. What is wrong with a
function, or with a call, is known in `mistakes`.
"""
