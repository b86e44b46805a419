"""Keys of rows: what is the same has the same, and nothing else; nobody without the salt can make one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from hfmagic.cache.keys import KEY_BYTES, derived, keys_of
from hfmagic.files import Held
from hfmagic.kinds import Audio, Box, Mask, Segment, Span, Transcript, Video

SECRET = derived(b"salt", "computation")
plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=4)
    | st.binary(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.lists(inner, max_size=3).map(tuple),
    max_leaves=5,
)


def key(value: object, secret: bytes = SECRET) -> bytes | None:
    return keys_of([value], secret)[0]


def typed(value: object) -> object:
    """A value with its type, as 1, 1.0 and True are equal."""
    if isinstance(value, list | tuple):
        return type(value), [typed(v) for v in value]
    return type(value), repr(value)


@given(plain, plain)
def test_two_values_share_a_key_only_where_they_are_the_same(one: object, other: object):
    assert (key(one) == key(other)) == (typed(one) == typed(other))
    assert len(key(one) or b"") == KEY_BYTES


@given(st.text(), st.binary(min_size=1), st.binary(min_size=1))
def test_another_salt_gives_another_key(text: str, one: bytes, other: bytes):
    same = key(text, derived(one, "c")) == key(text, derived(other, "c"))
    assert same == (one == other)


SOUND = np.arange(4, dtype=np.float32)
PICTURE = Image.new("RGB", (2, 3), (1, 2, 3))
TURNED = PICTURE.copy()
TURNED.info["exif"] = b"turned"
DIFFERENT = [
    "a",
    ("a",),
    ["a"],
    ("a", None),
    ("a", "None"),
    b"a",
    "\ud800",
    Transcript("a"),
    Transcript("a", (Segment("a", 0.0, 1.0),)),
    1,
    1.0,
    True,
    SOUND,
    SOUND.astype(np.float64),
    SOUND.reshape(2, 2),
    Audio(SOUND, 16_000),
    Audio(SOUND, 8_000),
    PICTURE,
    PICTURE.resize((3, 2)),
    PICTURE.convert("L"),
    Image.new("RGB", (2, 3), (1, 2, 4)),
    TURNED,
    Video(np.zeros((2, 3, 3, 3), np.uint8), 10.0),
    Video(np.zeros((2, 3, 3, 3), np.uint8), 25.0),
    Held(b"content", "a.png"),
    Held(b"content", "a.wav"),
    (Span("PER", 0.5, 0, 1),),
    (Span("PER", 0.5, 0, 1, "x"),),
    (Box("cat", 0.5, 0, 1, 2, 3),),
    (Mask("cat", 0.5, np.eye(2, dtype=bool)),),
    (Mask("cat", 0.5, np.ones((2, 2), dtype=bool)),),
    {"array": SOUND, "sampling_rate": 8_000},
    {"array": SOUND, "sampling_rate": 16_000},
    pd.DataFrame({"a": [1, 2]}),
    pd.DataFrame({"a": [1, 3]}),
    pd.DataFrame({"b": [1, 2]}),
]


def test_what_is_different_has_different_keys():
    keys = keys_of(DIFFERENT, SECRET)

    assert None not in keys
    assert len(set(keys)) == len(DIFFERENT)
    assert keys == keys_of(DIFFERENT, SECRET)


def test_a_file_counts_by_what_is_in_it(tmp_path: Path):
    one, copy, other = (tmp_path / name for name in ("one.png", "copy.png", "other.png"))
    for path, content in ((one, b"1"), (copy, b"1"), (other, b"2")):
        path.write_bytes(content)

    keys = keys_of([one, copy, other, str(one)], SECRET)

    assert keys[0] == keys[1]
    assert len(set(keys)) == 3


def test_a_file_that_changed_has_another_key(tmp_path: Path):
    path = tmp_path / "a.png"
    path.write_bytes(b"1")
    before = key(path)
    time = path.stat().st_mtime_ns
    path.write_bytes(b"2")
    os.utime(path, ns=(time, time))

    assert key(path) != before


def test_a_file_in_many_rows_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "a.png"
    path.write_bytes(b"1")
    opened = []
    real = Path.open
    monkeypatch.setattr(Path, "open", lambda self, *a, **k: opened.append(self) or real(self, *a, **k))

    keys = keys_of([(path, f"question {i}") for i in range(50)], SECRET)

    assert len(set(keys)) == 50
    assert opened == [path]


def test_a_table_in_many_rows_is_read_once(monkeypatch: pytest.MonkeyPatch):
    import joblib

    real, seen = joblib.hash, []
    monkeypatch.setattr(joblib, "hash", lambda value: seen.append(1) or real(value))
    table = pd.DataFrame({"a": range(10)})

    keys = keys_of([(f"question {i}", table) for i in range(20)], SECRET)

    assert len(set(keys)) == 20
    assert len(seen) == 1


def test_what_cannot_be_told_from_others_has_no_key(tmp_path: Path):
    assert keys_of([tmp_path / "gone.png", lambda: 1, "text"], SECRET)[:2] == [None, None]


def test_keys_are_the_same_in_another_process():
    values = ["text", ("a", None, 1.5), [Span("PER", 0.5, 0, 1)], {"a": 1}]
    code = (
        "from hfmagic.cache.keys import *; from hfmagic.kinds import Span\n"
        "values = ['text', ('a', None, 1.5), [Span('PER', 0.5, 0, 1)], {'a': 1}]\n"
        "print([k.hex() for k in keys_of(values, derived(b'salt', 'computation'))])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert told.stdout.strip() == str([(k or b"").hex() for k in keys_of(values, SECRET)])
