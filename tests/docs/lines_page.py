"""docs/reference/lines.md from the table of `%hf` lines, the options of `%%hf`, and the limits."""

from __future__ import annotations

import argparse
import re
from collections.abc import Mapping
from types import MappingProxyType

from hfmagic.lines import FLAGS, HELP, LINES
from hfmagic.magics import HFMagics

from .markdown import code, in_cell, summary, table

HEAD = """\
# Cells, lines and options

Made by `make docs` from `hfmagic/magics.py`, `hfmagic/lines/` and `hfmagic/limits/`. `%hf help` prints the lines,
`%hf?` the options.

A cell is `%%hf [inputs] [options]` and the request below it, in English or Chinese. Inputs are names of variables;
without any, those that the request mentions are used, else the last result. `{name}` in a request or a line is the
value of that variable.
"""
LIMITS = """\
## Limits

After `--limit`, in `HFMagic.limit`, or as JSON in a file (`--limit limits.json`) or a
[team's pack](../how-to/team-pack.md): `key=value`, with commas between them and `|` between the values of one key. In a
request they are said in words: "with a model under 300 MB, permissive license".
"""
UNKNOWN = "A key that is not known of a model rejects it, but for the speed and the longest input."
KEYS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "license": ("ids or classes; they hold for the models that it was made from, too", "license=permissive"),
        "max_size": ("bytes of weights on disk", "max_size=2GB"),
        "max_parameters": ("number of parameters", "max_parameters=300M"),
        "language": ("a language that the model must name", "language=zh"),
        "owner": ("whose models alone are taken", "owner=google|facebook"),
        "not_owner": ("whose models are not taken", "not_owner=microsoft"),
        "max_memory": ("bytes of weights in memory, at `dtype`", "max_memory=4GB"),
        "dtype": ("number format that `max_memory` means", "dtype=float16"),
        "input_length": ("tokens that must be read at once", "input_length=512"),
        "max_age": ("days since the last change", "max_age=1 year"),
        "library": ("library of the model", "library=transformers"),
        "safetensors": ("always true: pickle is never loaded", "safetensors=true"),
        "verified": ("an owner whom the Hub knows", "verified=true"),
        "max_latency": ("seconds a row, where that was measured", "max_latency=50ms"),
        "hardware": ("what it must fit, instead of this machine", "hardware=T4"),
        "task": ("the task for whose steps the limits hold", "task=translation,language=zh"),
        "also": ("further limits beside these; in JSON alone", '{"also": [{"max_size": "1GB"}]}'),
    }
)
"""Key of a limit → what it says, and a limit that holds it."""
SAID: Mapping[str, str] = MappingProxyType(
    {"cache": "Results that are kept by row: list them, forget them, check them; `rm files`: those in Parquet files."}
)
"""Line → what it does, where its docstring says it in another form."""


def document() -> str:
    """The whole page."""
    options = [a for a in parser()._actions if a.option_strings]
    of_cells = [(_option(a), in_cell(_help(a))) for a in options if a.dest not in FLAGS and a.dest != "csv"]
    names = {a.dest: code(a.option_strings[-1]) for a in options}
    lines = [(_usages(word), _what(word), ", ".join(names[n] for n in takes(word))) for word in LINES]
    keys = [(code(key), what, code(like)) for key, (what, like) in KEYS.items()]
    return "\n".join(
        [
            HEAD,
            "## Options of a cell\n",
            table(("option", "what"), of_cells),
            "\n## Lines\n",
            table(("line", "what", "its options"), lines),
            f"\n{LIMITS}",
            table(("key", "what", "such as"), keys),
            f"\n{UNKNOWN}\n",
        ]
    )


def parser() -> argparse.ArgumentParser:
    """The options of `%%hf`."""
    found = HFMagics.hf.parser
    assert isinstance(found, argparse.ArgumentParser)
    return found


def takes(word: str) -> list[str]:
    """The options of a line."""
    return sorted((*LINES[word][3], *(name for name, line in FLAGS.items() if line == word)))


def _option(action: argparse.Action) -> str:
    value = f" {action.metavar or action.dest.upper()}" if action.nargs != 0 else ""
    value = f" [{value.strip()}]" if action.nargs == "?" else value
    return ", ".join(code(name + value) for name in action.option_strings)


def _help(action: argparse.Action) -> str:
    return (action.help or "").replace("%%", "%")  # as argparse prints it


def _usages(word: str) -> str:
    """The forms in which `%hf help` shows a line."""
    form = r"\[(?:[^\[\]]|\[[^\]]*\])*\]|[A-Z/]+\b|good\|bad|--\w+ [A-Z]+"
    forms = re.findall(rf"(?<!%)%hf {word}\b((?: (?:{form}))*)", HELP)
    return "<br>".join(code(f"%hf {word}{form}") for form in dict.fromkeys(forms or [""]))


def _what(word: str) -> str:
    """What a line does, without the forms that stand beside it and what it raises."""
    words = SAID.get(word) or re.sub(r":? `%hf [^`]*`(?:, such as \w+)?| Raises: .*", "", summary(LINES[word][2]))
    return in_cell(words)
