"""Words about a plan in its code: title, function name. Made of what it does, so that no request's language shows."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from types import MappingProxyType

from ..plan import Plan
from .layout import WIDTH, new_name

VERBS: Mapping[str, str] = MappingProxyType(
    {
        "text-classification": "label",
        "zero-shot-classification": "sort",
        "sentence-similarity": "compare",
        "feature-extraction": "embed",
        "summarization": "summarize",
        "text-generation": "answer",
        "automatic-speech-recognition": "transcribe",
        "image-classification": "label",
        "text-to-speech": "speak",
        "token-classification": "find the names in",
        "question-answering": "answer from",
        "table-question-answering": "answer from",
        "text-ranking": "rank",
        "fill-mask": "fill",
        "translation": "translate",
        "zero-shot-image-classification": "sort",
        "object-detection": "find the things in",
        "zero-shot-object-detection": "find things in",
        "image-segmentation": "segment",
        "mask-generation": "cut out",
        "depth-estimation": "measure the depth of",
        "image-feature-extraction": "embed",
        "image-to-text": "describe",
        "image-text-to-text": "read",
        "visual-question-answering": "ask about",
        "document-question-answering": "answer from",
        "video-classification": "label",
        "video-text-to-text": "describe",
        "audio-classification": "label",
        "zero-shot-audio-classification": "sort",
        "text-to-audio": "compose",
        "text-to-image": "draw",
        "image-to-image": "redraw",
        "split": "split",
        "redact": "redact",
        "crop": "crop",
        "frames": "take frames of",
        "filter": "filter",
        "sql": "query",
        "chart": "chart",
        "cluster": "group",
        "detect-language": "detect the language of",
        "template": "fill in",
    }
)
_ON_THE_WAY = frozenset({"feature-extraction", "template", "chart", "filter"})
_MARK = re.compile(r"hfmagic plan [0-9a-f]{16}")


def title(plan: Plan) -> str:
    """What the plan does, in a line, with its hash: "Label, embed, group and chart reviews (hfmagic plan …)."."""
    verbs = list(dict.fromkeys(VERBS[s.task] for s in plan.ordered()))
    names = [i.name for i in plan.inputs if re.fullmatch(r"\w+", i.name)]
    said = f"{_listed(verbs)} {_listed(names)}".strip()
    said = said if len(said) < WIDTH - 53 else f"{verbs[0]} … {verbs[-1]}"
    return f"{said[0].upper()}{said[1:]} (hfmagic plan {plan.hash})."


def has_title(text: str) -> bool:
    """True for a text with such a title near its beginning."""
    return _MARK.search(text[:1000]) is not None


def function_name(plan: Plan, taken: Container[str]) -> str:
    """What the function of a plan is called, such as label_reviews or transcribe_and_summarize_calls."""
    steps = [s.task for s in plan.ordered()]
    main = [VERBS[task] for task in steps if task not in _ON_THE_WAY] or [VERBS[steps[-1]]]
    verbs = list(dict.fromkeys(verb.replace(" ", "_") for verb in main))
    name = "_and_".join(verbs[:: max(len(verbs) - 1, 1)])  # the first and the last
    inputs = [i.name for i in plan.inputs]
    return new_name("_".join([name, *inputs[:1]]), taken, name)


def _listed(words: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))
