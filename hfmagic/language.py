"""The language of texts, as ISO 639-1 codes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence


def column_language(texts: Sequence[str], *, sample: int = 60) -> str | None:
    """The language of most texts of a column, from up to `sample` of them; None when no language has a majority."""
    import py3langid

    picked = [t for t in texts if t.strip()][:sample]
    if not picked:
        return None
    (best, count), *_ = Counter(py3langid.classify(t)[0] for t in picked).most_common(1)
    return best if count * 2 > len(picked) else None
