"""How far an LLM's plan is trusted beside the rules': by the size of the model, as measured. Data and one decision.

Measured with `bench/llm_plans.py` on 27 requests of others (19 of TaskBench, 4 of Hugging Face's agent tests, 4 of
ControlLLM; among them more that the rules refuse than usual) and Qwen2.5-Coder-1.5B-Instruct: in full its plans won 1
and lost 6 against the rules' (right graph: 33 % and 52 %, p = 0.12); checked they won 1 and lost none. It adds steps
that nobody asked for, and takes a neighbouring task.
"""

from __future__ import annotations

import re
from typing import Literal

from ...errors import HFMagicError
from ...plan import Plan

Trust = Literal["full", "checked"]

BY_SIZE: tuple[tuple[float, Trust], ...] = ((3.0, "checked"),)
"""Billions of parameters, at most → trust; a larger model, or one of unknown size, has it in full."""

_SIZE = re.compile(r"(?<![A-Za-z0-9.])(\d{1,4}(?:\.\d{1,3})?)\s?([bBmM])(?![A-Za-z])")


def size_of(model: str) -> float | None:
    """Billions of parameters as a model's name says it: 1.5 for `qwen2.5-coder-1.5b`; None where it does not.

    Of several numbers the largest counts: `30b-a3b` has 30 in all and 3 at work.
    """
    found = [float(number) / (1 if unit in "bB" else 1000) for number, unit in _SIZE.findall(model)]
    return max(found, default=None)


def trust_of(model: str, setting: str = "auto") -> Trust:
    """The trust that a model has. `setting`: `full` or `checked` whatever its size, `auto` by the table."""
    if setting in ("full", "checked"):
        return "full" if setting == "full" else "checked"
    size = size_of(model)
    return "full" if size is None else next((trust for most, trust in BY_SIZE if size <= most), "full")


def is_asked(trust: Trust, ruled: Plan | HFMagicError) -> bool:
    """True where an LLM is asked for a plan: one that is only checked, where the rules have none.

    Where they have one, a small model's other plan was wrong more often, also where the rules left words out.
    """
    return trust == "full" or not isinstance(ruled, Plan)
