"""The tests. A package, because IPython 7 puts a folder with another package of this name on the path."""
