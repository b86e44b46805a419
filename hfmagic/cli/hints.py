"""What a hint for a notebook is called in a shell: its line → a command or an option; other lines stay as they are."""

from __future__ import annotations

import re

_COMMANDS = tuple(
    (re.compile(line), command)
    for line, command in (
        (r"%hf (?=(?:cache|doctor|ledger|log|models|sent)\b)", "hfmagic "),
        (r"%hf (?:go|trial|tune)\b[^,;]*? --yes", "--yes"),
        (r"%hf go(?! --)", "hfmagic run PLAN DATA"),
        (r"%hf audit json", "--format json"),
        (r"%hf (trial|tune) ([\w-]+)", r"hfmagic \1 PLAN \2 DATA"),
        (r"%hf use ([\w-]+) (MODEL\b|\S+/\S+)", r"hfmagic plan … --model \1=\2"),
        (r"%hf use ([\w-]+)", r"hfmagic plan … --model \1=MODEL"),
        (r"%hf why [\w-]+", "hfmagic models TASK"),
        (r"%hf reproduce(?= --)", "hfmagic reproduce NOTEBOOK"),
        (r"%hf reproduce", "hfmagic reproduce"),
        (r"%hf planner rules", "HFMAGIC_PLANNER=rules"),
        (r"%%hf --(engine|rows)", r"hfmagic run … --\1"),
        (r"run the cell again", "run it again"),
    )
)
_SETTING = re.compile(r"%config HFMagic\.(\w+)(?P<set> = (?:\['(.*?)'\]|'(.*?)'|([^\s,;]+)))?")


def in_shell(hint: str) -> str:
    """A hint in words for a shell: `%hf doctor` is `hfmagic doctor`, a `%config` line a variable of the environment."""
    for line, command in _COMMANDS:
        hint = line.sub(command, hint)
    return _SETTING.sub(_variable, hint)


def _variable(found: re.Match[str]) -> str:
    name, value = f"HFMAGIC_{found[1].upper()}", next(filter(None, found.groups()[2:]), "")
    value = f'"{value}"' if " " in value else value
    return f"{name}={value}" if found["set"] else name
