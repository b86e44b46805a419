"""The results and the templates of one language: counts, quotes and lists in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..errors import clip, one_line
from ..results import Results, StepResult
from ..streamed import Streamed
from .read import given_values, root_input
from .templates import WORDS, Language, fill

_TITLES = {  # places in the words "titles"
    "summarization": 1,
    "automatic-speech-recognition": 2,
    "translation": 4,
    "image-to-text": 5,
    "image-text-to-text": 6,
    "video-text-to-text": 6,
    "table-question-answering": 6,
    "question-answering": 6,
    "visual-question-answering": 6,
    "document-question-answering": 6,
}


@dataclass(frozen=True)
class Teller:
    """The results and the templates of one language."""

    results: Results
    language: Language

    def say(self, key: str, **values: object) -> str:
        """A template, filled."""
        return fill(WORDS[self.language][key], values)

    def quoted(self, text: object, width: int = 80) -> str:
        """A foreign text in quotes, on one line."""
        return f"“{clip(one_line(str(text)), width)}”"

    def whole(self, result: StepResult) -> str:
        """The rows that a step ran over: "240 reviews", "the 109 selected reviews"."""
        lazy = self.streamed(result)
        count = result.rows or self.given(result)
        every = lazy.rows if lazy else len(result.value) if result.frame is not None else count
        whole = self.rows("selected" if count < every else "all", count, result.frame)
        return self.say("parts", count=f"{self.given(result):,}", whole=whole) if result.step.map else whole

    def streamed(self, result: StepResult) -> Streamed | None:
        """What is known of a column that lies in a file, of which the result holds the first values alone."""
        return self.results.streamed.get(result.step.id)

    def given(self, result: StepResult) -> int:
        """How many values there are, of every row and element."""
        lazy = self.streamed(result)
        return lazy.given if lazy else len(given_values(result))

    def rows(self, key: str, count: int, frame: str | None) -> str:
        """A number of rows of a frame, called by the frame's name where that is a plural."""
        word = (root_input(self.results, frame) or "").replace("_", " ").strip()
        named = word.isascii() and word.endswith("s") and not word.endswith("ss") and len(word) > 3
        if self.language == "zh":
            return self.say(key, count=f"{count:,}", noun=word if named else "数据")
        noun = word if named else "rows"
        return self.say(key, count=f"{count:,}", noun=_singular(noun) if count == 1 else noun)

    def listed(self, items: Sequence[str]) -> str:
        """Items with commas, the last two with "and"."""
        *first, last = items
        return self.say("comma").join(first) + (self.say("and") if first else "") + last

    def more(self, count: int) -> str:
        """How many were not named."""
        return self.say("more", count=f"{count:,}") if count > 0 else ""

    def titles(self, result: StepResult, *, many: bool) -> str:
        """What a text is called: title, summary, transcript, text."""
        title = result.step.parameters.get("style") == "title"
        place = 0 if title and result.step.task == "summarization" else _TITLES.get(result.step.task, 3)
        return WORDS[self.language]["titles"].split("; ")[place].split(", ")[many]


def _singular(noun: str) -> str:
    if noun.endswith("ies"):
        return noun[:-3] + "y"
    return noun[:-2] if noun.endswith(("sses", "xes", "ches", "shes")) else noun[:-1]


def capital(text: str) -> str:
    """With a capital at its beginning."""
    return text[:1].upper() + text[1:]


def shown_number(value: Any) -> str:
    """A cell in words: thousands apart, three significant digits, missing as a dash."""
    if value is None or value != value:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 or value.is_integer() else f"{value:.3g}"
    return clip(one_line(str(value)), 60)
