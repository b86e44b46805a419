"""Each format is read as its own library wrote it."""

from __future__ import annotations

import io
import struct
import tarfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hfmagic.starter.convert.ctranslate2 import read_arrays

KINDS = ("float32", "int8", "int16", "int32", "float16")


def ctranslate2_file(arrays: dict[str, np.ndarray], aliases: dict[str, str] | None = None, version: int = 6) -> bytes:
    """What CTranslate2's own converter writes, ModelSpec._serialize."""

    def text(value: str) -> bytes:
        return struct.pack("<H", len(value) + 1) + value.encode() + b"\0"

    data = struct.pack("<I", version) + text("WhisperSpec") + struct.pack("<II", 3, len(arrays))
    for name, array in arrays.items():
        data += text(name) + struct.pack("<B", array.ndim) + struct.pack(f"<{array.ndim}I", *array.shape)
        data += struct.pack("<BI", KINDS.index(array.dtype.name), array.nbytes) + array.tobytes()
    data += struct.pack("<I", len(aliases or {}))
    return data + b"".join(text(alias) + text(name) for alias, name in (aliases or {}).items())


shapes = st.lists(st.integers(1, 4), max_size=3).map(tuple)
arrays = st.builds(
    lambda shape, kind: np.arange(np.prod(shape, dtype=int)).reshape(shape).astype(kind), shapes, st.sampled_from(KINDS)
)


@settings(deadline=None)  # other work runs on the same cores
@given(st.dictionaries(st.text("abc/_", min_size=1, max_size=8), arrays, max_size=4))
def test_every_array_of_a_ctranslate2_file_comes_back(tmp_path_factory, wanted):
    path = tmp_path_factory.mktemp("ct2") / "model.bin"
    path.write_bytes(ctranslate2_file(wanted))
    found = read_arrays(path)

    assert set(wanted) == set(found)
    for name, array in wanted.items():
        assert (array.shape, array.dtype) == (found[name].shape, found[name].dtype)
        assert np.array_equal(array, found[name])


def test_an_alias_is_the_same_array(tmp_path):
    (tmp_path / "model.bin").write_bytes(ctranslate2_file({"a": np.ones(2, np.float32)}, {"b": "a"}))

    assert read_arrays(tmp_path / "model.bin")["b"].tolist() == [1.0, 1.0]


def test_another_version_is_refused(tmp_path):
    (tmp_path / "model.bin").write_bytes(ctranslate2_file({}, version=7))

    with pytest.raises(ValueError, match="version 7 of the CTranslate2 format, wanted 6"):
        read_arrays(tmp_path / "model.bin")


@settings(deadline=None)  # other work runs on the same cores
@given(st.integers(0, 60))
def test_a_file_that_ends_early_is_refused(tmp_path_factory, length):
    path = tmp_path_factory.mktemp("ct2") / "model.bin"
    whole = ctranslate2_file({"weight": np.ones((2, 3), np.float32)}, {"b": "weight"})
    path.write_bytes(whole[: min(length, len(whole) - 1)])

    with pytest.raises(ValueError, match="ends early"):
        read_arrays(path)


@settings(deadline=None)  # other work runs on the same cores
@given(st.integers(1, 4), st.integers(1, 4), st.integers(1, 3))
def test_rotary_rows_return_to_where_llama_cpp_took_them_from(heads, half, columns):
    import torch

    from hfmagic.starter.convert.gguf import _unrotated

    weight = torch.arange(heads * half * 2 * columns, dtype=torch.float32).view(heads * half * 2, columns)
    # llama.cpp, convert_hf_to_gguf.py, LlamaModel.permute
    stored = weight.reshape(heads, 2, half, columns).swapaxes(1, 2).reshape(weight.shape)

    assert torch.equal(weight, _unrotated(stored, heads))


def test_the_first_token_alone_is_what_the_whole_layer_gives_there():
    import torch
    from transformers import BertConfig
    from transformers.models.bert.modeling_bert import BertLayer

    from hfmagic.starter.train.sentiment import _at_first

    torch.manual_seed(0)
    config = BertConfig(hidden_size=16, num_attention_heads=4, intermediate_size=32, attn_implementation="sdpa")
    layer = BertLayer(config).eval()
    hidden = torch.randn(3, 5, 16)
    mask = torch.tensor([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0], [1, 0, 0, 0, 0]])[:, None, None, :].bool()

    assert torch.allclose(layer(hidden, mask)[:, :1], _at_first(layer, hidden, mask), atol=1e-6)


def snippets_archive(path: Path, rows: dict[str, list[str]]) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name, lines in rows.items():
            content = "\n".join(lines).encode("latin-1")
            entry = tarfile.TarInfo(f"hutto_ICWSM_2014/{name}_GroundTruth.txt")
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return path


def test_snippets_are_split_the_same_way_each_time_and_no_amazon_sentence_is_trained_on(tmp_path):
    from hfmagic.starter.train.snippets import read_snippets

    rated = [f"{i}\t{'2.5' if i % 2 else '-1.5'}\tsentence {i}" for i in range(100)]
    archive = snippets_archive(
        tmp_path / "snippets.tar.gz",
        {
            "movieReviewSnippets": rated,
            "tweets": ["1\t0.4\tneither", "2\t3.0\tlove &amp; peace", "3\t3.0\tbought there"],
            "nytEditorialSnippets": ["no rating"],
            "amazonReviewSnippets": ["1_1\t-2.0\ttoo slow", "1_2\t3.0\tbought there"],
        },
    )
    snippets = read_snippets(archive)
    texts = {s.text: s.positive for s in (*snippets.train, *snippets.held_out)}

    assert snippets == read_snippets(archive)
    assert [s.text for s in snippets.amazon] == ["too slow", "bought there"]
    assert not {s.text for s in snippets.train} & {s.text for s in (*snippets.held_out, *snippets.amazon)}
    assert len(snippets.held_out) == 10
    assert texts["love & peace"] is True
    assert texts["sentence 2"] is False
    assert "neither" not in texts


def test_the_vocabulary_has_every_letter_and_the_most_frequent_words_first():
    from hfmagic.starter.train.snippets import Snippet
    from hfmagic.starter.train.tiny import _vocabulary

    found = _vocabulary([Snippet("Good good bad!", positive=True)])
    pieces = sorted(found, key=found.__getitem__)

    assert pieces[:5] == ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    assert pieces[-2:] == ["good", "bad"]
    assert {"g", "##d", "!"} <= set(pieces)


def test_every_class_of_the_image_model_has_a_name_of_its_own():
    from hfmagic.starter.convert.efficientnet import _class_names

    lemmas = "n02012849\tcrane\nn03126707\tcrane\nn01440764\ttench, Tinca tinca\n"

    assert _class_names("n02012849\nn01440764\nn03126707\n", lemmas) == [
        "crane (bird)",
        "tench, Tinca tinca",
        "crane (machine)",
    ]
