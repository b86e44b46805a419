"""What a trial stands on: a part of the plan, and the rows of its frame that are tried."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from ..data_profile import Profile
from ..errors import InvalidPlan, NotAvailable, UnknownColumn, did_you_mean
from ..language import column_language
from ..measures import ACCURACY, Measure, find_measure
from ..plan import Column, Plan, Step, StepOutput, Variable
from ..recognise import Input, column_values
from ..results import StepResult
from ..scope import Scope
from .sample import varied_rows
from .trial import NOTHING, Trial, Tried

MOST_READ = 10_000  # rows of a table that is read a part at a time: the first ones, among which those of a trial are
Truths = str | Sequence[Any] | None


@dataclass(frozen=True)
class Ground:
    """The step with those that it rests on, and `places`: the rows of `frame` that are tried, in their order.

    Without a frame there is one row, the value itself. `by_row`: every step before it looks at one row at a time, so
    that rows may be run in slices. `known` maps a row of the trial to what it really is.
    """

    part: Plan
    step_id: str
    whole: Mapping[str, Input]
    frame: str = ""
    places: tuple[int, ...] = ()
    by_row: bool = False
    known: Mapping[int, Any] = field(default_factory=lambda: NOTHING)
    measure: Measure = ACCURACY
    groups: tuple[str, ...] = ()
    by: str = ""
    notes: tuple[str, ...] = ()
    seed: int = 0

    @property
    def rows(self) -> int:
        """How many rows are tried."""
        return len(self.places) or 1

    def inputs(self, start: int, stop: int) -> dict[str, Input]:
        """The inputs, of the frame only a slice of the rows that are tried."""
        found = dict(self.whole)
        if self.frame and (frame := found[self.frame].frame) is not None:
            part = frame[list(self.places[start:stop])]
            schema = found[self.frame].schema.model_copy(update={"rows": len(part)})
            found[self.frame] = Input(schema, frame=part)
        return found

    def trial(self, models: tuple[Tried, ...], names: Mapping[str, str], profile: Profile | None = None) -> Trial:
        """The trial before anything has run."""
        return Trial(
            self.step_id,
            self.part.step(self.step_id).task,
            self.rows,
            models,
            known=self.known,
            scored_by=self.measure,
            places=self.places,
            groups=self.groups,
            by=self.by,
            wanted=self.rows,
            names=MappingProxyType(dict(names)),
            notes=self.notes,
            language=self.part.language,
            profile=profile or self._profile(),
            seed=self.seed,
        )

    def subjects(self, inputs: Mapping[str, Input], kept: Mapping[str, StepResult], rows: int) -> tuple[str, ...]:
        """What the step works on in a slice, as text; empty for what is no text."""
        match next(iter(self.part.step(self.step_id).inputs.values())):
            case Column(column=column, of=name) if name in inputs and (frame := inputs[name].frame) is not None:
                values = frame[column].to_list()
            case StepOutput(step=name) if name in kept:
                values = list(kept[name].value) if kept[name].frame is not None else [kept[name].value]
            case Variable(variable=name):
                values = [inputs[name].value]
            case _:
                values = []
        return tuple(v if isinstance(v, str) else "" for v in (*values, *[""] * (rows - len(values))))[:rows]

    def _profile(self) -> Profile:
        """What is known of the column without its words, for which a salt is needed."""
        column = _subject_column(self.part, self.part.step(self.step_id), self.frame)
        if not column:
            return Profile()
        frame = self.whole[self.frame]
        lengths = sorted(len(v) for v in _cells(frame, column) if isinstance(v, str))
        schema = frame.schema.column(column)
        most = lengths[min(len(lengths) - 1, int(len(lengths) * 0.95))] if lengths else 0
        return Profile((schema.language if schema else "") or "", most)


def make_ground(
    plan: Plan, step_id: str, inputs: Mapping[str, Input], *, rows: int, labels: Truths, by: str, seed: int
) -> Ground:
    """Choose the rows.

    Raises: InvalidPlan without such a step, or with labels that do not belong to its rows; UnknownColumn.
    """
    inputs = {name: one.head(MOST_READ) if one.lazy else one for name, one in inputs.items()}
    part = part_of(plan, step_id)
    step, scope = part.step(step_id), Scope(part)
    frame = _root(part, inputs)
    if not frame:
        return Ground(part, step_id, inputs)
    follows = scope.rows_of(step) == frame
    if not follows and (labels is not None or by):
        raise InvalidPlan(f"step {step_id!r} does not run over the rows of {frame}.", hint="leave out labels and --by")
    count = len(inputs[frame].frame)  # type: ignore[arg-type]
    truth, groups = _truths(inputs, frame, labels, count), _cells(inputs[frame], by, frame) if by else []
    measure, notes = ACCURACY, tuple[str, ...]()
    if truth:
        try:
            measure = find_measure(step.task, language=_spoken(truth))
        except NotAvailable as error:
            truth, notes = [], (error.line,)
    column = _subject_column(part, step, frame)
    subjects = list(_cells(inputs[frame], column)) if column else list(range(count))
    if truth:
        subjects = [s if t is not None else None for s, t in zip(subjects, truth, strict=True)]
    strata = [s for s in (_few(truth), groups) if s]
    places = tuple(varied_rows(subjects, rows, strata=strata, seed=seed))
    return Ground(
        part,
        step_id,
        inputs,
        frame,
        places,
        by_row=follows and all(not scope.spec(s).is_operation for s in part.steps),
        known=MappingProxyType({i: truth[p] for i, p in enumerate(places)} if truth else {}),
        measure=measure,
        groups=tuple(str(groups[p]) for p in places) if groups else (),
        by=by,
        notes=notes,
        seed=seed,
    )


def part_of(plan: Plan, step_id: str) -> Plan:
    """The step and those that it rests on. Raises: InvalidPlan without such a step."""
    if step_id not in plan.step_ids:
        raise InvalidPlan(f"the plan has no step {step_id!r}.", hint=did_you_mean(step_id, plan.step_ids))
    wanted, waiting = {step_id}, [step_id]
    while waiting:
        parents = plan.step(waiting.pop()).parents & set(plan.step_ids) - wanted
        wanted |= parents
        waiting += parents
    return plan.model_copy(update={"steps": tuple(s for s in plan.steps if s.id in wanted), "answer": ()})


def _root(part: Plan, inputs: Mapping[str, Input]) -> str:
    """The frame whose rows are tried: the first one that the part reads; "" where it reads none."""
    return next(
        (n for s in part.ordered() for n in sorted(s.parents) if n in inputs and inputs[n].frame is not None), ""
    )


def _subject_column(part: Plan, step: Step, frame: str) -> str:
    """The column of the frame that the step works on, or that what it works on was made of; "" for none."""
    match next(iter(step.inputs.values()), None):
        case Column(column=column, of=name) if name == frame:
            return column
        case Column(of=name) | StepOutput(step=name) if name in part.step_ids:
            return _subject_column(part, part.step(name), frame)
    return ""


def _cells(one: Input, column: str, frame: str = "") -> list[Any]:
    if one.frame is None or column not in one.frame.columns:
        columns = list(one.frame.columns) if one.frame is not None else []
        hint = did_you_mean(column, columns) or f"columns: {', '.join(columns)}"
        raise UnknownColumn(f"{frame or 'the frame'} has no column {column!r}.", hint=hint)
    return column_values(one.frame, column)


def _truths(inputs: Mapping[str, Input], frame: str, labels: Truths, count: int) -> list[Any]:
    """One a row; empty where none is known."""
    if labels is None:
        return []
    found = _cells(inputs[frame], labels, frame) if isinstance(labels, str) else list(labels)
    if len(found) != count:
        raise InvalidPlan(f"{len(found):,} labels for {count:,} rows of {frame}.", hint="give one a row, or a column")
    return found if any(f is not None for f in found) else []


def _few(truth: Sequence[Any]) -> Sequence[Any]:
    """Labels that repeat are strata; texts, spans and boxes are not."""
    simple = [t for t in truth if isinstance(t, str | int | float)]
    return truth if simple and len(set(simple)) * 3 <= len(simple) else []


def _spoken(truth: Sequence[Any]) -> str:
    return column_language([t for t in truth if isinstance(t, str)]) or ""
