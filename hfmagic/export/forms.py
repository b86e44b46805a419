"""What was drafted as a text: a script, a cell or a notebook, its steps in a row or as a function."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from ..kinds import MEDIA, Kind
from .data import from_path, from_variable
from .draft import Draft, Line
from .imports import sorted_imports
from .layout import is_name, is_variable, literal
from .link import link
from .names import kind_of_result
from .notebook import to_notebook
from .words import function_name, title

Form = Literal["script", "cell", "notebook"]
DEVICE = 'DEVICE = "cpu"  # or "cuda": faster, and scores differ in their last digits'
HINTS: Mapping[Kind, str] = MappingProxyType(
    {
        Kind.TABLE: "pd.DataFrame",
        Kind.TEXT: "str",
        Kind.NUMBER: "float",
        Kind.LABELS: "list[dict]",
        Kind.EMBEDDING: "np.ndarray",
        Kind.AUDIO: "dict",
        Kind.IMAGE: "Image.Image",
        Kind.SPANS: "list[dict]",
        Kind.BOXES: "list[dict]",
        Kind.MASK: "list[dict]",
        Kind.VIDEO: "str",
    }
)
RETURNS: Mapping[Kind, str] = MappingProxyType(
    {
        Kind.TABLE: "the table",
        Kind.TEXT: "the text",
        Kind.NUMBER: "the number",
        Kind.LABELS: "labels with their scores, best first",
        Kind.EMBEDDING: "the embedding",
        Kind.AUDIO: "samples and their rate in Hz",
        Kind.IMAGE: "the picture",
        Kind.SPANS: "what was found, with its place in the text",
        Kind.BOXES: "what was found, with its place in the picture",
        Kind.MASK: "what was found, with its pixels",
    }
)
FIGURE = ("plt.Figure", "the figure")
"""What a function gives whose result is a chart."""


@dataclass(frozen=True)
class Source:
    """What was drafted, and what its form depends on; `dropped` are the statements after the last step."""

    draft: Draft
    form: Form
    given: Mapping[str, Any] | None
    rows: int
    dropped: Sequence[str]

    @property
    def result(self) -> str:
        """The variable that holds the result."""
        return self.draft.names.variables[self.draft.names.result]

    def data(self) -> list[str]:
        """Where the data come in."""
        names, lines = self.draft.names, []
        for number, schema in enumerate(self.draft.plan.inputs, 1):
            variable = names.sources[schema.name]
            if self.form == "cell" and is_variable(schema.name) and (self.given is None or schema.name in self.given):
                there, value = names.there[schema.name], (self.given or {}).get(schema.name)
                more, imports = from_variable(schema, there, variable, value, rows=self.rows)
            else:
                more, imports = from_path(schema, variable, number if self.form == "script" else 0, rows=self.rows)
            lines += more
            self.draft.add_import(*imports)
        return ["# Your data: change this part as you need it.", *lines] if lines else []

    def copies(self, indent: int = 0) -> list[str]:
        """The frames that get columns, so that the inputs stay as they are."""
        names, columns = self.draft.names, self.draft.columns
        grown = {names.sources[i.name] for i in self.draft.plan.inputs if len(columns[i.name]) > len(i.columns)}
        return [f"{' ' * indent}{new} = {frame}.copy()" for frame, new in names.copies.items() if frame in grown]

    def aside(self) -> list[str]:
        """The notebook's variables that are set aside."""
        names = self.draft.names.aside if self.form == "cell" else {}
        return [f"{there} = {name}" for name, there in names.items()]

    def steps(self, *, load: bool = True, indent: int = 0) -> list[str]:
        """Each step's lines as one text."""
        found = []
        for section in self.draft.sections:
            lines = [*(section.load if load else ()), *section.lines]
            found.append("\n".join([f"{' ' * indent}# {section.title}", *(line.text(indent) for line in lines)]))
        return found

    def loads(self) -> list[str]:
        """The lines that load models."""
        return [line.text() for section in self.draft.sections for line in section.load]

    def shown(self) -> list[str]:
        """In a notebook, its last lines: variables put back, and the result."""
        names, lines = self.draft.names, []
        if self.form == "cell":
            lines = [f"{name} = {there}  # again what it was" for name, there in names.aside.items()]
        if self.result != names.output and is_name(names.output):
            lines.append(f"{names.output} = {self.result}")
        return [*lines, self.result]

    def stored(self) -> list[str]:
        """In a script, its last lines: the result in a file, and on the screen."""
        result, kind = self.result, kind_of_result(self.draft.scope)
        if kind is Kind.AUDIO:
            self.draft.add_import("import soundfile")
            return [f'soundfile.write({literal(f"{result}.wav")}, {result}["array"], {result}["sampling_rate"])']
        stored = [f"{result}.to_csv({literal(f'{result}.csv')}, index=False)"] if kind is Kind.TABLE else []
        return [*stored, f"print({result})"]

    def head(self, body: str, *, data: Sequence[str] = (), models: Sequence[str] = ()) -> str:
        """Imports, data, constants, models and functions: what `body` and they themselves need."""
        draft = self.draft
        linked = link(draft.functions, draft.chosen, draft.names.taken)
        functions = [*linked.functions, *draft.written]
        classes = linked.classes
        constants = [*([DEVICE] if self.loads() else []), *draft.settings, *linked.constants]
        text = "\n".join([*data, *models, *linked.constants, *classes, *draft.settings, *functions, body])
        used = {n.id for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Name)}
        known = {line for line in linked.imports | draft.imports if _name_of(line) in used}
        first = ["\n".join(lines) for lines in (sorted_imports(known), data, constants) if lines]
        blocks = ["\n\n".join(first), *classes] if classes else []
        last = ["\n".join(models)] if models else []
        blocks += last if classes else ["\n\n".join([*first, *last])]
        return "\n\n\n".join([*blocks, *functions]) + ("\n\n\n" if functions or classes else "\n\n")


def _name_of(line: str) -> str:
    """The name that an import line gives."""
    return line.rpartition(" as ")[2] if " as " in line else line.rpartition("import ")[2].partition(".")[0]


def script(source: Source) -> str:
    """A file that reads its inputs from the command line."""
    figures = [source.draft.variable(s.id) for s in source.draft.plan.steps if s.task == "chart"]
    saved = [f'{figure}.savefig({literal(f"{figure}.png")}, bbox_inches="tight")' for figure in figures]
    body = _body(source, [*saved, *source.stored()])
    return f"{docstring(source)}\n\n{source.head(body, data=source.data())}{body}\n"


def cell(source: Source) -> str:
    """A cell that works on the notebook's variables."""
    body, aside = _body(source, source.shown()), source.aside()
    head = source.head(body, data=source.data())
    return "\n\n".join([docstring(source), *(["\n".join(aside)] if aside else []), head]) + f"{body}\n"


def notebook(source: Source) -> str:
    """The JSON of a notebook: a title, a cell for what the steps need, a cell for each step, a cell for the result."""
    steps = source.steps()
    last = "\n".join([*source.dropped, *source.shown()])
    data = source.data()
    head = source.head("\n".join((*data, *steps, last)))
    first = "\n".join((*data, *source.copies()))
    return to_notebook(title(source.draft.plan), [f"{head}{first}".strip("\n"), *steps, last])


def _body(source: Source, last: Sequence[str]) -> str:
    copies = "\n".join(source.copies())
    return "\n\n".join(filter(None, (copies, *source.steps(), "\n".join(source.dropped), "\n".join(last))))


def function_script(source: Source) -> str:
    """A file with the function; where it is run, it reads its inputs from the command line."""
    name, text = function_of(source)
    call = [*source.data(), *_call(source, name, source.result)]
    call += _figures(source)
    body = f'{text}\n\n\nif __name__ == "__main__":\n{textwrap.indent(chr(10).join((*call, *source.stored())), "    ")}'
    return f"{docstring(source)}\n\n{before_def(source.head(body, models=source.loads()))}{body}\n"


def function_cell(source: Source) -> str:
    """A cell with the function, and its call over the notebook's variables."""
    name, text = function_of(source)
    aside = source.aside()
    call = "\n".join([*source.data(), *_call(source, name, source.result), *source.shown()])
    body = f"{text}\n\n\n{call}"
    head = before_def(source.head(body, models=source.loads()))
    return "\n\n".join([docstring(source), *(["\n".join(aside)] if aside else []), head]) + f"{body}\n"


def function_notebook(source: Source) -> str:
    """The JSON of a notebook: a title, what the function needs, the function, its call."""
    name, text = function_of(source)
    call = "\n".join([*source.data(), *_call(source, name, source.result), *source.shown()])
    head = source.head(f"{text}\n{call}", models=source.loads())
    return to_notebook(title(source.draft.plan), [head.strip("\n"), text, call])


def function_of(source: Source) -> tuple[str, str]:
    """Name and source of the function of a plan."""
    draft, names = source.draft, source.draft.names
    name, kind = names.new(function_name(draft.plan, names.taken)), kind_of_result(draft.scope)
    given = [f"{names.sources[i.name]}: {_hint(i.kind)}" for i in draft.plan.inputs]
    drawn = draft.names.result in {s.id for s in draft.plan.steps if s.task == "chart"}
    hint, gives = FIGURE if drawn else (HINTS[kind], RETURNS[kind])
    if hint == HINTS[Kind.IMAGE]:
        draft.add_import("from PIL import Image")
    head = f"def {name}({', '.join(given)}) -> {hint}:"
    framed = draft.names.result in {i.name for i in draft.plan.inputs}
    said = "the frame with the columns that the steps add" if framed else gives
    lines = [head, f'    """{title(draft.plan).partition(" (")[0]}. Returns: {said}."""']
    unused = {draft.variable(s.id) for s in draft.plan.steps if s.task == "chart" and s.id != names.result}
    for section in draft.sections:
        section.lines = [
            Line(n.code, "" if n.before.removesuffix(" = ") in unused else n.before, n.indent) for n in section.lines
        ]
    blocks = ["\n".join(source.copies(4)), *source.steps(load=False, indent=4)]
    blocks += ["\n".join(f"    {line}" for line in source.dropped), f"    return {source.result}"]
    return name, "\n".join([*lines, "\n\n".join(filter(None, blocks))])


def _figures(source: Source) -> list[str]:
    """Lines that store the figures that a function has drawn."""
    charts = [s for s in source.draft.plan.steps if s.task == "chart"]
    if len(charts) < 2:
        return ['plt.savefig("chart.png", bbox_inches="tight")'] if charts else []
    return [
        "for number in plt.get_fignums():",
        '    plt.figure(number).savefig(f"chart_{number}.png", bbox_inches="tight")',
    ]


def _hint(kind: Kind) -> str:
    return "str" if kind in MEDIA else HINTS[kind]


def _call(source: Source, name: str, result: str) -> list[str]:
    given = ", ".join(source.draft.names.sources[i.name] for i in source.draft.plan.inputs)
    return [f"{result} = {name}({given})"]


def docstring(source: Source) -> str:
    """What the file does, as its first line."""
    return f'"""{title(source.draft.plan)}"""'


def before_def(head: str) -> str:
    """A head, and the two lines between it and a function."""
    return head.rstrip("\n") + "\n\n\n"


FORMS: Mapping[Form, Callable[[Source], str]] = MappingProxyType({"script": script, "cell": cell, "notebook": notebook})
FUNCTIONS: Mapping[Form, Callable[[Source], str]] = MappingProxyType(
    {"script": function_script, "cell": function_cell, "notebook": function_notebook}
)
