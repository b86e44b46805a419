"""How tiny models that look at pictures are made: random weights, real architectures, the processors made for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tests.hubserver.tiny import tokenizer, write_json

Sizes = Callable[[], dict[str, Any]]
"""Made when the test runs: nested configurations are transformers' objects, which are slow to import."""

SIDE = 32  # pixels
WHOLE = {"size": {"height": SIDE, "width": SIDE}}
EDGE = {"size": {"shortest_edge": 2 * SIDE, "longest_edge": 4 * SIDE}}
CROP = {"size": {"shortest_edge": SIDE + 4}, "crop_size": WHOLE["size"]}
LABELS = {0: "cat", 1: "dog", 2: "parcel"}
NAMED = {"id2label": LABELS, "label2id": {name: i for i, name in LABELS.items()}}
LAYERS = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2}
TEXT = {**LAYERS, "intermediate_size": 32}
VIT = {**TEXT, "image_size": SIDE, "patch_size": 8}
DINO = {**LAYERS, "image_size": SIDE, "patch_size": 8}


def model(name: str, config: str, processor: str, settings: Mapping[str, Any], sizes: Sizes) -> Callable[[Path], None]:
    """What writes a folder with a model of that class and the settings of its image processor."""

    def write(folder: Path) -> None:
        import transformers

        getattr(transformers, name)(getattr(transformers, config)(**sizes())).save_pretrained(folder)
        prepare(folder, processor, settings)

    return write


def prepare(folder: Path, processor: str, settings: Mapping[str, Any]) -> None:
    """A preprocessor_config.json as on the Hub, where it names the class without the library that it draws with."""
    write_json(folder / "preprocessor_config.json", {"image_processor_type": processor, **settings})


def resnet(*stages: int) -> Any:
    """A ResNet that gives the maps of those stages; it stands for the timm model that many detectors have."""
    from transformers import ResNetConfig

    return ResNetConfig(
        embedding_size=8,
        hidden_sizes=[8] * 4,
        depths=[1] * 4,
        layer_type="basic",
        out_features=[f"stage{n}" for n in stages],
    )


def swin() -> Any:
    """A Swin transformer that gives maps of four sizes."""
    from transformers import SwinConfig

    return SwinConfig(
        image_size=SIDE,
        embed_dim=8,
        depths=[1] * 4,
        num_heads=[1] * 4,
        window_size=2,
        out_features=["stage1", "stage2", "stage3", "stage4"],
    )


def detr(width: int = 32, heads: int = 2, stages: tuple[int, ...] = (4,)) -> dict[str, Any]:
    """Sizes of DETR and its kin."""
    return {
        "d_model": width,
        "encoder_layers": 1,
        "decoder_layers": 2,
        "encoder_ffn_dim": 32,
        "decoder_ffn_dim": 32,
        "encoder_attention_heads": heads,
        "decoder_attention_heads": heads,
        "num_queries": 8,
        "backbone_config": resnet(*stages),
        **NAMED,
    }


def clip_tokenizer(folder: Path, length: int = 32) -> None:
    """CLIP's own byte-pair tokenizer over single characters: CLIP pools at its end of text, the largest id."""
    from transformers import CLIPTokenizer

    letters = [*"abcdefghijklmnopqrstuvwxyz.,!?'0123456789"]
    tokens = [*letters, *(f"{x}</w>" for x in letters), "<|startoftext|>", "<|endoftext|>"]
    vocab = {token: i for i, token in enumerate(tokens)}
    CLIPTokenizer(vocab=vocab, merges=[], model_max_length=length).save_pretrained(folder)


CLIP_TEXT = {
    **TEXT,
    "vocab_size": 84,
    "max_position_embeddings": 32,
    "eos_token_id": 83,
    "bos_token_id": 82,
    "pad_token_id": 83,
}


def pair(
    name: str,
    config: str,
    processor: str = "CLIPImageProcessor",
    settings: Mapping[str, Any] = CROP,
    *,
    text: Mapping[str, Any] = CLIP_TEXT,
    vision: Mapping[str, Any] = VIT,
    words: Callable[[Path], None] = clip_tokenizer,
    **own: Any,
) -> Callable[[Path], None]:
    """What writes a model of pictures with their texts, with its tokenizer."""

    def sizes() -> dict[str, Any]:
        return {"text_config": dict(text), "vision_config": dict(vision), **own}

    def write(folder: Path) -> None:
        model(name, config, processor, settings, sizes)(folder)
        words(folder)

    return write


def word_tokenizer(folder: Path) -> None:
    """A tokenizer of words with [CLS] and [SEP]."""
    tokenizer(folder)
