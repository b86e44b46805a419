"""The source of functions, with all that they use, out of files of hfmagic. Imports none of these files."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parents[1]
PARTS = Path(__file__).parent / "parts"
_FOR_CHECKERS = re.compile(r"\s*# (?:type: ignore|noqa)\b.*")


@dataclass(frozen=True)
class Linked:
    """What a script needs: import lines, constants, functions (each its source)."""

    imports: frozenset[str]
    constants: tuple[str, ...]
    functions: tuple[str, ...]
    names: frozenset[str]


@dataclass
class SourceFile:
    """One file: where its names are defined, and which import gives each of the others."""

    path: Path
    lines: list[str] = field(default_factory=list)
    defined: dict[str, ast.stmt] = field(default_factory=dict)
    imports: dict[str, str] = field(default_factory=dict)  # name → import line
    ours: dict[str, tuple[Path, str]] = field(default_factory=dict)  # name → where another file of hfmagic has it

    def read(self) -> SourceFile:
        """The same, filled."""
        text = self.path.read_text(encoding="utf-8")
        self.lines = text.splitlines()
        tree = ast.parse(text)
        for node in tree.body:
            match node:
                case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                    self.defined[name] = node
                case ast.Assign(targets=targets):
                    self.defined.update((n.id, node) for t in targets for n in ast.walk(t) if isinstance(n, ast.Name))
                case ast.AnnAssign(target=ast.Name(id=name)):
                    self.defined[name] = node
        for found in ast.walk(tree):
            if isinstance(found, ast.Import | ast.ImportFrom):
                self._add_import(found)
        return self

    def _add_import(self, node: ast.Import | ast.ImportFrom) -> None:
        for alias in node.names:
            name, renamed = alias.asname or alias.name.partition(".")[0], f" as {alias.asname}" if alias.asname else ""
            if isinstance(node, ast.Import):
                self.imports[name] = f"import {alias.name}{renamed}"
            elif node.level:
                base = self.path.parents[node.level - 1] / (node.module or "").replace(".", "/")
                self.ours[name] = (base.with_suffix(".py"), alias.name)
            elif node.module != "__future__":
                self.imports[name] = f"from {node.module} import {alias.name}{renamed}"

    def source(self, name: str) -> str:
        """The lines of a definition with its decorators and the comment above it, without imports in functions."""
        node = self.defined[name]
        first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))])
        while self.lines[first - 2].startswith("#"):
            first -= 1
        dropped: set[int] = set()
        for inner in ast.walk(node):
            if isinstance(inner, ast.Import | ast.ImportFrom):
                dropped.update(range(inner.lineno, (inner.end_lineno or inner.lineno) + 1))
        kept: list[str] = []
        for number in range(first, (node.end_lineno or first) + 1):
            line = self.lines[number - 1]
            if number in dropped or (not line and number - 1 in dropped):
                continue
            kept.append(_FOR_CHECKERS.sub("", line))
        return "\n".join(kept)


def link(names: Iterable[str]) -> Linked:
    """What the named functions of the parts need, themselves among it, in the order of the files."""
    wanted: dict[tuple[Path, str], None] = {}
    imports: set[str] = set()
    waiting = [_part_of(name) for name in names]
    while waiting:
        path, name = waiting.pop(0)
        if (path, name) in wanted:
            continue
        wanted[path, name] = None
        file = _file(path)
        for used in _used(file.defined[name]):
            if used in file.ours:
                waiting.append(file.ours[used])
            elif used in file.imports:
                imports.add(file.imports[used])
            elif used in file.defined:
                waiting.append((path, used))
    files = list(dict.fromkeys(path for path, _ in wanted))
    ordered = sorted(wanted, key=lambda w: (files.index(w[0]), _file(w[0]).defined[w[1]].lineno))
    constants: list[str] = []
    functions: list[str] = []
    for path, name in ordered:
        is_constant = isinstance(_file(path).defined[name], ast.Assign | ast.AnnAssign)
        (constants if is_constant else functions).append(_file(path).source(name))
    return Linked(
        frozenset(imports), tuple(dict.fromkeys(constants)), tuple(functions), frozenset(name for _, name in wanted)
    )


def parts() -> Iterator[tuple[Path, str]]:
    """Every function of the parts, with its file."""
    for path in sorted(PARTS.glob("*.py")):
        for name, node in _file(path).defined.items():
            if isinstance(node, ast.FunctionDef):
                yield path, name


@cache
def _parts() -> dict[str, Path]:
    return {name: path for path, name in parts()}


def _part_of(name: str) -> tuple[Path, str]:
    return _parts()[name], name


@cache
def _file(path: Path) -> SourceFile:
    return SourceFile(path).read()


def _used(node: ast.stmt) -> list[str]:
    """Names that a definition reads and does not itself give, in order."""
    inner = list(ast.walk(node))
    own = {n.id for n in inner if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    own |= {n.arg for n in inner if isinstance(n, ast.arg)}
    if isinstance(node, ast.Assign | ast.AnnAssign):
        own = set()
    read = (n.id for n in inner if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load))
    return list(dict.fromkeys(name for name in read if name not in own))
