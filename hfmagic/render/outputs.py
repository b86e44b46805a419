"""Which outputs of a run are shown, and how: charts and tables, pictures and sounds with their captions, frames."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from ..answer.read import head_of, subject_rows, table_of
from ..errors import one_line
from ..kinds import MEDIA, Kind
from ..plan import Column, Step, StepOutput
from ..results import Results, StepResult
from .html import Child, code, text
from .subjects import Subjects, flattened
from .view import NOTHING, View, beside, folded, section, stack
from .views import Output, Room, map_view, media_column, texts_column, view_of
from .views.gallery import MAX_PICTURES
from .views.labels import label_bars, labels_column, question_view, score_words
from .views.output import CELL_BYTES
from .views.table import preview
from .views.transcript import segments_of
from .words import does, rows_words

_SINKS_ONLY = frozenset({Kind.TABLE, Kind.EMBEDDING})
DRAWN_IN = frozenset({Kind.BOXES, Kind.MASK, Kind.IMAGE})  # shown in or beside the picture that they were made from
_SHOWS_ITS_TEXT = frozenset({Kind.SPANS, Kind.IMAGE, Kind.AUDIO})
_SIDE_BY_SIDE = frozenset({"translation"})
_WORDS = 40_000  # bytes of a cell for what is no picture or sound: plan, answer, plain text, notes


@dataclass(frozen=True)
class Outputs:
    """What of a run is worth a look.

    Args:
        told: what the answer says already; a short text in it is not shown again.
        rows: rows shown of a table.
        inputs: single values by name, where they are known.
        most_bytes: what the cell may add to its notebook.
    """

    results: Results
    told: str
    rows: int
    inputs: Mapping[str, Any]
    most_bytes: int = CELL_BYTES

    @cached_property
    def subjects(self) -> Subjects:
        """What the steps worked on."""
        return Subjects(self.results, self.inputs)

    def sections(self) -> Iterator[View]:
        """One for each output, in the order of the plan; then the frames with their new columns.

        Each has an equal part of what the ones before it left of the cell's bytes.
        """
        draw: list[Callable[[Room], View]] = []
        for number, step in enumerate(self.results.plan.steps, 1):
            result = self.results.steps.get(step.id)
            if result is not None and result.value is not None:
                draw.append(partial(self.step, result, number))
        draw += [partial(self.frame, name) for name in self.results.frames]
        left = Room(max(0, self.most_bytes - _WORDS), self.most_bytes)
        for place, one in enumerate(draw):
            view = one(left.part(len(draw) - place))
            left = left.after(len(view.html.html))
            yield view

    def step(self, result: StepResult, number: int, room: Room) -> View:
        """What one step gave, under its number, name and task."""
        step = result.step
        view = self.column(result, room) if result.frame is not None else self.single(result, room)
        about = does(step) if step.task == "chart" else step.task
        return section(view, f"{number} · ", code(step.output), " · ", text(about), plain_title=f"{step.output}:")

    def column(self, result: StepResult, room: Room) -> View:
        """A column: pictures and sounds with what was said of each; else a summary, when nothing was made of it."""
        step = result.step
        if result.kind is Kind.LABELS and step.id in self.results.streamed:
            return label_bars(self.results.streamed[step.id].labels)
        media = self.subjects.media(step)
        given = media[1] if media else subject_rows(self.results, step)
        values, subjects = flattened(result.value, given)
        captions = (
            self.captions(result) if len(values) == len(result.value) else [caption_of(result.kind, v) for v in values]
        )
        output = Output(values, subjects, captions, self.rows, step.output, room=room)
        output = replace(output, opened=self.subjects.opened)
        if result.kind is Kind.EMBEDDING:
            return self.embeddings(result, output)
        if media is None or subjects is None or result.kind in DRAWN_IN:
            side = step.task in _SIDE_BY_SIDE and self.is_sink(step)
            shown = media is not None or self.is_sink(step)
            return texts_column(output) if side else view_of(result.kind, output, column=True) if shown else NOTHING
        counted = NOTHING
        if result.kind is Kind.LABELS and len(output.given) > MAX_PICTURES:
            counted = labels_column(output)
        return stack(question_view(self.subjects.asked(step)), counted, media_column(media[0], output))

    def embeddings(self, result: StepResult, output: Output) -> View:
        """The map of a column of embeddings, in the colours of what other steps called its rows."""
        groups, grouped = self.subjects.groups(result)
        if len(output.value) != len(groups):
            groups = []
        output = replace(output, groups=groups, grouped=grouped)
        if self.is_sink(result.step):
            return view_of(result.kind, output, column=True)
        used = [s for s in self.results.plan.steps if StepOutput(step=result.step.id) in s.inputs.values()]
        drawn = map_view(output) if any(s.task == "cluster" for s in used) else NOTHING
        return folded(drawn, "map") if drawn else NOTHING

    def captions(self, result: StepResult) -> list[str]:
        """What is said of each row, after its question where each has its own."""
        asked = self.subjects.asked_rows(result.step)
        said = [caption_of(result.kind, value) for value in result.value]
        return [_answered(asked[i], one) if i < len(asked) else one for i, one in enumerate(said)]

    def single(self, result: StepResult, room: Room) -> View:
        """One value, chart or table, unless the answer says it or a later step's frame shows it."""
        step = result.step
        if result.kind in _SINKS_ONLY and not self.is_sink(step):
            return NOTHING
        subject, asked = self.subjects.one(step), self.subjects.asked(step)
        drawn = result.kind in DRAWN_IN and self.subjects.kind(step) is Kind.IMAGE
        shows_text = result.kind in _SHOWS_ITS_TEXT or step.task in _SIDE_BY_SIDE
        name = does(step) if step.task == "chart" else step.output
        output = Output(
            result.value,
            subject if drawn or shows_text else None,
            rows=self.rows,
            name=name,
            asked=asked,
            room=room,
            opened=self.subjects.opened,
        )
        if isinstance(result.value, list) and result.kind in MEDIA:
            return view_of(result.kind, replace(output, subject=None), column=True)
        if drawn or (result.kind is Kind.SPANS):
            return view_of(result.kind, output, column=False)
        medium = self.medium(step, room.part(2))
        view = view_of(result.kind, replace(output, room=room.after(len(medium.html.html))), column=False)
        if segments_of(result.value):
            return stack(medium, view)
        said = result.kind is Kind.NUMBER or (result.kind is Kind.TEXT and one_line(str(result.value)) in self.told)
        return beside(medium, NOTHING if said and not asked and step.task not in _SIDE_BY_SIDE else view)

    def medium(self, step: Step, room: Room) -> View:
        """The single picture, sound or video that a step worked on, so that what is said of it can be checked."""
        reference = next(iter(step.inputs.values()), None)
        kind, value = self.subjects.kind(step), self.subjects.one(step)
        if value is None or kind not in MEDIA or kind is None or isinstance(reference, StepOutput):
            return NOTHING
        return view_of(kind, Output(value, name=self.name_of(step), small=True, room=room), column=False)

    def name_of(self, step: Step) -> str:
        """The name of the variable that a step worked on."""
        return str(getattr(next(iter(step.inputs.values()), None), "variable", ""))

    def frame(self, name: str, room: Room) -> View:
        """The first rows of a frame that got new columns; of those that the last step selected."""
        added = [r for r in self.results.values() if r.frame == name]
        if not added:
            return NOTHING
        frame = table_of(self.results.frames[name])
        if frame is None:
            return self.file(name, added, room)
        new = [c for r in added for c in (r.step.output, f"{r.step.output}_score") if c in frame.columns]
        given = [row for row, value in enumerate(added[-1].value) if value is not None and row < len(frame)]
        chosen = given or list(range(len(frame)))
        read = [c.column for r in added for c in r.step.inputs.values() if isinstance(c, Column) and c.of == name]
        shown = [c for r in added if (c := self.subjects.column_name(r.step))]
        view = preview(
            frame,
            chosen[: self.rows],
            must=[c for c in read if c not in shown],
            new=new,
            of=len(chosen),
            noun="row" if len(chosen) == len(frame) else f"row with {added[-1].step.output}",
            without=shown,
            chips=[r.step.output for r in added if r.kind is Kind.LABELS],
            room=room,
            opened=self.subjects.opened,
        )
        words = f" · {rows_words(len(frame))}, {rows_words(len(new), 'new column')}"
        return section(view, code(name), words, plain_title=f"{name}{words}:")

    def file(self, name: str, added: list[StepResult], room: Room) -> View:
        """The first rows of a frame that is not in memory, with its path and its number of rows."""
        head = head_of(self.results.frames[name], self.rows)
        if head is None:
            return NOTHING
        new = [c for r in added for c in (r.step.output, f"{r.step.output}_score") if c in head.frame.columns]
        chips = [r.step.output for r in added if r.kind is Kind.LABELS]
        view = preview(head.frame, range(len(head.frame)), new=new, of=head.rows, chips=chips, room=room)
        words = f" · {rows_words(head.rows)}, {rows_words(len(new), 'new column')}"
        where: list[Child] = [" · in ", code(Path(head.path).name)] if head.path else []
        plain = f"{name}{words}" + (f" · in {Path(head.path).name}" if head.path else "")
        return section(view, code(name), words, *where, plain_title=f"{plain}:")

    def is_sink(self, step: Step) -> bool:
        """True when no other step reads it."""
        return step.id in {s.id for s in self.results.plan.sinks}


def caption_of(kind: Kind, value: Any) -> str:
    """What was found in one picture or sound, in a few words; a transcript as it is, with its times."""
    if value is None:
        return ""
    if kind is Kind.LABELS:
        return score_words(value[0].label, value[0].score) if value and hasattr(value[0], "label") else ""
    if kind is Kind.NUMBER:
        return f"{value:.3g}"
    return value if kind is Kind.TEXT and isinstance(value, str) else ""


def _answered(question: Any, said: str) -> str:
    return f"{one_line(str(question))} {said}" if question and said else said
