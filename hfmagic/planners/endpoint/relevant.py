"""Which tasks a request may be about, so that an LLM is told of few. Reads words and kinds, never a row.

The prior is the rules': what they plan, what their cues mean, and the ranks of `tasks_of`. A task that no words ask for
may still be meant: the usual ones of each kind are there, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from ...kinds import InputSchema, Kind
from ...tasks import CATALOGUE
from ..cues import cues_in
from ..makers import MAKERS
from ..tasks_of.ranking import tasks_of

MOST_TASKS = 16  # of models; 12 ranks alone held 92 % of the tasks of 124 development requests
MOST_BESIDE = 12  # of models, beside those of tables
_LEAST = 0.1  # of the likeliest task's score; below it no more of them were found

_USUAL: Mapping[Kind, tuple[str, ...]] = MappingProxyType(
    {
        Kind.TEXT: ("text-classification", "zero-shot-classification", "summarization", "text-generation"),
        Kind.IMAGE: ("image-classification", "image-to-text", "visual-question-answering"),
        Kind.AUDIO: ("automatic-speech-recognition", "audio-classification"),
        Kind.VIDEO: ("video-classification", "video-text-to-text"),
    }
)
"""Kind → what is on offer for it whatever the words are."""
_OF_ROWS = ("cluster", "detect-language")
"""What is on offer for texts of a table whatever the words are."""
_CUED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "label": ("text-classification", "image-classification", "video-classification"),
        "see": ("video-classification",),
        "ask-it": ("question-answering", "visual-question-answering"),
        "similarity": ("sentence-similarity",),
        "relevance": ("text-ranking",),
        "redact": ("redact",),
        "ask-table": ("table-question-answering",),
        "crop": ("crop", "object-detection", "zero-shot-object-detection"),
        "pictures-of": ("zero-shot-image-classification",),
        "draw": ("text-to-image",),
        "music": ("text-to-audio",),
        "cluster": ("image-feature-extraction",),
        "objects": ("zero-shot-object-detection",),
        "caption": ("image-text-to-text",),
        "frames": ("frames",),
    }
)
"""Intent → tasks beside its own that the kinds may make of it."""


def relevant(request: str, inputs: Sequence[InputSchema], planned: Iterable[str] = ()) -> list[str]:
    """The tasks of models that a request over inputs may need, likeliest first; at most MOST_TASKS.

    Args:
        planned: tasks that the rules plan.
    """
    kinds = {k for i in inputs for k in (i.kind, *(c.kind for c in i.columns))}
    kinds |= set() if Kind.TABLE in kinds else {Kind.TEXT}  # the request itself is one
    cued = [task for cue in cues_in(request) for task in _tasks(cue.intent)]
    likely = [one for one in tasks_of(request, inputs) if one.task in CATALOGUE][:MOST_TASKS]
    ranked = [one.task for one in likely if one.score >= _LEAST * likely[0].score]
    usual = [task for kind in _USUAL if kind in kinds for task in _USUAL[kind]]
    rows = [*_OF_ROWS] if any(i.kind is Kind.TABLE and i.columns_of(Kind.TEXT) for i in inputs) else []
    sure = [*planned, *cued, *ranked[:4], *rows, *usual, *ranked]
    return [t for t in dict.fromkeys(sure) if t in CATALOGUE]


def _tasks(intent: str) -> Iterable[str]:
    own = (MAKERS[intent].task,) if intent in MAKERS else ()
    return (*own, *_CUED.get(intent, ()))
