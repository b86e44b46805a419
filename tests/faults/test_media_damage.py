"""Sounds that a decoder gives less of than their headers name: no sample is made of what lay in memory."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from hfmagic.errors import HFMagicError
from hfmagic.kinds import Kind
from hfmagic.media import open_media
from hfmagic.sounds import as_audio
from tests.faults.test_data import sound

FORMS = ("MP3", "VORBIS", "OPUS", "FLAC", "WAV")
WHOLE = {name: sound(30_000, name) for name in FORMS}
LEFT = 0.77  # lies in memory before a sound is read into it


@pytest.mark.fault(50)
@pytest.mark.filterwarnings("error")
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.parametrize("name", FORMS)
@given(changed=st.lists(st.tuples(st.floats(0, 0.99), st.integers(0, 255)), max_size=3), kept=st.floats(0.5, 1))
@example(changed=[], kept=0.8)
@example(changed=[(0.6, 0), (0.7, 255), (0.8, 0)], kept=1.0)
def test_no_sound_is_longer_than_what_was_decoded(
    tmp_path: Path, name: str, changed: list[tuple[float, int]], kept: float
):
    content = bytearray(WHOLE[name])
    for at, byte in changed:
        content[int(at * len(content))] = byte
    path = tmp_path / "odd.wav"
    path.write_bytes(content[: int(kept * len(content))])
    left = [np.full(30_000, LEFT, np.float32) for _ in range(4)]
    left.clear()  # the next array may lie where they were

    found, line = None, ""
    try:
        found = open_media(path, Kind.AUDIO).samples
    except HFMagicError as error:
        line = error.line

    assert "\n" not in line
    assert len(line) <= 200
    if found is None:
        return
    with soundfile.SoundFile(io.BytesIO(path.read_bytes())) as file:
        assert len(found) == len(file.read())


@pytest.mark.fault(50)
@pytest.mark.filterwarnings("error")
def test_samples_beyond_all_bounds_are_bounded_and_warn_of_nothing(tmp_path: Path):
    loud = np.zeros((800, 2), np.float32)
    loud[5], loud[6] = (np.inf, -np.inf), (3e38, 3e38)
    soundfile.write(tmp_path / "loud.wav", loud, 8000, subtype="FLOAT")

    for found in (open_media(tmp_path / "loud.wav", Kind.AUDIO), as_audio(loud, 8000)):
        assert found.samples[4:8].tolist() == [0.0, 0.0, 1.0, 0.0]
    assert as_audio(np.full(9, 1e300), 8000).samples.tolist() == [1.0] * 9
