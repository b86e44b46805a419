"""Sound runners where no starter model exists: a tiny random VITS shows the way, not the voice."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from hfmagic.kinds import Audio
from hfmagic.session import Options, Session


@pytest.fixture
def voice(tmp_path: Path) -> Path:
    """A folder Hub with an untrained voice that reads letters."""
    from transformers import VitsConfig, VitsModel

    folder = tmp_path / "voices" / "org" / "tiny-voice"
    letters = {c: i for i, c in enumerate("_ abcdefghijklmnopqrstuvwxyz'.,!?")}
    settings = VitsConfig(
        vocab_size=len(letters),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        ffn_dim=16,
        flow_size=16,
        spectrogram_bins=9,
        upsample_initial_channel=16,
        upsample_rates=[8, 4],
        upsample_kernel_sizes=[16, 8],
        resblock_kernel_sizes=[3],
        resblock_dilation_sizes=[[1, 3]],
        posterior_encoder_num_wavenet_layers=1,
        prior_encoder_num_flows=1,
        prior_encoder_num_wavenet_layers=1,
        duration_predictor_num_flows=1,
        depth_separable_num_layers=1,
        sampling_rate=8000,
    )
    VitsModel(settings).save_pretrained(folder)
    (folder / "vocab.json").write_text(json.dumps(letters))
    (folder / "tokenizer_config.json").write_text(
        json.dumps({"tokenizer_class": "VitsTokenizer", "phonemize": False, "pad_token": "_", "unk_token": " "})
    )
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
