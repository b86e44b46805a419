"""Parameters that several tasks have."""

from __future__ import annotations

from .spec import Parameter

LENGTH = Parameter("max_new_tokens", int, 64, "longest answer", "tokens", 1, 2048)
CANDIDATES = Parameter("candidate_labels", list, None, "the labels to choose from", required=True)


def threshold(default: float | None) -> Parameter:
    """The least score of what a detector gives."""
    return Parameter("threshold", float, default, "what scores less is left out", "", 0.0, 1.0)
