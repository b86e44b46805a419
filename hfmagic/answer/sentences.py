"""An answer as a value: sentences, the steps they rest on, and who put them into words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self


@dataclass(frozen=True, slots=True)
class Phrase:
    """A sentence, and the step whose output its numbers come from.

    `caveat`: it says what went wrong or is missing. No LLM rewrites such a sentence, or is sent it.
    """

    text: str
    step_id: str | None = None
    caveat: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """Sentences in the order in which they are read; `step_ids` gives each step its number, as in the plan's table.

    `by` is the LLM that phrased them, empty for the templates; `note` is what a reader should know of that, such as why
    it did not; `would_share` are the sentences that an LLM elsewhere would be sent, once agreed to.
    """

    phrases: tuple[Phrase, ...]
    step_ids: tuple[str, ...] = ()
    by: str = ""
    note: str = ""
    would_share: tuple[str, ...] = ()

    def number(self, phrase: Phrase) -> int | None:
        """The number of the step that a sentence rests on."""
        return self.step_ids.index(phrase.step_id) + 1 if phrase.step_id in self.step_ids else None

    @property
    def text(self) -> str:
        """All sentences as plain text, each with its step's number."""
        return " ".join(f"{p.text} [{number}]" if (number := self.number(p)) else p.text for p in self.phrases)

    @property
    def facts(self) -> tuple[Phrase, ...]:
        """The sentences that say what was found."""
        return tuple(p for p in self.phrases if p.step_id in self.step_ids and not p.caveat)

    def unphrased(self, note: str, would_share: Sequence[str] = ()) -> Self:
        """The same sentences, with the reason why no LLM phrased them."""
        return replace(self, by="", note=note, would_share=tuple(would_share))
