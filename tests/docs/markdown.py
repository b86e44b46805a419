"""Markdown from plain values: code, cells of tables, docstrings in this project's form."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from inspect import cleandoc

BAR = "\\|"


def code(text: str) -> str:
    """Text as code, also where it has backticks, within a line or a cell of a table."""
    ticks = "``" if "`" in text else "`"
    space = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{ticks}{space}{text}{space}{ticks}"


def in_cell(text: str) -> str:
    """Text for a cell of a table: one line; what looks like HTML is none."""
    return " ".join(text.split()).replace("<", "&lt;")


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; its cells are Markdown. A bar in one, also in code, would end it."""
    lines = [f"| {' | '.join(columns)} |", f"|{'---|' * len(columns)}"]
    return "\n".join([*lines, *(f"| {' | '.join(cell.replace('|', BAR) for cell in row)} |" for row in rows)])


def summary(documented: object) -> str:
    """The first paragraph of a docstring, in one line."""
    return " ".join(cleandoc(documented.__doc__ or "").partition("\n\n")[0].split())


def prose(docstring: str) -> str:
    """A docstring as Markdown: its arguments as a list, `Returns` and `Raises` as paragraphs."""
    text = re.sub(r"\n(?=(?:Args|Returns|Raises):)", "\n\n", cleandoc(docstring))
    parts = [re.sub(r"^(Returns|Raises):\s*", r"**\1:** ", part) for part in re.split(r"\n{2,}", text)]
    return "\n\n".join(_arguments(part) if part.startswith("Args:") else _flowing(part) for part in parts)


def _arguments(part: str) -> str:
    found = re.findall(r"^    (\w[\w, ]*): (.*(?:\n {8,}.*)*)", part, re.MULTILINE)
    names = [", ".join(f"`{name.strip()}`" for name in one.split(",")) for one, _ in found]
    return "\n".join(f"- {name}: {_flowing(words)}" for name, (_, words) in zip(names, found, strict=True))


def _flowing(part: str) -> str:
    """A paragraph as one line; lines that are indented are code."""
    lines = part.splitlines()
    if len(lines) > 0 and all(line.startswith("    ") for line in lines if line):
        return "```python\n" + cleandoc("\n" + part) + "\n```"
    return " ".join(" ".join(lines).split()).replace("<", "&lt;")
