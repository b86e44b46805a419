"""A tuning as the cell shows it."""

from __future__ import annotations

from ..render.tune_view import EpochRow, tune_view
from ..render.view import View
from ..trial import view_of as trial_view_of
from .tuned import Tuned
from .words import after, before, epoch_words, title


def view_of(tuning: Tuned) -> View:
    """Rows and forecast, an epoch a row, then base and result on the rows held out; as HTML and as plain text."""
    best = tuning.trained.best
    epochs = tuple(
        EpochRow(epoch_words(tuning, e.number), e.loss, e.value, e.seconds, is_best=e.number == best)
        for e in tuning.trained.epochs
    )
    return tune_view(
        title(tuning),
        before(tuning),
        epochs,
        measure=tuning.measure,
        done=None if tuning.model_id or tuning.foreseen is None else tuning.done,
        compared=trial_view_of(tuning.trial) if tuning.trial is not None else View(),
        lines=after(tuning),
        language=tuning.language,
    )
