"""A trial → TrialShown."""

from __future__ import annotations

from ..errors import clip
from ..trial import Trial, Tried, told
from ..trial.words import figure, with_interval
from .shows import Disagreement, TrialShown, TriedModel

MOST_TEXT = 400
MOST_SAID = 8  # lines


def trial_shown(trial: Trial | None) -> TrialShown | None:
    """The trial as it stands; None before the first."""
    if trial is None:
        return None
    ranked = trial.ranked
    return TrialShown(
        step=trial.step_id,
        task=trial.task,
        rows=trial.wanted or trial.rows,
        running=trial.running,
        measure=trial.measure,
        models=tuple(_model(trial, m, _scale(trial, ranked)) for m in ranked),
        disagreements=tuple(_row(trial, i) for i in trial.disagreements),
        labels=tuple(clip(label, 200) for label in trial.labels[:200]),
        said=() if trial.running else tuple(clip(line, MOST_TEXT) for line in told(trial)[:MOST_SAID]),
        winner=trial.verdict.best if trial.verdict.kind == "clear" and not trial.running else "",
        error=trial.error,
    )


def _scale(trial: Trial, ranked: tuple[Tried, ...]) -> float:
    """What is drawn as a whole bar: 1 for shares, else the largest end of an interval."""
    if not trial.known or trial.scored_by.percent:
        return 1.0
    return max((m.high for m in ranked if m.value is not None), default=1.0) or 1.0


def _model(trial: Trial, m: Tried, scale: float) -> TriedModel:
    return TriedModel(
        model_id=m.model_id,
        done=m.done,
        seconds=m.seconds,
        value=None if m.value is None else m.value / scale,
        low=m.low / scale,
        high=m.high / scale,
        figure="" if m.value is None else figure(trial, m.value),
        span=with_interval(trial, m),
        rows_per_second=m.rows_per_second,
        peak_bytes=m.peak_bytes,
        error=m.error,
    )


def _row(trial: Trial, row: int) -> Disagreement:
    subject = trial.subjects[row] if row < len(trial.subjects) else ""
    return Disagreement(
        row=row,
        place=trial.places[row] if row < len(trial.places) else row,
        subject=clip(subject, MOST_TEXT),
        given=tuple((m, clip(given[row] or "", 200)) for m, given in trial.given.items() if row < len(given)),
        label=trial.truth.get(row, ""),
    )
