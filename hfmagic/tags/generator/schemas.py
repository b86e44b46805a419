"""The task dataclasses of huggingface_hub (`inference/_generated/types`): what a tag takes, gives and lets be set.

Read as source, because the help of a field is the string after it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from ...errors import clip

HELP_WIDTH = 140
_MEDIA = re.compile(r"audio|image|video")

# The first field found in an output names its kind: a box has a label and a score, too.
GIVES = (
    ("box", "boxes"),
    ("mask", "mask"),
    ("video", "video"),
    ("audio", "audio"),
    ("blob", "audio"),  # audio-to-audio
    ("image", "image"),
    ("depth", "image"),
    ("answer", "text"),
    ("word", "spans"),
    ("generated_text", "text"),
    ("summary_text", "text"),
    ("translation_text", "text"),
    ("text", "text"),
    ("token_str", "labels"),  # fill-mask: words with scores
    ("label", "labels"),
)


@dataclass(frozen=True)
class Field:
    """A field of a dataclass: its type as Python writes it, without None."""

    name: str
    type: str
    help: str


@dataclass(frozen=True)
class Schema:
    """What the dataclasses say of one tag; `gives` is empty where there is no output class."""

    takes: Mapping[str, str]
    gives: str
    parameters: tuple[Field, ...]


def read(folder: Path) -> dict[str, Schema]:
    """Tag → schema, for each file of huggingface_hub's folder that has an input class with `inputs`."""
    modules = {p.stem.replace("_", "-"): _Module(p) for p in sorted(folder.glob("*.py"))}
    return {tag: module.schema() for tag, module in modules.items() if "inputs" in module.input_fields()}


class _Module:
    """One file: its classes (name → fields) and its aliases of literals."""

    def __init__(self, path: Path) -> None:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        named = (n for n in tree.body if isinstance(n, ast.Assign))
        self.aliases = {ast.unparse(n.targets[0]): n.value for n in named}
        self.nodes = {n.name: n for n in tree.body if isinstance(n, ast.ClassDef)}
        self.subject = next((name.removesuffix("Input") for name in self.nodes if name.endswith("Input")), "")

    def fields(self, name: str) -> dict[str, Field]:
        """Fields in the order of the file; that order is alphabetical, required ones first."""
        body = [*self.nodes[name].body, ast.Pass()]
        return {
            ast.unparse(node.target): self._field(node, after)
            for node, after in pairwise(body)
            if isinstance(node, ast.AnnAssign)
        }

    def _field(self, node: ast.AnnAssign, after: ast.stmt) -> Field:
        kinds = self._type(node.annotation)
        doc = after.value if isinstance(after, ast.Expr) else None
        text = doc.value if isinstance(doc, ast.Constant) and isinstance(doc.value, str) else ""
        name = " | ".join(dict.fromkeys(kinds))
        return Field(ast.unparse(node.target), name, one_sentence(text, HELP_WIDTH))

    def _type(self, node: ast.expr) -> list[str]:
        """Names of the types of a union without None; a literal is a text."""
        if isinstance(node, ast.BinOp):
            parts = [node.left, node.right]
        elif isinstance(node, ast.Subscript) and ast.unparse(node.value) in ("Optional", "Union"):
            parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        elif isinstance(node, ast.Subscript) and ast.unparse(node.value) == "Literal":
            return ["str"]
        else:
            name = str(node.value) if isinstance(node, ast.Constant) else ast.unparse(node)
            return self._type(self.aliases[name]) if name in self.aliases else [name] * (name != "None")
        return [kind for part in parts for kind in self._type(part)]

    def input_fields(self) -> dict[str, Field]:
        """The fields of the input class, if there is one."""
        return self.fields(f"{self.subject}Input") if self.subject else {}

    def schema(self) -> Schema:
        top = self.input_fields()
        inputs = top.pop("inputs")
        outer = top.pop("parameters", None)
        inner = self.fields(outer.type) if outer and outer.type in self.nodes else {}
        return Schema(self._takes(inputs), self._gives(), tuple(self._flat([*inner.values(), *top.values()])))

    def _flat(self, fields: list[Field], group: str = "") -> list[Field]:
        """Fields in place of each group of them: `target_size` becomes `target_size.height` and `.width`."""
        flat: list[Field] = []
        for f in fields:
            if f.type in self.nodes:
                flat += self._flat(list(self.fields(f.type).values()), f"{group}{f.name}.")
            else:
                flat.append(Field(f"{group}{f.name}", f.type, f.help))
        return flat

    def _takes(self, inputs: Field) -> dict[str, str]:
        if inputs.type not in self.nodes:
            medium = _MEDIA.search(inputs.help)
            kind = medium.group() if medium else "text"
            return {kind: kind}
        # The question comes last: the first slot is what a task works on.
        names = sorted(self.fields(inputs.type), key=lambda name: name == "question")
        return {name: name if name in ("image", "table") else "text" for name in names}

    def _gives(self) -> str:
        names = [n for n in (f"{self.subject}Output", f"{self.subject}OutputElement") if n in self.nodes]
        fields = {field for name in names for field in self.fields(name)}
        return next((kind for field, kind in GIVES if field in fields), "")


def one_sentence(text: str, width: int) -> str:
    """The first sentence on one line, links as their words, without the final stop.

    "For diffusion models." says nothing alone: a first sentence shorter than 24 characters takes the next along.
    """
    text = re.sub(r"\[([^\]]+)\]\([^)]+\)", r"\1", " ".join(text.split()))
    stop = re.compile(r"(?<=[\w)`\"])[.!] (?=[A-Z0-9])").search(text, 24)
    return clip((text[: stop.start()] if stop else text).rstrip(".! "), width)
