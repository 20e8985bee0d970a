"""Questions to a trace, one module each.

`timing`, `clients`, `traffic` and `critical_path` answer with tables, `graph` and `ast_tree` with graphs, `difference`
compares two traces, and `summary` puts the most important into words.
"""
