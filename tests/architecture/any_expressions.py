"""Checks how many expressions of the package are `Any`, in the report of `mypy --any-exprs-report`.

TensorFlow has no types, so that much in the external runtime is `Any`. Elsewhere next to nothing should be.
"""

import pathlib
import re
import sys

MAX_SHARE = 0.04
UNTYPED = "tffsim.external_runtime."
_ROW = re.compile(r"\s*(?P<module>tffsim\S*)\s+(?P<anys>\d+)\s+(?P<expressions>\d+)\s")


def share_in(report: pathlib.Path) -> float:
    """Returns the share of expressions that are `Any` outside of the external runtime."""
    rows = [row for row in map(_ROW.match, report.read_text(encoding="utf-8").splitlines()) if row is not None]
    typed = [row for row in rows if not row["module"].startswith(UNTYPED)]
    return sum(int(row["anys"]) for row in typed) / sum(int(row["expressions"]) for row in typed)


def main(folder: str) -> None:
    """Prints the share, and fails if it is too large."""
    report = pathlib.Path(folder) / "any-exprs.txt"
    share = share_in(report)
    print(f"Outside of the external runtime {share:.1%} of the expressions are `Any`; {MAX_SHARE:.0%} may be.")
    if share > MAX_SHARE:
        sys.exit(f"Say what these are. {report} lists the modules.")


if __name__ == "__main__":
    main(*sys.argv[1:])
