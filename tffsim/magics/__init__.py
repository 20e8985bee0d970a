"""Magics: `%load_ext tffsim` in IPython and Jupyter.

`tff_magics` defines `%%tff_execute`, `%tff_stack`, `%tff_workers` and `%tff_trace`; `cell_source` lets a cell with
`%%tff_execute` run as any other, and `running_cells` tells when it ends; `background_run` is a cell
in the background, `cell_text` and `cell_figures` show below it what is its own; `output` shows a trace
where there is a front end, and where there is none. May import the public face, execution
contexts, stacks, tracing and views.
"""
