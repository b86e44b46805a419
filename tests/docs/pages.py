"""The pages under docs/ as the tests read them: their blocks, and what each mentions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
WRITTEN = [p for p in PAGES if p.parent.name != "reference" and p.name not in ("tasks.md", "benchmarks.md")]
"""Pages that are written by hand."""
_BLOCK = re.compile(r"^(?P<fence>`{3,})(?P<kind>\S*).*\n(?P<text>(?:.*\n)*?)(?P=fence)$", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A fenced block: what its fence says it is, and the line of the page at which it begins."""

    kind: str
    text: str
    line: int


def named(path: Path) -> str:
    """A page by its place below the root."""
    return path.relative_to(ROOT).as_posix()


def blocks(page: Path) -> list[Block]:
    """The fenced blocks of a page, in order."""
    text = page.read_text(encoding="utf-8")
    return [Block(m["kind"], m["text"], text.count("\n", 0, m.start()) + 1) for m in _BLOCK.finditer(text)]


def has_cells(page: Path) -> bool:
    """Whether a page has cells to run."""
    return any(block.kind == "python" for block in blocks(page))


def prose(page: Path) -> str:
    """A page without its blocks."""
    return _BLOCK.sub("", page.read_text(encoding="utf-8"))
