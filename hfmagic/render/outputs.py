"""Which outputs of a run are shown, and how: charts and tables, pictures and sounds with their captions, frames."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..answer.read import subject_rows, table_of
from ..errors import one_line
from ..kinds import MEDIA, Kind
from ..plan import Column, Step, Variable
from ..results import Results, StepResult
from .html import code, text
from .view import NOTHING, View, beside, section, stack
from .views import Output, media_column, view_of
from .views.image import MAX_PICTURES
from .views.labels import labels_column
from .views.table import preview
from .words import does, rows_words

_SINKS_ONLY = frozenset({Kind.TABLE, Kind.EMBEDDING})


@dataclass(frozen=True)
class Outputs:
    """What of a run is worth a look.

    Args:
        told: what the answer says already; a short text in it is not shown again.
        rows: rows shown of a table.
        inputs: single values by name, where they are known.
    """

    results: Results
    told: str
    rows: int
    inputs: Mapping[str, Any]

    def sections(self) -> Iterator[View]:
        """One for each output, in the order of the plan; then the frames with their new columns."""
        for number, step in enumerate(self.results.plan.steps, 1):
            result = self.results.steps.get(step.id)
            if result is not None and result.value is not None:
                about = does(step) if step.task == "chart" else step.task
                view = self.column(result) if result.frame is not None else self.single(result)
                title = (f"{number} · ", code(step.output), " · ", text(about))
                yield section(view, *title, plain_title=f"{step.output}:")
        for name in self.results.frames:
            yield self.frame(name)

    def column(self, result: StepResult) -> View:
        """A column: pictures and sounds with what was said of each; else a summary, when nothing was made of it."""
        step = result.step
        medium = self.media(step)
        if medium is None:
            output = Output(result.value, subject_rows(self.results, step), rows=self.rows, name=step.output)
            return view_of(result.kind, output, column=True) if self.is_sink(step) else NOTHING
        kind, subjects = medium
        captions = [_caption(result.kind, value) for value in result.value]
        output = Output(result.value, subjects, captions, self.rows, step.output)
        if result.kind in (Kind.BOXES, Kind.MASK):
            return view_of(result.kind, output, column=True)
        counted = labels_column(output) if result.kind is Kind.LABELS and len(output.given) > MAX_PICTURES else NOTHING
        return stack(counted, media_column(kind, output))

    def single(self, result: StepResult) -> View:
        """One value, chart or table, unless the answer says it or a later step's frame shows it."""
        step = result.step
        if result.kind in _SINKS_ONLY and not self.is_sink(step):
            return NOTHING
        reference = next(iter(step.inputs.values()), None)
        subject = self.inputs.get(reference.variable) if isinstance(reference, Variable) else None
        name = does(step) if step.task == "chart" else step.output
        view = view_of(result.kind, Output(result.value, subject, rows=self.rows, name=name), column=False)
        if result.kind in (Kind.BOXES, Kind.MASK):  # they are drawn into the picture
            return view
        said = result.kind is Kind.NUMBER or (result.kind is Kind.TEXT and one_line(str(result.value)) in self.told)
        return beside(self.medium(step), NOTHING if said else view)

    def medium(self, step: Step) -> View:
        """The single picture or sound that a step worked on, so that what is said of it can be checked."""
        reference = next(iter(step.inputs.values()), None)
        schema = self.results.plan.input(reference.variable) if isinstance(reference, Variable) else None
        value = self.inputs.get(schema.name) if schema else None
        if schema is None or value is None or schema.kind not in (Kind.IMAGE, Kind.AUDIO):
            return NOTHING
        return view_of(schema.kind, Output(value, name=schema.name, small=True), column=False)

    def frame(self, name: str) -> View:
        """The first rows of a frame that got new columns; of those that the last step selected."""
        added = [r for r in self.results.values() if r.frame == name]
        frame = table_of(self.results.frames[name]) if added else None
        if frame is None:
            return NOTHING
        new = [c for r in added for c in (r.step.output, f"{r.step.output}_score") if c in frame.columns]
        given = [row for row, value in enumerate(added[-1].value) if value is not None and row < len(frame)]
        chosen = given or list(range(len(frame)))
        read = [c.column for r in added for c in r.step.inputs.values() if isinstance(c, Column) and c.of == name]
        shown = [c for r in added if (c := self.media_name(r.step))]
        view = preview(
            frame,
            chosen[: self.rows],
            must=[c for c in read if c not in shown],
            new=new,
            of=len(chosen),
            noun="row" if len(chosen) == len(frame) else f"row with {added[-1].step.output}",
            without=shown,
            chips=[r.step.output for r in added if r.kind is Kind.LABELS],
        )
        words = f" · {rows_words(len(frame))}, {rows_words(len(new), 'new column')}"
        return section(view, code(name), words, plain_title=f"{name}{words}:")

    def is_sink(self, step: Step) -> bool:
        """True when no other step reads it."""
        return step.id in {s.id for s in self.results.plan.sinks}

    def media_name(self, step: Step) -> str | None:
        """The column of pictures or sounds that a step worked on."""
        reference = next(iter(step.inputs.values()), None)
        if not isinstance(reference, Column):
            return None
        schema = self.results.plan.input(reference.of)
        column = schema.column(reference.column) if schema else None
        return column.name if column is not None and column.kind in MEDIA else None

    def media(self, step: Step) -> tuple[Kind, list[Any]] | None:
        """The kind and values of that column; the run opened the paths in it already, or rejected the row."""
        name = self.media_name(step)
        rows = subject_rows(self.results, step) if name else None
        reference = next(iter(step.inputs.values()))
        schema = self.results.plan.input(reference.of) if isinstance(reference, Column) else None
        column = schema.column(reference.column) if schema and isinstance(reference, Column) else None
        if rows is None or column is None or column.kind is None:
            return None
        return column.kind, [Path(v) if isinstance(v, str) else v for v in rows]


def _caption(kind: Kind, value: Any) -> str:
    """What was found in one picture or sound, in a few words."""
    if value is None:
        return ""
    if kind is Kind.LABELS:
        return f"{value[0].label} {value[0].score:.0%}" if value and hasattr(value[0], "label") else ""
    if kind is Kind.NUMBER:
        return f"{value:.3g}"
    return str(value) if kind is Kind.TEXT else ""
