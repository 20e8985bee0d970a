"""Magics: `%load_ext tffsim` in IPython and Jupyter.

`tff_magics` defines `%%tff_execute`, `%tff_stack` and `%tff_trace`; `cell_runner` runs the
code of a cell as IPython would; `output` shows a trace where there is a front end, and where
there is none. May import the public face, execution contexts, stacks, tracing and views.
"""
