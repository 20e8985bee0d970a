"""The command line: `tffsim demo`, `run`, `show`, `view`, `export`, `info`.

One module per command; `main` collects them. Commands import what they run only when
they run, so that `tffsim --help` answers at once. May import everything, through the
public face `tffsim` where that is enough; nothing imports this package.
"""
