"""The hash that tells whether a file still is what was written: a script's in its title, a notebook's in its metadata.

It is not there to keep anybody from anything: it tells an edit from none.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

_KEY = "hfmagic"
_TITLE = re.compile(r"(hfmagic plan [0-9a-f]{16})(?:, text ([0-9a-f]{8}))?(?=\))")


def stamped(code: str) -> str:
    """A script or a notebook with the hash of all the rest."""
    if (book := _book(code)) is not None:
        book["metadata"][_KEY] = {"cells": _of_cells(book)}
        return json.dumps(book, ensure_ascii=False, indent=1) + "\n"
    plain = _TITLE.sub(r"\1", code, count=1)
    return _TITLE.sub(rf"\1, text {_hash(plain)}", plain, count=1)


def holds(text: str) -> bool:
    """True for a text with a hash that still is that of all the rest."""
    if (book := _book(text)) is not None:
        kept = book["metadata"].get(_KEY)
        return isinstance(kept, dict) and kept.get("cells") == _of_cells(book)
    found = _TITLE.search(text)
    return found is not None and found[2] == _hash(_TITLE.sub(r"\1", text, count=1))


def _book(text: str) -> dict[str, Any] | None:
    """The notebook that a text is."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    whole = isinstance(found, dict) and isinstance(found.get("cells"), list) and isinstance(found.get("metadata"), dict)
    return found if whole else None


def _of_cells(book: dict[str, Any]) -> str:
    """Of the cells with their outputs: other metadata change by themselves where a notebook is opened and saved."""
    cells = [
        {**cell, "source": _joined(cell.get("source"))} if isinstance(cell, dict) else cell for cell in book["cells"]
    ]
    return _hash(json.dumps(cells, sort_keys=True))


def _joined(source: Any) -> Any:
    """A cell's source as one text: in a file it may be a list of lines."""
    return "".join(map(str, source)) if isinstance(source, list) else source


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]
