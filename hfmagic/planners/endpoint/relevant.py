"""Which tasks a request may be about, so that an LLM is told of few. Reads words and kinds, never a row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from ...kinds import MEDIA, Kind
from ...tasks import CATALOGUE
from ..cues import cues_in
from ..makers import MAKERS

ALWAYS = (
    "text-classification",
    "zero-shot-classification",
    "sentence-similarity",
    "feature-extraction",
    "summarization",
    "text-generation",
    "automatic-speech-recognition",
    "image-classification",
    "text-to-speech",
    "cluster",
    "detect-language",
    "template",
)
"""What is on offer whatever the words are, where the kinds allow it."""

_ASKING = (
    "question-answering",
    "visual-question-answering",
    "document-question-answering",
    "table-question-answering",
)
_ALSO: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "ask": _ASKING,
        "ask-it": _ASKING,
        "page": ("document-question-answering",),
        "look": ("visual-question-answering",),
        "label": ("text-classification", "image-classification", "video-classification"),
        "see": ("video-classification",),
        "generate": ("image-text-to-text", "video-text-to-text"),
        "sort-into": ("zero-shot-image-classification", "zero-shot-audio-classification"),
        "about": ("audio-classification",),
        "embed": ("image-feature-extraction",),
        "cluster": ("image-feature-extraction",),
        "similar-pictures": ("image-feature-extraction",),
        "pictures-of": ("zero-shot-image-classification",),
        "find-things": ("zero-shot-object-detection", "object-detection"),
        "objects": ("object-detection", "zero-shot-object-detection"),
        "segment": ("image-segmentation", "mask-generation"),
        "masks": ("mask-generation", "image-segmentation"),
        "redact": ("redact",),
        "draw": ("text-to-image",),
        "music": ("text-to-audio",),
        "edit": ("image-to-image",),
        "video": ("video-text-to-text",),
        "caption": ("image-text-to-text",),
        "crop": ("crop", "object-detection", "zero-shot-object-detection"),
    }
)
"""Intent → tasks beside its own that the kinds may make of it."""
_USUAL: Mapping[Kind, tuple[str, ...]] = MappingProxyType(
    {
        Kind.IMAGE: ("image-to-text", "visual-question-answering", "zero-shot-image-classification"),
        Kind.AUDIO: ("audio-classification",),
        Kind.VIDEO: ("video-classification", "video-text-to-text"),
        Kind.TEXT: ("translation", "token-classification", "question-answering"),
    }
)
"""Kind → what is on offer for it where the words say nothing that the rules know."""


def relevant(request: str, kinds: Iterable[Kind | None]) -> frozenset[str]:
    """The tasks that a request over things of some kinds may need, reachable or not."""
    kinds = set(kinds)
    intents = [cue.intent for cue in cues_in(request)]
    asked = {task for intent in intents for task in _tasks(intent)}
    found = frozenset({*ALWAYS, *asked})
    for kind in (k for k in kinds if k is not None):
        known = any(kind in CATALOGUE[t].takes.values() for t in asked) if kind in MEDIA else bool(intents)
        found |= frozenset(() if known else _USUAL.get(kind, ()))
    there = kinds | {CATALOGUE[t].gives for t in found - set(ALWAYS)}
    return frozenset(t for t in found if t in ALWAYS or {*CATALOGUE[t].takes.values()} & MEDIA <= there)


def _tasks(intent: str) -> Iterable[str]:
    own = (MAKERS[intent].task,) if intent in MAKERS else ()
    return (*own, *_ALSO.get(intent, ()))
