"""Let an LLM choose among candidates, from structured facts alone. Knows no limit: code enforces those."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..errors import clip, one_line
from ..llm import LLM
from .endpoint.wire import closed, one_of

MOST_REASON = 120  # characters
_MOST_WORDS = 60  # characters of one fact
_SYSTEM = """\
For each step choose the candidate model that will serve the request best, by its facts: that it is made for the \
step's task and language, its measured metrics (a higher accuracy is better), then downloads and size. The first one \
is what code would take; take another only where its facts are better. Give a reason of at most 15 words that names the fact that decides. Answer with one JSON object.
"""


@dataclass(frozen=True)
class StepToPick:
    """A step and its candidates: facts in numbers, tags and short words; each has its `model_id`."""

    step_id: str
    task: str
    candidates: tuple[Mapping[str, object], ...]

    @property
    def model_ids(self) -> list[str]:
        """The ids that may be chosen."""
        return [str(c["model_id"]) for c in self.candidates]


def pick_models(llm: LLM, request: str, steps: Sequence[StepToPick]) -> dict[str, tuple[str, str]]:
    """Step id → model id and the reason for it, by one question for all steps.

    A step with one candidate is not asked about; one for which the LLM names none of its candidates is left out.

    Raises: NoEndpoint, EndpointUnreachable, EndpointRefused, EndpointSlow, BadAnswer.
    """
    open_steps = [s for s in steps if len(s.candidates) > 1]
    if not open_steps:
        return {}
    schema = closed({s.step_id: closed({"model_id": one_of(s.model_ids), "reason": _TEXT}) for s in open_steps})
    messages = [
        {"role": "system", "content": _SYSTEM},
        {"role": "user", "content": _question(request, open_steps)},
    ]
    value = llm.ask(messages, schema=schema, name="choice")
    chosen = ((s, value.get(s.step_id)) for s in open_steps)
    return {
        step.step_id: (pick["model_id"], _reason(pick.get("reason")))
        for step, pick in chosen
        if isinstance(pick, Mapping) and pick.get("model_id") in step.model_ids
    }


_TEXT: Mapping[str, Any] = {"type": "string"}


def _question(request: str, steps: Sequence[StepToPick]) -> str:
    lines = [f"Request: {one_line(request)}"]
    for step in steps:
        lines.append(f"Step {step.step_id}, {step.task}:")
        lines += [json.dumps(_short(c), ensure_ascii=False) for c in step.candidates]
    return "\n".join(lines)


def _short(facts: object) -> Any:
    """Facts as they are sent: words in one line and clipped, numbers rounded, what is not known left out."""
    if isinstance(facts, Mapping):
        return {_short(str(k)): _short(v) for k, v in facts.items() if v not in (None, "", [], (), {})}
    if isinstance(facts, list | tuple):
        return [_short(v) for v in facts[:12]]
    if isinstance(facts, float):
        return round(facts, 3)
    return facts if isinstance(facts, int) else clip(one_line(str(facts)), _MOST_WORDS)


def _reason(words: object) -> str:
    return clip(one_line(words), MOST_REASON) if isinstance(words, str) else ""
