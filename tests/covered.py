"""What share of the lines and of the branches the suite runs: `python tests/covered.py build/coverage.json 95 90`."""

from __future__ import annotations

import json
import sys
from pathlib import Path


def main(report: str, lines: str, branches: str) -> int:
    """1 where less than so many percent are covered. `report`: of `coverage json`, with branches."""
    totals = json.loads(Path(report).read_text(encoding="utf-8"))["totals"]
    of_lines = 100 * totals["covered_lines"] / totals["num_statements"]
    of_branches = 100 * totals["covered_branches"] / totals["num_branches"]
    print(f"lines {of_lines:.2f} % of {lines} %, branches {of_branches:.2f} % of {branches} %")
    return int(of_lines < float(lines) or of_branches < float(branches))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
