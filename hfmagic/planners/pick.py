"""Let an LLM choose among candidates, from structured facts alone. Knows no limit: code enforces those.

Small models cannot compare numbers, so code does: a fact comes with its rank, and what all candidates share is left
out. A reason is one of the chosen model's facts, from a closed list: a free one claimed what was not so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..errors import clip, one_line
from ..llm import LLM
from .endpoint.wire import closed, one_of

MOST_REASON = 90  # characters; of a fact, too
_MOST_WORDS = 40  # characters of a tag, a label or a name
_MOST_LISTED = 8  # tags or labels
_SYSTEM = """\
Choose a model for each step. First read in the request which model it wants:
- "the best": it says nothing about models, or wants good results. Choose number 1.
- "the smallest and fastest": it says fast, quick, quickly, small, light, 快, 小 or the like. Choose the smallest.
- "one for its language" or "one for its subject": it is about French, finance, medicine, tweets, … and a model is \
made for that. Choose that one.
The reason is the fact that decides. Answer with one JSON object.
"""
# The first is what a small model takes when in doubt: with another one first it took that for every request.
_WANTED = ("the best", "the smallest and fastest", "one for its language", "one for its subject")
_NUMBER = re.compile(r"(?<![^\s(])\d+(?:[.,]\d+)*[kmb%]?")
_LOWER_IS_BETTER = frozenset({"wer", "cer", "loss", "perplexity", "error", "mae", "mse", "rmse"})


@dataclass(frozen=True)
class StepToPick:
    """A step and its candidates, best score first: facts in numbers, tags and short words; each has its `model_id`."""

    step_id: str
    task: str
    candidates: tuple[Mapping[str, object], ...]

    @property
    def model_ids(self) -> list[str]:
        """The ids that may be chosen."""
        return [str(c["model_id"]) for c in self.candidates]

    @property
    def facts(self) -> list[tuple[str, list[str]]]:
        """Each model's id with the facts that tell it from the others, in words."""
        return list(zip(self.model_ids, facts_in_words(self.candidates), strict=True))


def pick_models(llm: LLM, request: str, steps: Sequence[StepToPick]) -> dict[str, tuple[str, str]]:
    """Step id → model id and the reason for it, by one question for all steps.

    A step with one candidate is not asked about; one for which the LLM names none of its candidates is left out.

    Raises: NoEndpoint, EndpointUnreachable, EndpointRefused, EndpointSlow, BadAnswer.
    """
    groups = _alike([s for s in steps if len(s.candidates) > 1])
    if not groups:
        return {}
    asked = [group[0] for group in groups]
    messages = [{"role": "system", "content": _SYSTEM}, {"role": "user", "content": _question(request, asked)}]
    schema = closed({"wanted": one_of(_WANTED), **{s.step_id: _choice(s) for s in asked}})
    value = llm.ask(messages, schema=schema, name="choice")
    chosen = ((step, value.get(group[0].step_id)) for group in groups for step in group)
    return {
        step.step_id: (pick["model_id"], _reason(pick.get("reason"), step, pick["model_id"]))
        for step, pick in chosen
        if isinstance(pick, Mapping) and pick.get("model_id") in step.model_ids
    }


def _alike(steps: Sequence[StepToPick]) -> list[list[StepToPick]]:
    """The steps by task and candidates; one of each group is asked about: asked twice, a small model varies."""
    groups: list[list[StepToPick]] = []
    for step in steps:
        same = next((g for g in groups if (g[0].task, g[0].candidates) == (step.task, step.candidates)), None)
        if same is None:
            groups.append([step])
        else:
            same.append(step)
    return groups


def _choice(step: StepToPick) -> Mapping[str, Any]:
    """The schema of a choice: a model, and a fact of its own."""
    pairs = [closed({"model_id": one_of([m]), "reason": one_of(facts or [""])}) for m, facts in step.facts]
    return {"anyOf": pairs}


def _question(request: str, steps: Sequence[StepToPick]) -> str:
    lines = [f"Request: {one_line(request)}"]
    for step in steps:
        lines.append(f"Step {step.step_id}, {step.task}:")
        lines += [f"{n}. {m}{': ' * bool(facts)}{'; '.join(facts)}" for n, (m, facts) in enumerate(step.facts, 1)]
    return "\n".join(lines)


def _reason(words: object, step: StepToPick, model_id: str) -> str:
    """The reason for a model; one that is not so comes after a fact: an endpoint may ignore the schema."""
    said = clip(one_line(words), MOST_REASON) if isinstance(words, str) else ""
    own = dict(step.facts)[model_id]
    if is_borne_out(said, own, model_id):
        return said
    fact = f"{own[0]}; " if own else ""
    return f"{fact}it was said to be “{said}”, which is not so"


def is_borne_out(reason: str, facts: Sequence[str], model_id: str = "") -> bool:
    """False for a reason with a rank or a number that none of the model's facts has; code cannot know the rest."""
    if reason in facts:
        return True
    text, known = reason.lower(), " ".join((*facts, model_id)).lower()
    claimed = [fact for claim, fact in _CLAIMS.items() if re.search(claim, text)]
    claimed += [f"best {name}" for name in re.findall(r"(?:best|highest) (\w+) of", text)]
    return all(fact in known for fact in claimed) and set(_NUMBER.findall(text)) <= set(_NUMBER.findall(known))


# Facts in words


@dataclass(frozen=True)
class _Ranks:
    """How a number is said, and what the highest and the lowest of several is called."""

    highest: str
    lowest: str
    said: Callable[[float], str]


def facts_in_words(candidates: Sequence[Mapping[str, object]]) -> list[list[str]]:
    """What tells each candidate from the others; the first is what code would take."""
    found: list[list[str]] = [["the best by code's score"], *([] for _ in candidates[1:])]
    metrics = [m if isinstance(m := c.get("metrics"), Mapping) else {} for c in candidates]
    for name in dict.fromkeys(name for m in metrics for name in m):
        _add_ranked(found, [m.get(name) for m in metrics], _metric(str(name)))
    rates = [c.get("rows_per_second") for c in candidates]
    measured = all(isinstance(r, int | float) for r in rates)
    _add_ranked(found, rates if measured else [], _RATE)
    _add_ranked(found, [c.get("parameters") for c in candidates], _SIZE if measured else _SIZE_AND_SPEED)
    _add_ranked(found, [c.get("downloads") for c in candidates], _DOWNLOADS)
    for name, said in _OTHERS.items():
        values = [c.get(name) for c in candidates]
        if any(v != values[0] for v in values):
            for facts, value in zip(found, values, strict=True):
                facts += [clip(words, MOST_REASON) for words in (said(value),) if words]
    return found


def _add_ranked(found: Sequence[list[str]], values: Sequence[object], ranks: _Ranks) -> None:
    """Say the number of each candidate that has one, where they differ."""
    numbers = [float(v) if isinstance(v, int | float) and not isinstance(v, bool) else None for v in values]
    known = [n for n in numbers if n is not None]
    if len(set(known)) < 2:
        return
    for facts, number in zip(found, numbers, strict=True):
        if number is not None:
            rank = ranks.highest if number == max(known) else ranks.lowest if number == min(known) else ""
            facts.append(f"{rank} ({ranks.said(number)})" if rank else ranks.said(number))


def _metric(name: str) -> _Ranks:
    shown = clip(one_line(name), _MOST_WORDS)
    ends = f"best {shown} of these", f"worst {shown} of these"
    lower = _LOWER_IS_BETTER & set(shown.lower().replace("-", "_").split("_"))
    return _Ranks(*(ends[::-1] if lower else ends), lambda number: f"{shown} {number:.3g}")


def _rounded(number: float) -> str:
    unit, size = next(((u, s) for u, s in (("B", 1e9), ("M", 1e6), ("k", 1e3)) if number >= s), ("", 1))
    return f"{number / size:.3g}{unit}"


def _listed(name: str) -> Callable[[object], str]:
    def said(values: object) -> str:
        items = values[:_MOST_LISTED] if isinstance(values, list | tuple) else []
        return f"{name} {', '.join(clip(one_line(str(i)), _MOST_WORDS) for i in items)}" if items else ""

    return said


def _parts(value: object) -> str:
    """The parts of a score, best first."""
    parts = sorted(value.items(), key=lambda p: (-p[1], p[0])) if isinstance(value, Mapping) else []
    return f"scores {', '.join(f'{name} {number:.2g}' for name, number in parts)}" if parts else ""


_SIZE_AND_SPEED = _Ranks("the largest and slowest", "the smallest and fastest", lambda n: f"{_rounded(n)} parameters")
_SIZE = _Ranks("the largest", "the smallest", lambda n: f"{_rounded(n)} parameters")
_RATE = _Ranks("the fastest here", "the slowest here", lambda n: f"{_rounded(n)} rows a second")
_DOWNLOADS = _Ranks("most downloads", "fewest downloads", lambda n: f"{_rounded(n)} downloads")
_OTHERS: Mapping[str, Callable[[object], str]] = {
    "past": lambda words: one_line(str(words)) if words else "",
    "parts": _parts,
    "license": lambda words: f"license {clip(one_line(str(words)), _MOST_WORDS)}" if words else "",
    "on_this_machine": lambda here: "already on this machine" if here else "has to be downloaded",
    "languages": _listed("languages"),
    "tags": _listed("tags"),
    "labels": _listed("labels"),
}
"""Fact → how it is said."""
_CLAIMS: Mapping[str, str] = {
    r"\b(fastest|quickest)\b|最快": "fastest",
    r"\bslowest\b|最慢": "slowest",
    r"\b(smallest|lightest|tiniest)\b|最小": "smallest",
    r"\b(largest|biggest)\b|最大": "largest",
    r"\bmost (downloads|downloaded|popular|used)\b|下载(量)?最(多|高)|最(受欢迎|流行)": "most downloads",
    r"\b(fewest|least) downloads\b|下载(量)?最少": "fewest downloads",
    r"\b(best|highest) (by code's )?score\b|(得|评)?分最高": "best by code's score",
    r"\b(already|is) (here|on this machine|downloaded)\b|已(在本机|下载)": "already on this machine",
    r"\bverified\b|已验证": "verified",
}
"""What a reason may claim → the words that are in the facts where it is so."""
