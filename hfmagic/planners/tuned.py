"""Requests to tune a model in words: no task of a plan, but a line of its own, which is named."""

from __future__ import annotations

import re

from ..errors import NoTaskFits, clip

_ASKS = (
    r"\W*(?:(?:please|now|then|next|help me|can you|could you|let'?s|(?:i|we)(?:'d| would)? (?:want|like|need) to) )*"
)
_TUNE = re.compile(
    rf"{_ASKS}(?:fine[- ]?tun(?:e|ing)|(?:re-?)?train\b(?=.{{0,60}}\b(?:model|classifier|it)\b.{{0,40}}"
    r"\b(?:on|with|using|from)\b.{0,40}\b(?:labels?|labell?ed|annotat\w+|corrections|ratings)\b))"
    r"|\W*(?:请|帮我|帮忙|我想|我要|麻烦|再|然后)*(?:(?:[用拿以按把将对]|基于|根据)[^,，。;；]{0,20})?微调"
    r"|\W*(?:请|帮我|我想|我要|麻烦|再|然后)*(?:[用拿以按]|基于|根据)[^,，。;；]{0,20}(?:标签|标注)[^,，。;；]{0,10}训练",
    re.IGNORECASE,
)


def check_no_tuning(text: str) -> None:
    """Raise NoTaskFits where a clause asks for a model to be tuned: it names the line that does it."""
    if _TUNE.match(text):
        raise NoTaskFits(
            f"{clip(' '.join(text.split()), 60)!r} is no task of a plan: a line tunes the model of a step.",
            hint="run a %%hf cell over the labelled rows, then %hf tune STEP --labels COLUMN",
        )
