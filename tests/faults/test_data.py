"""Data as users have them: files in other encodings, sounds that were cut, variables that change while a cell runs."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from hfmagic.errors import UnknownKind
from hfmagic.kinds import Kind
from hfmagic.media import open_media
from hfmagic.mpeg import samples_held, samples_named
from hfmagic.recognise import recognise
from hfmagic.runners import registry
from hfmagic.session import Options, Session

REQUEST = "Label the sentiment of each review"
GOOD = "I love this phone, it is great"


@pytest.mark.fault(48)
@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "gb18030"])
def test_a_file_in_another_encoding_says_to_read_it_with_its_encoding(session: Session, tmp_path: Path, encoding: str):
    path = tmp_path / "reviews.csv"
    path.write_bytes(
        'review,n\n"the café is fine — I liked it",1\n"it broke, and 中文 too",2\n'.encode(encoding, "replace")
    )

    with pytest.raises(UnknownKind, match=r"reviews\.csv is not UTF-8") as error:
        session.propose(REQUEST, {}, (str(path),))

    assert "encoding=" in error.value.line
    assert len(error.value.line) <= 200


@pytest.mark.fault(48)
def test_a_file_that_changes_its_encoding_far_down_says_so(session: Session, tmp_path: Path):
    path = tmp_path / "reviews.csv"
    path.write_bytes(b"review\n" + f'"{GOOD}"\n'.encode() * 60_000 + '"a fine café"\n'.encode("cp1252"))

    with pytest.raises(UnknownKind, match="UTF8") as error:  # while it is planned or while it runs: it is read ahead
        raise session.compute(session.propose(REQUEST, {}, (str(path),)))[0].failed["sentiment"]

    assert "encoding=" in error.value.line
    assert len(error.value.line) <= 200


@pytest.mark.fault(48)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_file_in_utf_8_is_read_whole(session: Session, tmp_path: Path, encoding: str):
    path = tmp_path / "reviews.csv"
    path.write_text(f'review\n"{GOOD}, 中文"\n"the café broke — awful"\n', encoding=encoding)

    found = recognise("reviews", path, reader=session.reader)

    assert found.schema.columns[0].name == "review"
    assert found.schema.columns[0].kind is Kind.TEXT


FORMS = {"MP3": "MPEG_LAYER_III", "VORBIS": "VORBIS", "OPUS": "OPUS"}


def sound(samples: int, name: str = "WAV") -> bytes:
    out, hiss = io.BytesIO(), np.random.default_rng(0).uniform(-0.3, 0.3, samples)
    form = "OGG" if name in ("VORBIS", "OPUS") else name
    soundfile.write(out, hiss, 8000, format=form, subtype=FORMS.get(name, "PCM_16"))
    return out.getvalue()


@pytest.mark.fault(50)
@pytest.mark.parametrize("name", ["WAV", "W64", "RF64", "AIFF", "AU", "FLAC", "MP3", "VORBIS", "OPUS"])
def test_a_sound_that_ends_too_early_is_a_reason_and_not_a_shorter_sound(tmp_path: Path, name: str):
    path = tmp_path / f"cut.{name.lower()}"
    content = sound(16_410, name)
    path.write_bytes(content)
    assert len(open_media(path, Kind.AUDIO).samples) == 16_410

    path.write_bytes(content[: -len(content) // 3])
    with pytest.raises(UnknownKind, match=r"cut|not readable"):
        open_media(path, Kind.AUDIO)


@pytest.mark.fault(50)
def test_an_mp3_gives_all_its_sound_or_a_reason_whatever_length_it_names(tmp_path: Path):
    path, whole = tmp_path / "a.mp3", sound(40_000, "MP3")
    tagged = b"ID3\x04\0\0\0\0\0\x0a" + b"\xff\xfb" * 5 + whole + b"TAG" + b"\0" * 125
    path.write_bytes(tagged)
    assert len(open_media(path, Kind.AUDIO).samples) == 40_000

    path.write_bytes(whole + whole)  # the decoder stops at the length that the first of them names
    with pytest.raises(UnknownKind, match=r"a\.mp3 names a wrong length: 40,000 of its 8\d,\d+ samples can be read"):
        open_media(path, Kind.AUDIO)

    start = whole.index(whole[:2], max(whole.find(b"Xing"), whole.find(b"Info")))
    path.write_bytes(whole[start:])  # as from a stream: the length is guessed from the size of the first frame
    with pytest.raises(UnknownKind, match="names a wrong length"):
        open_media(path, Kind.AUDIO)


FRAME = bytes.fromhex("fffb9000") + b"\0" * 413  # of MPEG-1, 128 kbit/s, 44,100 Hz


@pytest.mark.rule(14)
@given(pieces=st.lists(st.one_of(st.binary(max_size=40), st.sampled_from([FRAME, b"\xff\xfb\x90", b"ID3", b"Xing"]))))
def test_the_length_of_an_mp3_is_told_of_any_bytes(pieces: list[bytes]):
    content = b"".join(pieces)
    assert 0 <= samples_held(content) <= 1152 * (len(content) // 24 + 1)
    assert samples_named(content) >= 0
    assert samples_held(FRAME * 9 + content + FRAME * 3) >= samples_held(FRAME * 8)


@pytest.mark.fault(50)
@pytest.mark.parametrize("named", [0xFFFFFFFF, 0x7FFFF000])
def test_a_sound_from_a_pipe_names_no_length_and_is_read(tmp_path: Path, named: int):
    content = sound(4410)
    path = tmp_path / "piped.wav"
    path.write_bytes(content.replace(struct.pack("<4sI", b"data", 8820), struct.pack("<4sI", b"data", named)))

    assert len(open_media(path, Kind.AUDIO).samples) == 4410


def changing(change: Callable[[], object]) -> Mapping[str, Any]:
    """Runners of which the classifier calls a function in the middle of its first forward pass."""
    (runner,) = registry.RUNNERS["text-classification"]
    assert runner.forward is not None
    done: list[object] = []

    def forward(*args: Any) -> Any:
        if not done:
            done.append(change())
        return runner.forward(*args)  # type: ignore[misc]

    return {**registry.RUNNERS, "text-classification": (replace(runner, forward=forward, most=8),)}


def set_cells(names: dict[str, Any]) -> None:
    names["reviews"]["review"] = "awful, it broke"


def set_cell(names: dict[str, Any]) -> None:
    names["reviews"].iloc[:, 0] = "awful, it broke"


def rename(names: dict[str, Any]) -> None:
    names["reviews"].columns = ["other"]


def shorten(names: dict[str, Any]) -> None:
    del names["reviews"]["review"]


def delete(names: dict[str, Any]) -> None:
    del names["reviews"]


def rebind(names: dict[str, Any]) -> None:
    names["reviews"] = [GOOD]


@pytest.mark.fault(56)
@pytest.mark.parametrize("change", [set_cells, set_cell, rename, shorten, delete, rebind])
def test_a_run_works_on_what_its_variable_was(
    session: Session, monkeypatch: pytest.MonkeyPatch, change: Callable[[dict[str, Any]], None]
):
    texts = [f"{GOOD}, part {i}" for i in range(20)]
    names: dict[str, Any] = {"reviews": pd.DataFrame({"review": texts})}
    proposal = session.propose(REQUEST, names, ("reviews",), Options(output="found"))
    monkeypatch.setattr(registry, "RUNNERS", changing(lambda: change(names)))

    results, _ = session.run(proposal, names)

    assert list(names["found"]["review"]) == texts
    assert list(names["found"]["review_sentiment"]) == ["POSITIVE"] * 20
    assert results.failed == {}


@pytest.mark.fault(56)
def test_a_polars_frame_that_changes_meanwhile_is_what_it_was(session: Session, monkeypatch: pytest.MonkeyPatch):
    texts = [f"{GOOD}, part {i}" for i in range(20)]
    names: dict[str, Any] = {"reviews": pl.DataFrame({"review": texts})}
    proposal = session.propose(REQUEST, names, ("reviews",), Options(output="found"))
    monkeypatch.setattr(registry, "RUNNERS", changing(lambda: names["reviews"].drop_in_place("review")))

    session.run(proposal, names)

    assert names["found"]["review"].to_list() == texts


@pytest.mark.fault(56)
def test_what_changed_before_a_run_is_what_runs(session: Session):
    names: dict[str, Any] = {"reviews": pd.DataFrame({"review": [GOOD, GOOD + "!"]})}
    proposal = session.propose(REQUEST, names, ("reviews",), Options(output="found"))
    names["reviews"].loc[1, "review"] = "awful, it broke after a day"

    session.run(proposal, names)
    assert list(names["found"]["review_sentiment"]) == ["POSITIVE", "NEGATIVE"]
