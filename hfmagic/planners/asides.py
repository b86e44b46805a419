"""Requests in words for what a line does, and no task of a plan: to tune a model, to make an app. The line is named."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from ..errors import NoTaskFits, clip

_ASKS = (
    r"\W*(?:(?:please|now|then|next|help me|can you|could you|let'?s|(?:i|we)(?:'d| would)? (?:want|like|need) to) )*"
)
_ASKS_ZH = r"\W*(?:请|帮我|帮忙|我想|我要|麻烦|再|然后)*"
_IT = r"(?:it|this|that|(?:the|my|our) (?:\w+ )?(?:plan|result|pipeline|model|chain|request|cell)s?)"
_PAGE = r"(?:(?:gradio|web|demo|streamlit) ?)?(?:apps?|dashboard|demo|web ?page|web ?site|gradio|(?:hub |hf )?space)"
_TUNE = re.compile(
    rf"{_ASKS}(?:fine[- ]?tun(?:e|ing)|(?:re-?)?train\b(?=.{{0,60}}\b(?:model|classifier|it)\b.{{0,40}}"
    r"\b(?:on|with|using|from)\b.{0,40}\b(?:labels?|labell?ed|annotat\w+|corrections|ratings)\b))"
    rf"|{_ASKS_ZH}(?:(?:[用拿以按把将对]|基于|根据)[^,，。;；]{{0,20}})?微调"
    rf"|{_ASKS_ZH}(?:[用拿以按]|基于|根据)[^,，。;；]{{0,20}}(?:标签|标注)[^,，。;；]{{0,10}}训练",
    re.IGNORECASE,
)
_APP = re.compile(
    rf"{_ASKS}(?:(?:turn|make|deploy|publish|export|wrap|ship|serve|share) {_IT} (?:in|into|as|to|on|behind|with) "
    rf"(?:an? |the )?{_PAGE}\b"
    rf"|(?:make|build|create|write|generate|give me) (?:me )?(?:an? )?(?:small |simple )?{_PAGE} "
    rf"(?:of|from|for|out of|around|with) {_IT}\b"
    rf"|deploy {_IT}\W*$)"
    rf"|{_ASKS_ZH}(?:[把将])?[^,，。;；]{{0,12}}?(?:做|变|转|改|导出|部署|发布|包装)(?:成|为|到)[^,，。;；]{{0,8}}"
    rf"(?:应用|网页|网站|演示|仪表[板盘]|看板|space|gradio)|{_ASKS_ZH}部署(?:它|这个|一下)?\W*$",
    re.IGNORECASE,
)
ASIDES: Mapping[re.Pattern[str], tuple[str, str]] = MappingProxyType(
    {
        _TUNE: (
            "a line tunes the model of a step",
            "run a %%hf cell over the labelled rows, then %hf tune STEP --labels COLUMN",
        ),
        _APP: (
            "a line makes an app of the last plan",
            "run the %%hf cell that it is to be made of, then %hf app FOLDER",
        ),
    }
)
"""What is asked for → what does it, and how to get there."""


def check_no_aside(text: str) -> None:
    """Raise NoTaskFits where a clause asks for what a line does: it names the line."""
    for pattern, (does, hint) in ASIDES.items():
        if pattern.match(text):
            raise NoTaskFits(f"{clip(' '.join(text.split()), 60)!r} is no task of a plan: {does}.", hint=hint)
