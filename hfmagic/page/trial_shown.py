"""A trial → TrialShown."""

from __future__ import annotations

from ..errors import clip
from ..trial import Trial
from .shows import Disagreement, TrialShown, TriedModel

MOST_TEXT = 400


def trial_shown(trial: Trial | None) -> TrialShown | None:
    """The trial as it stands; None before the first."""
    if trial is None:
        return None
    return TrialShown(
        step=trial.step_id,
        task=trial.task,
        rows=trial.rows,
        running=trial.running,
        measure=trial.measure,
        models=tuple(
            TriedModel(
                model_id=m.model_id,
                done=m.done,
                seconds=m.seconds,
                value=m.value,
                low=m.low,
                high=m.high,
                error=m.error,
            )
            for m in trial.ranked
        ),
        disagreements=tuple(_row(trial, i) for i in trial.disagreements),
        labels=tuple(clip(label, 200) for label in trial.labels[:200]),
        error=trial.error,
    )


def _row(trial: Trial, row: int) -> Disagreement:
    subject = trial.subjects[row] if row < len(trial.subjects) else ""
    return Disagreement(
        row=row,
        subject=clip(subject, MOST_TEXT),
        given=tuple((model_id, clip(given[row] or "", 200)) for model_id, given in trial.given.items()),
        label=trial.truth.get(row, ""),
    )
