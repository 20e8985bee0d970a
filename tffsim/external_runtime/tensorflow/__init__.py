"""TensorFlow as the external runtime: everything that knows what a tensor, a graph or a dataset is.

`capture` makes graphs of Python functions, `graph_passes` rewrites them, `functions` calls them, and `values` turns
what users pass into what TensorFlow takes. The modules here are for all four: types, bindings, start.
"""
