"""The table of exact plans: `python -m tests.requests [--show ID] [--failed] [--half even|odd]`."""

from __future__ import annotations

import argparse

from .cases import cases
from .score import HALVES, Outcome, half_of, outcomes, table, told


def main() -> None:
    """Print the table; with --failed what was wanted and what came, with --show that of one case."""
    parser = argparse.ArgumentParser(prog="python -m tests.requests", description=__doc__)
    parser.add_argument("--show", metavar="ID", help="wanted and got of one case")
    parser.add_argument("--failed", action="store_true", help="wanted and got of each case that is not exact")
    parser.add_argument("--half", choices=HALVES, help="only the cases of that half")
    asked = parser.parse_args()
    chosen = [c for c in cases() if asked.show in (None, c.id) and asked.half in (None, half_of(c))]
    if not chosen:
        parser.error(f"there is no case {asked.show!r}")
    found = outcomes(chosen)
    for one in found:
        if asked.show or (asked.failed and not one.exact):
            print(shown(one))
    if not asked.show:
        print(table(found))


def shown(one: Outcome) -> str:
    """A case with what was wanted and what came."""
    wanted = "\n  or\n".join(map(told, one.case.right_plans(one.language))) or told(None)
    came = told(one.got) if one.got else f"    ({one.error})"
    head = f"{one.case.id} · {one.language} · {'exact' if one.exact else 'not exact'}"
    return f"{head}\n  {one.case.request(one.language)}\n  wanted\n{wanted}\n  got\n{came}\n"


if __name__ == "__main__":
    main()
