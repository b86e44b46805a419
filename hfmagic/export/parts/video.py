"""Moving pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ...film import as_video
from ...film import open_video as read_video
from ...kinds import Video


def open_video(video: Any) -> Video | None:
    """A file, or frames of shape (n, height, width, 3), as frames and their rate; None for what cannot be read."""
    try:
        return read_video(Path(video)) if isinstance(video, str | Path) else as_video(video)
    except (OSError, ValueError, TypeError):
        return None
