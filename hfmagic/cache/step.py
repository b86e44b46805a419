"""What one step looks up and leaves behind. Its shards are on a shelf; no cell ever fails for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..kinds import Kind
from .keys import keys_of
from .shelf import SHARD_ROWS, Shelf

SHARD_SECONDS = 30.0
SHARD_BYTES = 1 << 25  # of values that wait in memory: a thousand pictures would be too many
_BYTES_OF: Mapping[Kind, Callable[[Any], int]] = {
    Kind.TEXT: len,
    Kind.EMBEDDING: lambda array: array.nbytes,
    Kind.IMAGE: lambda image: image.width * image.height * 4,
    Kind.AUDIO: lambda sound: sound.samples.nbytes,
    Kind.VIDEO: lambda video: video.frames.nbytes,
    Kind.MASK: lambda masks: sum(m.mask.size for m in masks) // 8,
}


class StepCache:
    """Results of one computation, by the content of their rows.

    Args:
        secret: 32 bytes from the user's salt and the computation; without a shelf there is nothing to find or keep.
        told: is given what went wrong, in words.
        written: is called after a shard.
        clock: seconds, from any start.
    """

    def __init__(
        self,
        shelf: Shelf | None,
        *,
        secret: bytes = b"",
        told: Callable[[str], None] = lambda _: None,
        written: Callable[[], None] = lambda: None,
        clock: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self._shelf, self._secret, self._told, self._written, self._clock = shelf, secret, told, written, clock
        self._waiting: dict[bytes, Any] = {}
        self._bytes = 0
        self._since = 0.0
        self._is_full = False

    @property
    def is_empty(self) -> bool:
        """True where nothing can be found."""
        return self._shelf is None or not (self._shelf.shards or self._waiting)

    def keys(self, values: Sequence[Any]) -> list[bytes | None]:
        """16 bytes that stand for what a row holds; None for one that cannot be told from others."""
        if self._shelf is None:
            return [None] * len(values)
        return keys_of(values, self._secret)

    def find(self, keys: Sequence[bytes | None]) -> dict[int, Any]:
        """The positions of the keys that have a result, and the result as it was computed."""
        if self._shelf is None:
            return {}
        wanted = list(dict.fromkeys(key for key in keys if key is not None and key not in self._waiting))
        found = dict(self._waiting)
        try:
            found.update(self._shelf.read(wanted) if wanted else {})
        except Exception as error:  # noqa: BLE001  what cannot be read is computed again
            self._told(f"results of earlier runs cannot be read ({error})")
        return {i: found[key] for i, key in enumerate(keys) if key is not None and key in found}

    def add(self, keys: Sequence[bytes | None], values: Sequence[Any]) -> None:
        """Keep results: written when there are SHARD_ROWS of them, or the first has waited for SHARD_SECONDS."""
        if self._shelf is None or self._is_full:
            return
        if not self._waiting:
            self._since = self._clock()
        new = {key: value for key, value in zip(keys, values, strict=True) if key is not None and value is not None}
        self._waiting.update(new)
        self._bytes += sum(map(self._bytes_of, new.values())) if self._shelf.note.kind in _BYTES_OF else 0
        waited = self._clock() - self._since
        if len(self._waiting) >= SHARD_ROWS or self._bytes >= SHARD_BYTES or not 0 <= waited < SHARD_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Write what waits. What was written waits no longer; after an interrupt in the middle, it is written again."""
        if self._shelf is None or not self._waiting:
            return
        values = dict(self._waiting)
        try:
            self._shelf.write(values)
            self._written()
        except OSError as error:
            self._told(f"results cannot be kept ({error.strerror or error}): they will be computed again")
            self._is_full = True  # a disk that failed once is not asked again before the next step
        except Exception as error:  # noqa: BLE001  results that cannot be kept are results all the same
            self._told(f"results cannot be kept ({type(error).__name__}): they will be computed again")
        self._waiting = {key: value for key, value in self._waiting.items() if key not in values}
        self._bytes = 0

    def _bytes_of(self, value: Any) -> int:
        try:
            return int(_BYTES_OF[self._shelf.note.kind](value))  # type: ignore[union-attr]
        except (AttributeError, TypeError):  # a value of another type, which will not fit
            return 0
