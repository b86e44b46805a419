"""What a row holds as 16 bytes that tell nobody what it is. Knows no file of the cache.

Keyed BLAKE2b (RFC 7693): who lacks the user's salt can guess a row and not see that the guess is right. A file counts
by its content, a picture or an array by its values, another object by joblib's hash of it.
"""

from __future__ import annotations

import hashlib
import io
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..files import Held
from ..kinds import Audio, Box, Label, Mask, Segment, Span, Transcript, Video

if TYPE_CHECKING:
    from hashlib import blake2b

KEY_BYTES = 16
_RECORDS = (Audio, Box, Label, Mask, Segment, Span, Video)
_INFO = ("exif", "icc_profile", "transparency")  # of a picture: what decides how it is turned and converted

Tell = Callable[[bytes], None]


def derived(secret: bytes, *parts: str) -> bytes:
    """32 bytes that follow from a secret and from what they are for."""
    text = "\0".join(f"{len(part)} {part}" for part in parts)
    return hashlib.blake2b(text.encode(), key=hashlib.blake2b(secret).digest(), digest_size=32).digest()


def keys_of(values: Sequence[Any], secret: bytes) -> list[bytes | None]:
    """The key of each value, KEY_BYTES long; None for one that cannot be told from others, such as a file that is gone.

    Two values have one key only where they are of like types and hold the same.
    Args:
        secret: 32 bytes of the user's and of the computation, as `derived` gives.
    """
    text = hashlib.blake2b(key=derived(secret, "text"), digest_size=KEY_BYTES).copy
    other = hashlib.blake2b(key=derived(secret, "other"), digest_size=KEY_BYTES).copy
    told = _Told()
    found: list[bytes | None] = []
    for value in values:
        if type(value) is str:  # most rows are, and there may be a million
            state = text()
            state.update(value.encode("utf-8", "surrogatepass"))
            found.append(state.digest())
        else:
            found.append(_key(value, other(), told))
    return found


def _key(value: Any, state: blake2b, told: _Told) -> bytes | None:
    try:
        told.tell(value, state.update)
    except Exception:  # noqa: BLE001  a value may refuse to be read in any way, and then it is computed again
        return None
    return state.digest()


class _Told:
    """Tells a hash what values hold. What is large is read once, though it stands in many rows: a file, a table."""

    def __init__(self) -> None:
        self._files: dict[tuple[str, int, int], bytes] = {}
        self._objects: dict[int, bytes] = {}

    def tell(self, value: Any, update: Tell) -> None:
        """Feed the type of a value and what it holds, with lengths, so that no two values give the same bytes."""
        handle = next((self._of[c] for c in type(value).__mro__ if c in self._of), None)
        if handle is not None:
            handle(self, value, update)
        elif isinstance(value, _RECORDS):
            self._list([type(value).__name__, *(getattr(value, f.name) for f in fields(value))], update, b"record")
        else:
            digest = self._objects.get(id(value))
            if digest is None:  # the values of a call outlive it, so that an id stays one object's
                digest = self._objects[id(value)] = self._large(value)
            _put(update, b"object", digest)

    def _list(self, values: Sequence[Any], update: Tell, name: bytes) -> None:
        _put(update, name, b"%d" % len(values))
        for value in values:
            self.tell(value, update)

    def _file(self, path: Path, update: Tell) -> None:
        stat = path.stat()
        known = (str(path), stat.st_mtime_ns, stat.st_size)
        if known not in self._files:
            with path.open("rb") as file:
                self._files[known] = _content(file)
        _put(update, b"file", path.suffix.lower().encode() + b"\0" + self._files[known])

    def _large(self, value: Any) -> bytes:
        """A picture, an array, or an object of whatever library, of which only the digest is fed."""
        state = hashlib.blake2b()
        if hasattr(value, "tobytes") and hasattr(value, "mode"):
            value.load()
            palette = getattr(value, "palette", None)
            info = {name: value.info[name] for name in _INFO if name in value.info}
            self.tell(["picture", value.mode, value.size, palette.tobytes() if palette else None, info], state.update)
            state.update(value.tobytes())
        elif type(value).__module__ == "numpy" and value.dtype.kind in "biufcSUmM":
            self.tell([type(value).__name__, value.dtype.str, value.shape], state.update)
            state.update(value.tobytes())
        else:
            import joblib

            name = f"{type(value).__module__}.{type(value).__qualname__}"
            self.tell(["joblib", name, str(joblib.hash(value))], state.update)
        return state.digest()

    _of: Mapping[type, Callable[[_Told, Any, Tell], None]] = {
        type(None): lambda _, __, update: _put(update, b"none", b""),
        bool: lambda _, v, update: _put(update, b"bool", b"%d" % v),
        int: lambda _, v, update: _put(update, b"int", str(v).encode()),
        float: lambda _, v, update: _put(update, b"float", struct.pack("<d", v)),
        Transcript: lambda self, v, update: self._list([str(v), *v.segments], update, b"transcript"),
        str: lambda _, v, update: _put(update, b"str", v.encode("utf-8", "surrogatepass")),
        bytes: lambda _, v, update: _put(update, b"bytes", v),
        tuple: partial(_list, name=b"tuple"),
        list: partial(_list, name=b"list"),
        dict: lambda self, v, update: self._list([x for pair in v.items() for x in pair], update, b"dict"),
        Held: lambda _, v, update: _put(update, b"held", v.suffix.encode() + b"\0" + _content(io.BytesIO(v.content))),
        Path: _file,
    }


def _content(file: io.BufferedReader | io.BytesIO) -> bytes:
    return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=32)).digest()


def _put(update: Tell, name: bytes, content: bytes) -> None:
    update(b"%s %d " % (name, len(content)))
    update(content)
