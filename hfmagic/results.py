"""What happened: results of steps, rejected rows with reasons, and the events of a run. Knows no display."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from itertools import islice
from typing import Any

from .errors import HFMagicError
from .kinds import Kind
from .plan import Column, Plan, Step, StepOutput
from .streamed import Streamed

INTERRUPTED = "interrupted"
"""The reason of a row that an interrupt left without a result: it is not bad, only not done."""


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row without a result: its position (from 0) in the frame, and why."""

    row: int
    reason: str


@dataclass(frozen=True)
class StepResult:
    """What one step gave.

    Args:
        step: the step, with its model.
        kind: what it gave, of one row where `frame` is set.
        frame: the frame whose rows `value` follows: then `value` is a list with one entry a row, None where the row
            was not selected or rejected. Without a frame `value` is a single value, a table (a native frame of the
            same library as the input) or a matplotlib Figure.
        rows: rows that were selected. unique: how many of them differed, so how many the model saw.
        seconds: time to run, without `load_seconds`, the time to load the model.
        notes: what a reader should know, such as how many rows were truncated.
        peak_bytes: what the model and its rows took in memory at most; 0: not measured.
        cached: how many of the `unique` rows have their result from an earlier run.
    """

    step: Step
    kind: Kind
    value: Any
    frame: str | None = None
    rows: int = 0
    unique: int = 0
    rejected: tuple[RejectedRow, ...] = ()
    seconds: float = 0.0
    load_seconds: float = 0.0
    first_row_seconds: float = 0.0
    device: str = ""
    dtype: str = ""
    notes: tuple[str, ...] = ()
    peak_bytes: int = 0
    cached: int = 0


@dataclass(frozen=True)
class Results(Mapping[str, StepResult]):
    """What a plan gave: step id → StepResult, in the order of the run.

    `frames` maps each input frame to a new native frame with the columns added, and each table step to its table.
    `failed` maps a step to its error; steps after it are in neither. `interrupted` is true when the user stopped it.
    `first_row_seconds` passed from the start to the first row with a result, models loaded on the way included.
    `notes` are about the run as a whole, as a step's `notes` are about the step. `streamed` tells of each column that
    lies in a file what its StepResult, with its first rows alone, does not.
    """

    plan: Plan
    steps: Mapping[str, StepResult]
    frames: Mapping[str, Any] = field(default_factory=dict)
    failed: Mapping[str, HFMagicError] = field(default_factory=dict)
    seconds: float = 0.0
    first_row_seconds: float = 0.0
    interrupted: bool = False
    notes: tuple[str, ...] = ()
    streamed: Mapping[str, Streamed] = field(default_factory=dict)

    def __getitem__(self, step_id: str) -> StepResult:
        return self.steps[step_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self.steps)

    def __len__(self) -> int:
        return len(self.steps)

    @property
    def value(self) -> Any:
        """What `-o NAME` stores: the last step's table, else the frame with its new columns, else the value."""
        for step in reversed(self.plan.ordered()):
            result = self.steps.get(step.id)
            if result is None or step.task == "chart" or step.moderates:
                continue
            if result.frame is not None:
                return self.frames[result.frame]
            return self.frames.get(step.id, result.value)
        return next((r.value for r in reversed(list(self.steps.values()))), None)

    def unfinished(self, step_id: str) -> int:
        """Rows of a step that an interrupt left without a result."""
        found = self.streamed.get(step_id)
        return found.unfinished if found else sum(row.reason == INTERRUPTED for row in self.steps[step_id].rejected)

    def finished(self, step_id: str) -> int:
        """Rows of a step with a result, or with a reason for none."""
        return self.steps[step_id].rows - self.unfinished(step_id)

    def bad(self, step_id: str) -> Mapping[str, int]:
        """Why a step gave no result for rows: reason → rows."""
        found = self.streamed.get(step_id)
        reasons = (row.reason for row in self.steps[step_id].rejected if row.reason != INTERRUPTED)
        return found.rejected if found else Counter(reasons)

    @property
    def stopped(self) -> StepResult | None:
        """The step that an interrupt left with some of its rows."""
        return next((r for i, r in self.steps.items() if self.unfinished(i)), None) if self.interrupted else None

    @cached_property
    def rejected(self) -> Any:
        """The rows without a result, as a frame of the library of the input: see `rejected_frame`."""
        return rejected_frame(self)


def plain_columns(result: StepResult) -> list[tuple[str, list[Any], Kind | None]]:
    """What a step gave as plain columns, each of one kind: labels become the best label and its score.

    A transcript with times has a second column: a list of dicts a row, with text, start and end (seconds).

    Returns: name, values (one a row; one where it gave a single value), kind.
    """
    output, mapped = result.step.output, result.step.map
    values = result.value if result.frame is not None else [result.value]
    if result.kind is not Kind.LABELS:
        times = [(f"{output}_segments", [_segments(v) for v in values], None)] if result.step.is_timed else []
        return [(output, values, None if mapped else result.kind), *times]
    best = [(output, [_best(v, "label", mapped) for v in values], None if mapped else Kind.TEXT)]
    if result.step.model is not None:
        best.append((f"{output}_score", [_best(v, "score", mapped) for v in values], None if mapped else Kind.NUMBER))
    return best


def _segments(said: Any) -> list[dict[str, Any]] | None:
    return None if said is None else [asdict(segment) for segment in getattr(said, "segments", ())]


def _best(labels: Any, what: str, mapped: bool) -> Any:
    """The best label or its score; of each element where the step ran over lists."""
    if mapped and labels is not None:
        return [getattr(one[0], what) for one in labels]
    return getattr(labels[0], what) if labels else None


def rejections(results: Results) -> Iterator[tuple[StepResult, RejectedRow]]:
    """Every row that a step could not run, with the step; a row may be rejected by several."""
    for result in results.values():
        for row in result.rejected:
            if row.reason != INTERRUPTED:
                yield result, row


def rejected_columns(results: Results, most: int | None = None) -> dict[str, list[Any]]:
    """The rejected rows, or the first `most` of them, as columns.

    Returns: `step` is the step's output, `row` the position (from 0) in its frame, `index` the label of the row in a
        pandas frame (else None), `column` the one that the step read, `reason` why it gave nothing.
    """
    found: dict[str, list[Any]] = {name: [] for name in ("step", "row", "index", "column", "reason")}
    indexes = {name: frame.index for name, frame in results.frames.items() if hasattr(frame, "iloc")}
    for result, row in islice(rejections(results), most):
        index = indexes.get(result.frame or "")  # pandas' alone
        label = index[row.row] if index is not None and row.row < len(index) else None
        line = (result.step.output, row.row, label, _column_read(results.plan, result.step, row.reason), row.reason)
        for values, value in zip(found.values(), line, strict=True):
            values.append(value)
    return found


def rejected_frame(results: Results) -> Any:
    """The rejected rows as a native frame of the library of the first frame (pandas where there is none).

    Returns: the columns of `rejected_columns`; `index` in pandas alone.
    """
    import narwhals as nw

    frames = (nw.from_native(frame, pass_through=True) for frame in results.frames.values())
    backend = next((nw.get_native_namespace(f) for f in frames if isinstance(f, nw.DataFrame | nw.LazyFrame)), None)
    columns = rejected_columns(results)
    labels = columns.pop("index")
    kinds = {name: nw.Int64() if name == "row" else nw.String() for name in columns}
    frame = nw.from_dict(columns, kinds, backend=backend or "pandas").to_native()
    if hasattr(frame, "iloc"):
        frame.insert(2, "index", labels)
    return frame


def _column_read(plan: Plan, step: Step, reason: str) -> str:
    """The column that a rejected value stood in; of several slots, the one that the reason begins with."""
    reference = step.inputs.get(reason.partition(":")[0]) or next(iter(step.inputs.values()), None)
    match reference:
        case Column(column=name):
            return name
        case StepOutput(step=step_id) if step_id in plan.step_ids:
            return plan.step(step_id).output
    return ""


@dataclass(frozen=True, slots=True)
class Loading:
    """The model of a step is being loaded."""

    step_id: str
    model_id: str


@dataclass(frozen=True, slots=True)
class Downloading:
    """The model of a step is being fetched: `done` of `total` bytes; `note` says what it waits for."""

    step_id: str
    model_id: str
    done: int
    total: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Started:
    """A step runs; `rows` are selected."""

    step_id: str
    rows: int


@dataclass(frozen=True, slots=True)
class Progress:
    """`done` of `total` rows of a step have a result or a reason."""

    step_id: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Done:
    """A step has finished."""

    step_id: str
    result: StepResult


@dataclass(frozen=True, slots=True)
class Failed:
    """A step has failed, or was interrupted."""

    step_id: str
    error: HFMagicError | KeyboardInterrupt


Event = Downloading | Loading | Started | Progress | Done | Failed
Emit = Callable[[Event], None]
