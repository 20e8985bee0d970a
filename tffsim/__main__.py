"""Makes `python -m tffsim` the same as `tffsim`, for shells that do not find the latter."""

from tffsim.cli.main import main

main(prog_name="tffsim")
