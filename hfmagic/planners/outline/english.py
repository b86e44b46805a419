"""What English says for each doing: patterns as data, the first doing that claims a place has it.

In a pattern `~` is a gap of up to 40 characters in one sentence, `@` one without a comma or an "and", and `<X>` one of
the WORDS. STRONG patterns ask for a thing; WEAK ones speak of it as there already ("the translated text"), which asks
for it only where nothing else does. A group `at` is where the doing is said, if not where the pattern begins.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from . import english_asked, english_changed, english_made, english_seen, english_sound, english_texts
from .english_weak import WEAK
from .english_words import AUD, DOCUMENT, IMG, TALK, VID, WORDS

STRONG: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        **english_sound.STRONG,
        **english_seen.STRONG,
        **english_texts.STRONG,
        **english_made.STRONG,
        **english_changed.STRONG,
        **english_asked.STRONG,
    }
)
"""Doing → patterns; `ask`, `class` and `better` become a doing by what they are said of."""

__all__ = ["AUD", "DOCUMENT", "IMG", "STRONG", "TALK", "VID", "WEAK", "WORDS"]
