"""Reads the command line, runs its command, and turns what happens into an exit code."""

from __future__ import annotations

import argparse
import os
import sys
import traceback
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from itertools import chain
from types import MappingProxyType

from ..errors import HFMagicError, NeedsConsent, NotShared
from . import look, upkeep, work
from .call import Command
from .hints import in_shell

ABOUT = "Describe a task; hfmagic plans it as a chain of Hugging Face models and runs it over your files."
ENDS = """\
Data is on stdout, words are on stderr. Ends with 0 when it worked, 1 for an error or another result, 2 for a wrong
command line, 3 where it waits for consent, 130 when interrupted. Never asks. Settings: HFMAGIC_DEVICE=cpu and so on.

  hfmagic plan "Label the sentiment of each review." reviews.csv -o plan.json
  hfmagic run plan.json reviews.csv -o out.parquet
"""
GROUPS: Mapping[str, tuple[Command, ...]] = MappingProxyType(
    {
        "plan and run": work.COMMANDS,
        "which model, and what was used": look.COMMANDS,
        "this machine, and what was saved": upkeep.COMMANDS,
    }
)
"""Heading of the help → its commands."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command. Returns: its exit code; 0, 1, 3 and 130 as ENDS has them (argparse itself leaves with 2)."""
    given = _parser().parse_args(arguments)
    try:
        code = given.run(given)
        sys.stdout.flush()
    except HFMagicError as error:
        if given.debug:
            traceback.print_exception(error)
        error.hint = in_shell(error.hint)
        print(f"{error.code} {error.line}", file=sys.stderr)
        return 3 if isinstance(error, NeedsConsent | NotShared) else 1
    except KeyboardInterrupt as stopped:
        print(in_shell(str(stopped)) or "interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:  # `| head` has read enough; Python would say so once more at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return int(code)


def _listed() -> str:
    """The commands under their headings; argparse itself has one heading for all."""
    parts = ("\n".join([f"{head}:", *(f"  {c.name:<11}{c.help}" for c in found)]) for head, found in GROUPS.items())
    return "\n\n".join(parts)


def _parser() -> argparse.ArgumentParser:
    form = argparse.RawDescriptionHelpFormatter
    about = f"{ABOUT}\n\n{_listed()}"
    parser = argparse.ArgumentParser(prog="hfmagic", description=about, epilog=ENDS, formatter_class=form)
    parser.add_argument("--version", action="version", version=f"hfmagic {version('hfmagic')}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", help="one of those above")
    for command in chain.from_iterable(GROUPS.values()):
        sub = commands.add_parser(command.name, description=command.help)
        command.add(sub)
        sub.add_argument("--quiet", action="store_true", help="no words but errors")
        sub.add_argument("--debug", action="store_true", help="show the stack of an error")
        sub.set_defaults(run=command.run)
    return parser
