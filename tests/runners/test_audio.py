"""Sound runners where no starter model exists: a tiny random VITS shows the way, not the voice."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hfmagic.kinds import Audio
from hfmagic.session import Options, Session
from tests.conformance.tiny_audio import vits


@pytest.fixture
def voice(tmp_path: Path) -> Path:
    """A folder Hub with an untrained voice that reads letters."""
    folder = tmp_path / "voices" / "org" / "tiny-voice"
    folder.mkdir(parents=True)
    vits(folder)
    (folder / "README.md").write_text("---\nlicense: mit\nlanguage: en\npipeline_tag: text-to-speech\n---\n")
    return tmp_path / "voices"


def test_a_voice_in_the_users_folders_reads_aloud(session: Session, voice: Path):
    session.config.hub_dirs = [*session.config.hub_dirs, str(voice)]
    names = {"line": "Good morning to you all."}

    results, said = session.run(session.propose("Read the line aloud.", names, ["line"], Options(output="out")), names)

    assert not results.failed, [e.line for e in results.failed.values()]
    sound = names["out"]
    assert isinstance(sound, Audio)
    assert sound.sampling_rate == 8000
    assert sound.seconds > 0.05
    assert np.isfinite(sound.samples).all()
    assert " s" in said.text
