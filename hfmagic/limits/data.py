"""What a column asks of a model by itself: its language, and how long its texts are."""

from __future__ import annotations

import math
from collections.abc import Mapping

from ..data_profile import Profile
from ..tasks.languages import is_language
from .limits import Limits

# Measured with the starter models' tokenizers: 4.3 to 4.8 characters of English a token (WordPiece, SentencePiece and
# BPE of 30,000 to 52,000 words), one of Chinese in WordPiece, which cuts it into single characters.
CHARACTERS_PER_TOKEN = 4.0
_DENSE: Mapping[str, float] = dict.fromkeys(("zh", "ja", "ko", "yue"), 1.0)


def limits_of(profile: Profile) -> Limits:
    """Limits that a column's profile gives; they are soft: one that no model meets is a warning, not a reason."""
    tokens = math.ceil(profile.p95_characters / _DENSE.get(profile.language, CHARACTERS_PER_TOKEN))
    return Limits(language=profile.language if is_language(profile.language) else None, input_length=tokens or None)
