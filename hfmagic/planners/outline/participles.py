"""English participles that ask for a doing: "once you have turned it", "I want it transcribed"; places stay."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

_VERBS = (
    "abridge add adjust alter analyze analyse answer apply assess boost box brighten caption "
    "categorize categorise change "
    "classify clean colorize compare compose condense convert count create crop darken delete denoise depict derive "
    "describe detect determine divide edit eliminate enhance enlarge erase estimate extract filter flag generate "
    "highlight identify illustrate improve increase insert isolate label locate mark mask measure "
    "modify name narrate "
    "outline paint paraphrase partition perform pronounce recite recognize recognise reduce remove repaint "
    "rephrase replace reply restore restyle retouch reword scale segment separate sharpen shorten sketch sort spot "
    "stylize summarize summarise swap tag transcribe transform translate turn upscale visualize "
    "visualise vocalize voice"
)
_IRREGULAR = MappingProxyType(
    {
        "cut": "cut",
        "drawn": "draw",
        "found": "find",
        "made": "make",
        "put": "put",
        "read": "read",
        "rewritten": "rewrite",
        "said": "say",
        "spoken": "speak",
        "split": "split",
        "swapped": "swap",
        "spotted": "spot",
        "cropped": "crop",
        "tagged": "tag",
        "flagged": "flag",
        "written": "write",
        "summed": "sum",
    }
)


def _past(verb: str) -> str:
    if verb.endswith("e"):
        return f"{verb}d"
    return f"{verb[:-1]}ied" if verb.endswith("y") and verb[-2] not in "aeiou" else f"{verb}ed"


_BASES: Mapping[str, str] = MappingProxyType({**{_past(v): v for v in _VERBS.split()}, **_IRREGULAR})
_DONE = re.compile(
    r"(?P<before>\b(?:once|after|when|until|as soon as) (?:you|it|they|this|that|he|she|i|we|the "
    r"\w+)(?:'ve| have|'s| has| is| are)?"
    r"(?: been)? |\b(?:having|having been|being|to be|should be|must be|could be|can be|needs to be|be) "
    r"|\b(?:want|need|like|love|have|get|getting|wish) (?:it|them|this|that) )"
    rf"(?P<done>{'|'.join(sorted(_BASES, key=len, reverse=True))})\b",
    re.IGNORECASE,
)


def as_verbs(text: str) -> str:
    """A text of the same length in which each participle that asks for a doing is the verb, behind spaces."""
    return _DONE.sub(lambda m: m["before"] + _BASES[m["done"].lower()].rjust(len(m["done"])), text)


def begin(text: str, start: int, verbs: str) -> int:
    """Where a word of `text` begins whose verb stands at `start` of `verbs`."""
    while start and text[start] != " " and verbs[start - 1] == " " != text[start - 1]:
        start -= 1
    return start
