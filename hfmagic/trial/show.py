"""A trial as the cell shows it."""

from __future__ import annotations

from ..render.trial_view import TriedRow, trial_chart, trial_view
from ..render.view import View
from .trial import Trial, Tried
from .words import figure, told, with_interval

_TITLE = {"en": "trial of {step} on {rows} rows: {measure}", "zh": "在 {rows} 行上试用 {step}：{measure}"}
_VERDICT = {
    "en": {"best": "better than all others", "open": "cannot be told from the first", "behind": "behind"},
    "zh": {"best": "好于其他模型", "open": "与第一名难分高下", "behind": "较差"},
}


def table_of(trial: Trial) -> tuple[TriedRow, ...]:
    """A row a model, the best one first."""
    return tuple(_row(trial, m) for m in trial.ranked)


def view_of(trial: Trial, *, room: int = 1_000_000) -> View:
    """Verdict, chart and table, as HTML and as plain text.

    Args:
        room: bytes that it may take in a notebook.
    """
    title = _TITLE[trial.language].format(step=trial.step_id, rows=trial.rows, measure=trial.measure)
    return trial_view(
        title,
        told(trial),
        table_of(trial),
        measure=trial.measure,
        percent=not trial.known or trial.scored_by.percent,
        best=_best(trial),
        language=trial.language,
        room=room,
    )


def chart_of(trial: Trial) -> object:
    """The bars alone, as a matplotlib Figure."""
    percent = not trial.known or trial.scored_by.percent
    return trial_chart(table_of(trial), measure=trial.measure, percent=percent, best=_best(trial))


def _best(trial: Trial) -> str:
    return trial.verdict.best if trial.verdict.kind == "clear" else ""


def _row(trial: Trial, model: Tried) -> TriedRow:
    return TriedRow(
        model.model_id,
        model.value,
        model.low,
        model.high,
        with_interval(trial, model),
        model.done,
        model.rows_per_second,
        model.row_ms,
        model.load_seconds,
        model.peak_bytes,
        _how(trial, model),
        tuple((name, figure(trial, value)) for name, value in model.also),
        model.error,
    )


def _how(trial: Trial, model: Tried) -> str:
    """Where a winner is clear it beats every other one; where it is not, nothing is said of those but the second."""
    said, verdict = _VERDICT[trial.language], trial.verdict
    if verdict.kind == "clear":
        return said["best"] if model.model_id == verdict.best else said["behind"]
    return said["open"] if verdict.kind == "close" and model.model_id == verdict.second else ""
