"""The line that tunes a model: `%hf tune STEP --labels COLUMN`."""

from __future__ import annotations

import time

from ..errors import BadOption
from ..render.view import shell
from ..tune import Tuned, view_of
from .call import Call

PAUSE = 0.3  # s between two pictures of it


def tune(call: Call) -> None:
    """Train the model of a step on a column of labels; its picture follows it. Raises: BadOption without labels."""
    step_id, labels = call.words[0], call.options.labels
    if not labels:
        hint = f"%hf tune {step_id} --labels COLUMN"
        raise BadOption("--labels names the column that says what is right.", hint=hint)
    call.session.tune(step_id, labels, yes=call.options.yes, on=_Picture())


class _Picture:
    """One output that follows a tuning; a terminal sees it before and after alone."""

    def __init__(self) -> None:
        self._handle: object = None
        self._shown = 0.0
        self._epochs = -1

    def __call__(self, tuning: Tuned) -> None:
        from IPython.display import display

        here = hasattr(shell(), "kernel")
        ends, grown = bool(tuning.revision), len(tuning.trained.epochs) > self._epochs
        due = ends or (tuning.foreseen is not None and (self._handle is None or (here and self._is_time(grown))))
        if not due:
            return
        self._shown, self._epochs = time.monotonic(), len(tuning.trained.epochs)
        view = view_of(tuning)
        if self._handle is None or not here:
            self._handle = display(view, display_id=True)
        else:
            self._handle.update(view)  # type: ignore[attr-defined]

    def _is_time(self, grown: bool) -> bool:
        return grown or time.monotonic() - self._shown > PAUSE
