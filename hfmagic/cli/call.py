"""What a command is given, and how it says something. Heavy parts are imported when a command runs."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..config import HFMagic
from ..errors import BadOption, MissingFile, one_line
from .hints import in_shell

if TYPE_CHECKING:
    from ..plan import Plan
    from ..proposal import Options
    from ..session import Session


@dataclass(frozen=True)
class Command:
    """A command: what it is called and does, its arguments, and the function that returns its exit code."""

    name: str
    help: str
    add: Callable[[ArgumentParser], None]
    run: Callable[[Namespace], int]


def say(given: Namespace, line: str) -> None:
    """Words on stderr, their hints those of a shell; none with --quiet."""
    if not given.quiet:
        from ..render.html import clean

        print(clean(in_shell(line), sys.maxsize), file=sys.stderr)


def session_for(*files: Path) -> Session:
    """A session that may also read the files that the command line names, beside what the settings allow."""
    from ..session import Session

    config = HFMagic()
    named = [str(f.resolve() if f.is_dir() else f.resolve().parent) for f in files]
    config.allowed_dirs = list(dict.fromkeys([*map(str, config.allowed_paths), *named]))
    return Session(config)


def options_of(given: Namespace) -> Options:
    """The options of a request, from those of the command that has them. Raises: BadOption."""
    from ..proposal import Options

    pairs = [text.partition("=") for text in getattr(given, "model", ())]
    if wrong := [step + sign for step, sign, model in pairs if not (step and sign and model)]:
        raise BadOption(f"--model cannot read {wrong[0]!r}.", hint="write --model STEP=ORG/NAME")
    for name in ("rows", "batch_size"):
        if getattr(given, name, 0) < 0:
            raise BadOption(f"--{name.replace('_', '-')} is below 0.", hint="give a number above 0")
    found: dict[str, Any] = {n: getattr(given, n) for n in _SAME if hasattr(given, n)}
    return Options(models={step: model for step, _, model in pairs}, **found)


def read_plan(path: Path) -> Plan:
    """The plan in a file. Raises: MissingFile; InvalidPlan for what is none."""
    from ..plan import Plan
    from ..scope import validate

    try:
        content = path.read_bytes()
    except OSError as error:
        raise MissingFile(f"{path} cannot be read: {error.strerror}.", hint="hfmagic plan … -o plan.json") from None
    return validate(Plan.from_json(content))


def as_json(value: object) -> None:
    """A value as JSON on stdout."""
    print(json.dumps(value, indent=2, ensure_ascii=False, default=str))


def as_rows(given: Namespace, rows: Sequence[Mapping[str, object]], columns: Sequence[str] = ()) -> int:
    """Rows on stdout, with tabs between their columns under a line of names, or as JSON."""
    names = tuple(columns or (rows[0] if rows else ()))
    if given.format == "json":
        as_json([{name: row[name] for name in names} for row in rows])
        return 0
    if rows:
        print("\t".join(names))
    for row in rows:
        print("\t".join("" if row[n] is None else one_line(str(row[n])) for n in names))
    return 0


def add_format(parser: ArgumentParser) -> None:
    """--format of a command that lists something."""
    parser.add_argument("--format", choices=("text", "json"), default="text", help="default: text")


_SAME = ("limit", "rows", "device", "batch_size", "offline", "yes", "approve", "labels", "on_error", "engine")
