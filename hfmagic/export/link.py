"""The source of functions, with all that they use, out of files of hfmagic. Imports none of these files."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

PACKAGE = Path(__file__).parents[1]
PARTS = Path(__file__).parent / "parts"
STAND_INS = PARTS / "stand_ins.py"
_FOR_CHECKERS = re.compile(r"\s*# (?:type: ignore|noqa)\b.*")


@dataclass(frozen=True)
class Linked:
    """What a script needs: import lines, constants, functions (each its source)."""

    imports: frozenset[str]
    constants: tuple[str, ...]
    classes: tuple[str, ...]  # with the constants that rest on them
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
        tried = _tried(tree)
        for found in ast.walk(tree):
            if isinstance(found, ast.Import | ast.ImportFrom) and found not in tried:
                self._add_import(found)
        return self

    def _add_import(self, node: ast.Import | ast.ImportFrom) -> None:
        for alias in node.names:
            name, renamed = alias.asname or alias.name.partition(".")[0], f" as {alias.asname}" if alias.asname else ""
            if isinstance(node, ast.Import):
                self.imports[name] = f"import {alias.name}{renamed}"
            elif node.level:
                base = self.path.parents[node.level - 1] / (node.module or "").replace(".", "/")
                self.ours[name] = _stood_in(base.with_suffix(".py"), alias.name)
            elif node.module != "__future__":
                self.imports[name] = f"from {node.module} import {alias.name}{renamed}"

    def source(self, name: str) -> str:
        """The lines of a definition with its decorators and the comment above it, without imports in functions."""
        node = self.defined[name]
        first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))])
        while self.lines[first - 2].startswith("#"):
            first -= 1
        dropped: set[int] = set()
        tried = _tried(node)
        for inner in ast.walk(node):
            if isinstance(inner, ast.Import | ast.ImportFrom) and inner not in tried:
                dropped.update(range(inner.lineno, (inner.end_lineno or inner.lineno) + 1))
        kept: list[str] = []
        for number in range(first, (node.end_lineno or first) + 1):
            line = self.lines[number - 1]
            if number in dropped or (not line and number - 1 in dropped):
                continue
            kept.append(_FOR_CHECKERS.sub("", line))
        return "\n".join(kept)


def _tried(tree: ast.AST) -> set[ast.stmt]:
    """What stands directly in a `try`: an import there may fail, and stays where it is."""
    return {inner for node in ast.walk(tree) if isinstance(node, ast.Try) for inner in node.body}


Place = tuple[Path, str]
"""Where a name is defined: a file of hfmagic, and the name."""


def link(
    places: Iterable[Place], chosen: Mapping[Place, str] = MappingProxyType({}), taken: Container[str] = ()
) -> Linked:
    """What functions need, themselves among it, in the order of the files.

    Two of one name, from different files, are told apart: the later one gets a number.

    Args:
        chosen: names that some of them have been given.
        taken: names that mean something else; functions of the parts have theirs all the same.
    """
    wanted: dict[Place, dict[str, Place]] = {}  # with what each rests on, by the name that it has there
    imports: dict[str, str] = {}  # name → its line
    renamed: dict[Place, dict[str, str]] = {}
    waiting = list(places)
    while waiting:
        place = waiting.pop(0)
        if place in wanted:
            continue
        file, wanted[place] = _file(place[0]), {}
        for used in _used(file.defined[place[1]]):
            if used in file.imports:
                line, name = _imported(imports, file.imports[used], used)
                imports[name.partition(".")[0]] = line
                renamed.setdefault(place, {})[used] = name
            elif used in file.ours or used in file.defined:
                wanted[place][used] = _defined(file.ours.get(used, (place[0], used)))
        waiting += wanted[place].values()
    files = list(dict.fromkeys(path for path, _ in wanted))
    ordered = sorted(wanted, key=lambda w: (files.index(w[0]), _file(w[0]).defined[w[1]].lineno))
    names = _named(wanted, chosen, taken)
    for place, uses in wanted.items():
        renamed.setdefault(place, {}).update({place[1]: names[place], **{used: names[q] for used, q in uses.items()}})
    texts = {place: _renamed(place, renamed[place]) for place in ordered}
    functions = [p for p in ordered if _is(p, ast.FunctionDef)]
    others = _bases_first([p for p in ordered if p not in functions], wanted)
    after = _resting_on(set(functions), others, wanted)  # tables of functions
    classes = {p for p in others if _is(p, ast.ClassDef)}
    beside = [p for p in others if p in classes or p in _resting_on(classes, others, wanted)]
    return Linked(
        frozenset(imports.values()),
        tuple(dict.fromkeys(texts[p] for p in others if p not in after and p not in beside)),
        tuple(texts[p] for p in beside if p not in after),
        tuple(texts[p] for p in [*functions, *(p for p in others if p in after)]),
        frozenset(names.values()),
    )


def _imported(imports: Mapping[str, str], line: str, name: str) -> tuple[str, str]:
    """The line that imports a name, and the name to use: another one where a file means something else by it."""
    if line in QUALIFIED:
        return QUALIFIED[line]
    if imports.get(name, line) == line:
        return line, name
    return _imported(imports, f"{line.partition(' as ')[0]} as {name}_2", f"{name}_2")


QUALIFIED = {"from PIL.Image import Image": ("from PIL import Image", "Image.Image")}
"""The class and its module have one name; scripts import the module, as everybody does."""


def _is(place: Place, *kinds: type[ast.stmt]) -> bool:
    return isinstance(_file(place[0]).defined[place[1]], kinds)


def _bases_first(ordered: Sequence[Place], wanted: Mapping[Place, Mapping[str, Place]]) -> list[Place]:
    """The same in that order, each after those of them that it rests on."""
    found: dict[Place, None] = {}

    def add(place: Place) -> None:
        for other in wanted[place].values():
            if other in ordered and other != place and other not in found:
                add(other)
        found[place] = None

    for place in ordered:
        if place not in found:
            add(place)
    return list(found)


def _resting_on(bases: set[Place], ordered: Sequence[Place], wanted: Mapping[Place, Mapping[str, Place]]) -> set[Place]:
    """Those, in an order of bases first, that rest on one of the bases; classes may name functions in their methods."""
    found: set[Place] = set()
    for place in ordered:
        if not _is(place, ast.ClassDef) and (bases | found) & set(wanted[place].values()):
            found.add(place)
    return found


def _defined(place: Place) -> Place:
    """Where a name is defined that a file has from another of ours."""
    file = _file(place[0])
    return place if place[1] in file.defined else _defined(file.ours[place[1]])


def _named(places: Iterable[Place], chosen: Mapping[Place, str], taken: Container[str]) -> dict[Place, str]:
    """A name for each, the first of several alike keeps it."""
    found, used = {}, set(chosen.values())
    for place in places:
        name, number = chosen.get(place, place[1]), 1
        while place not in chosen and (name in used or (name in taken and place[0].parent != PARTS)):
            number += 1
            name = f"{place[1]}_{number}"
        found[place] = name
        used.add(name)
    return found


def _renamed(place: Place, names: Mapping[str, str]) -> str:
    """The source of a definition with other names for what it uses; attributes stay as they are."""
    source = _file(place[0]).source(place[1])
    for old, new in names.items():
        if old != new:
            source = re.sub(rf"(?<![\w.]){old}(?!\w)", new, source)
    return source


def _stood_in(path: Path, name: str) -> Place:
    """The stand-in for what scripts do without: models that hfmagic has loaded, its errors."""
    if path.name == "errors.py" and name[0].isupper():
        return STAND_INS, "HFMagicError"
    return (STAND_INS if path.name == "models.py" and path.parent == PACKAGE else path), name


def parts() -> Iterator[tuple[Path, str]]:
    """Every function of the parts, with its file."""
    for path in sorted(PARTS.glob("*.py")):
        for name, node in _file(path).defined.items():
            if isinstance(node, ast.FunctionDef):
                yield path, name


@cache
def _parts() -> dict[str, Path]:
    return {name: path for path, name in parts()}


def place_of(function: Callable[..., Any]) -> Place:
    """Where a function of hfmagic is."""
    return (PACKAGE / function.__module__.partition(".")[2].replace(".", "/")).with_suffix(".py"), function.__name__


def part(name: str) -> Place:
    """Where a function of the parts is."""
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
