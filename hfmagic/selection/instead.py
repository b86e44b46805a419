"""What a follow-up wants of a model against the one that a step had: bigger, faster, another. Reads facts only."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from ..hub.facts import ModelFacts
from ..limits import size_words
from ..plan import Instead, Step, Want
from ..planners.follow_ups.words import NOTES
from ..tasks.languages import is_language
from .score import count_words

Seconds = Callable[[ModelFacts], float | None]
"""A row's seconds on a model, measured or estimated; None where neither is known."""
Unlike = Callable[[ModelFacts, bool], str]
"""A model, and whether its files were looked at → why it is not what is wanted instead, or an empty string."""
MANY = 3  # languages from which a model is called multilingual
_MULTILINGUAL = frozenset("multilingual xlm mbert mbart mt mdeberta nllb m madlad labse".split())  # noqa: SIM905
_NUMBERED = frozenset({"mt", "m"})  # mt5, m2m100: letters that mean it before a number only
BY_QUALITY: Mapping[str, float] = MappingProxyType({"quality": 1.0})


def unlike(instead: Instead, old: ModelFacts | None, seconds: Sequence[Seconds]) -> Unlike:
    """Why a model is not what is wanted instead of another.

    Parameters are compared, bytes of weights where those are not counted. What is not known rejects, once the model was
    looked at. A better one is any other: the score, by quality alone, puts the best of them first.

    Args:
        old: the model that the step had; None where nobody knows it any more: then any other one will do.
        seconds: ways to know a row's seconds, the surest first; the first that knows both models compares them.
    """

    def reason(facts: ModelFacts, looked_at: bool) -> str:
        if instead.want == "multilingual":
            return "" if is_multilingual(facts) or (not looked_at and not facts.languages) else "is for few languages"
        if facts.model_id == instead.of:
            return "is the one that was used"
        if old is None or instead.want in ("better", "other"):
            return ""
        if instead.want == "faster":
            return _not_faster(facts, old, seconds, looked_at=looked_at)
        return _not_sized(facts, old, instead, looked_at=looked_at)

    return reason


def _not_faster(facts: ModelFacts, old: ModelFacts, seconds: Sequence[Seconds], *, looked_at: bool) -> str:
    """By the first way that knows both; where none does, the smaller one is taken for the faster, as the score does."""
    for of in seconds:
        own, than = of(facts), of(old)
        if own is not None and than is not None:
            return "" if own < than else f"is not faster than {old.model_id}"
    own_size, size = _sizes(facts, old)
    if not own_size or not size:
        return "its speed is not known" if looked_at else ""
    return "" if own_size < size else f"is no smaller than {old.model_id}, and its speed is not known"


def _not_sized(facts: ModelFacts, old: ModelFacts, instead: Instead, *, looked_at: bool) -> str:
    own, than = _sizes(facts, old)
    if not own or not than:
        return "its size is not known" if looked_at else ""
    fits = own > than if instead.want == "bigger" else own < than
    return "" if fits else f"is not {instead.want} than {instead.of} ({size_of(facts)})"


def _sizes(facts: ModelFacts, old: ModelFacts) -> tuple[int, int]:
    """Parameters of both, else bytes of both; 0 where not known."""
    if facts.parameters and old.parameters:
        return facts.parameters, old.parameters
    return facts.weight_bytes, old.weight_bytes


def size_of(facts: ModelFacts) -> str:
    """The size of a model in words."""
    if facts.parameters:
        return f"{count_words(facts.parameters)} parameters"
    return size_words(facts.weight_bytes) if facts.weight_bytes else "size not known"


def is_multilingual(facts: ModelFacts) -> bool:
    """True for a model that says so, in its languages, tags or name, or that names MANY languages."""
    if "multilingual" in (*facts.languages, *facts.tags) or sum(map(is_language, set(facts.languages))) >= MANY:
        return True
    parts = re.findall(r"([a-z]+)(\d*)", facts.model_id.partition("/")[2].lower())
    return not facts.languages and any(w in _MULTILINGUAL and (n or w not in _NUMBERED) for w, n in parts)


_SAID: Mapping[Want, tuple[str, str]] = MappingProxyType(
    {
        "bigger": ("bigger than {0}", "比 {0} 更大的"),
        "smaller": ("smaller than {0}", "比 {0} 更小的"),
        "faster": ("faster than {0}", "比 {0} 更快的"),
        "better": ("better than {0}", "比 {0} 更好的"),
        "other": ("other than {0}", "除 {0} 以外的"),
        "multilingual": ("multilingual", "多语言"),
    }
)
_NEAREST: Mapping[Want, tuple[str, str]] = MappingProxyType(
    {
        "bigger": ("; the largest is {0}", "，最大的是 {0}"),
        "smaller": ("; the smallest is {0}", "，最小的是 {0}"),
        "faster": ("; the fastest is {0}", "，最快的是 {0}"),
    }
)


def unmet(step: Step, fit: Sequence[ModelFacts], kept: str, seconds: Seconds, language: str) -> str:
    """A line for the reader: nothing under the limits is what is wanted; the nearest, and what is used.

    Args:
        fit: what fits the limits, whatever is wanted.
        kept: the id of the model that the step has now.
    """
    if step.instead is None:
        return ""
    want, side = step.instead.want, int(language == "zh")
    nearest = _NEAREST[want][side].format(_nearest(want, fit, seconds).model_id) if want in _NEAREST and fit else ""
    return NOTES["unmet"][side].format(_SAID[want][side].format(step.instead.of), step.id, nearest, kept)


def _nearest(want: str, fit: Sequence[ModelFacts], seconds: Seconds) -> ModelFacts:
    if want == "faster":
        return min(fit, key=lambda m: (seconds(m) or float("inf"), m.model_id))
    key: Callable[[ModelFacts], tuple[int, int, str]] = lambda m: (m.parameters, m.weight_bytes, m.model_id)  # noqa: E731
    return max(fit, key=key) if want == "bigger" else min(fit, key=key)
