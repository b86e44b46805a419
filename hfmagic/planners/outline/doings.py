"""What a request can ask of single values: doings, each with its tag of the Hub and what it reads and gives. Data only.

A doing is finer than a tag: to edit a picture and to enlarge one are both `image-to-image`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ...kinds import Kind

TEXT, IMAGE, AUDIO, VIDEO = Kind.TEXT, Kind.IMAGE, Kind.AUDIO, Kind.VIDEO


@dataclass(frozen=True, slots=True)
class Doing:
    """One thing to do.

    `takes` maps a slot to its kind, the main one first; labels, spans and boxes that a task gives count as text, masks
    as a picture: that is how the next part reads them.
    """

    task: str
    takes: Mapping[str, Kind]
    gives: Kind

    @property
    def kinds(self) -> frozenset[Kind]:
        """The kinds that it can read."""
        return frozenset(self.takes.values())


def _doing(task: str, gives: Kind, **takes: Kind) -> Doing:
    return Doing(task, MappingProxyType(takes), gives)


DOINGS: Mapping[str, Doing] = MappingProxyType(
    {
        "transcribe": _doing("automatic-speech-recognition", TEXT, audio=AUDIO),
        "speak": _doing("text-to-speech", AUDIO, text=TEXT),
        "compose": _doing("text-to-audio", AUDIO, text=TEXT),
        "clean": _doing("audio-to-audio", AUDIO, audio=AUDIO),
        "hear": _doing("audio-classification", TEXT, audio=AUDIO),
        "detect": _doing("object-detection", TEXT, image=IMAGE),
        "see": _doing("image-classification", TEXT, image=IMAGE),
        "sort-pictures": _doing("zero-shot-image-classification", TEXT, image=IMAGE),
        "enhance": _doing("image-to-image", IMAGE, image=IMAGE),
        "edit": _doing("image-to-image", IMAGE, image=IMAGE, text=TEXT),
        "read": _doing("image-to-text", TEXT, image=IMAGE),
        "caption": _doing("image-to-text", TEXT, image=IMAGE),
        "draw": _doing("text-to-image", IMAGE, text=TEXT),
        "film": _doing("text-to-video", VIDEO, text=TEXT),
        "animate": _doing("image-to-video", VIDEO, image=IMAGE),
        "look": _doing("visual-question-answering", TEXT, image=IMAGE, question=TEXT),
        "page": _doing("document-question-answering", TEXT, image=IMAGE, question=TEXT),
        "segment": _doing("image-segmentation", IMAGE, image=IMAGE),
        "depth": _doing("depth-estimation", IMAGE, image=IMAGE),
        "table": _doing("tabular-classification", TEXT, image=IMAGE),
        "entities": _doing("token-classification", TEXT, text=TEXT),
        "translate": _doing("translation", TEXT, text=TEXT),
        "summarize": _doing("summarization", TEXT, text=TEXT),
        "answer": _doing("question-answering", TEXT, text=TEXT, question=TEXT),
        "chat": _doing("text-generation", TEXT, text=TEXT),
        "write": _doing("text-generation", TEXT, text=TEXT),
        "compare": _doing("sentence-similarity", TEXT, text=TEXT, sentence=TEXT),
        "judge": _doing("text-classification", TEXT, text=TEXT),
        "sort": _doing("zero-shot-classification", TEXT, text=TEXT),
        "watch": _doing("video-classification", TEXT, video=VIDEO),
        "explain-video": _doing("video-text-to-text", TEXT, video=VIDEO, text=TEXT),
    }
)
"""Name → doing."""

TO_TEXT: Mapping[Kind, str] = MappingProxyType({AUDIO: "transcribe", IMAGE: "read", VIDEO: "explain-video"})
"""What is taken for granted where a text is wanted and there is only sound or a picture."""

DRAWN = frozenset({"depth", "segment"})
"""What can be meant of a picture only: where there is a text and no picture, the text is drawn first."""
