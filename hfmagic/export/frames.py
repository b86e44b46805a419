"""The table that a step reads."""

from __future__ import annotations

from ..errors import InvalidPlan
from ..plan import Frame, Step, StepOutput


def frame_of(step: Step) -> Frame:
    """The frame of a step's table, with what earlier steps add to it."""
    match step.inputs["table"]:
        case Frame() as frame:
            return frame
        case StepOutput(step=name):
            return Frame(frame=name)
    raise InvalidPlan(f"step {step.id!r} reads no table.")
