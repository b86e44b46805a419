"""What happened: results of steps, rejected rows with reasons, and the events of a run. Knows no display."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from .errors import HFMagicError
from .kinds import Kind
from .plan import Plan, Step


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


@dataclass(frozen=True)
class Results(Mapping[str, StepResult]):
    """What a plan gave: step id → StepResult, in the order of the run.

    `frames` maps each input frame to a new native frame with the columns added, and each table step to its table.
    `failed` maps a step to its error; steps after it are in neither. `interrupted` is true when the user stopped it.
    `first_row_seconds` passed from the start to the first row with a result, models loaded on the way included.
    """

    plan: Plan
    steps: Mapping[str, StepResult]
    frames: Mapping[str, Any] = field(default_factory=dict)
    failed: Mapping[str, HFMagicError] = field(default_factory=dict)
    seconds: float = 0.0
    first_row_seconds: float = 0.0
    interrupted: bool = False

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
