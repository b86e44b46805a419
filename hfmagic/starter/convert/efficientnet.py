"""EfficientNet-Lite (PyTorch, `weights_only`) → EfficientNetForImageClassification.

transformers has EfficientNet, whose blocks squeeze and excite; the Lite family leaves that out. A squeeze-and-excite
whose gate is always open is the same network: its weights are zero and its last bias is so large that the sigmoid is
1. Measured once against the package's own model: logits equal to 5e-7.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..recipe import Advance, Figure, Job

if TYPE_CHECKING:
    from torch import Tensor

_OPEN = 40.0  # sigmoid(40) is 1.0 in float32
_TWICE = {"n02012849": "crane (bird)", "n03126707": "crane (machine)"}  # a label must lead back to one class
_NORM = ("weight", "bias", "running_mean", "running_var", "num_batches_tracked")


def make(job: Job, advance: Advance) -> tuple[Figure, ...]:
    """Write the network, its 1,000 class names and its preprocessing."""
    import torch
    from transformers import ConvNextImageProcessorPil, EfficientNetConfig, EfficientNetForImageClassification

    names = _class_names(
        (job.source / "synsets.txt").read_text(encoding="utf-8"),
        (job.source / "lemmas.txt").read_text(encoding="utf-8"),
    )
    config = EfficientNetConfig(
        image_size=224,
        width_coefficient=1.0,
        depth_coefficient=1.0,
        hidden_dim=1280,
        hidden_act="relu6",
        dropout_rate=0.2,
        depthwise_padding=[],
        batch_norm_eps=1e-3,
        squeeze_expansion_ratio=0.0,
        id2label=dict(enumerate(names)),
        label2id={name: i for i, name in enumerate(names)},
    )
    model = EfficientNetForImageClassification(config).eval()
    advance("converting", 0.3)
    source = torch.load(job.source / "weights.pth", map_location="cpu", weights_only=True)
    model.load_state_dict(_renamed(source, model.state_dict(), len(model.efficientnet.encoder.blocks)), strict=True)
    model.save_pretrained(job.out)
    # What the weights were evaluated with: the shorter edge to 256, the middle 224 × 224, bicubic, values in [-1, 1].
    ConvNextImageProcessorPil(
        size={"shortest_edge": 224}, crop_pct=0.875, resample=3, image_mean=[127 / 255] * 3, image_std=[128 / 255] * 3
    ).save_pretrained(job.out)
    return ()


def _class_names(synsets: str, lemmas: str) -> list[str]:
    """The 1,000 names in the order of the outputs: WordNet ids by output, words by WordNet id."""
    words = dict(line.split("\t", 1) for line in lemmas.splitlines() if "\t" in line)
    return [_TWICE.get(synset, words[synset]) for synset in synsets.split()]


def _renamed(source: dict[str, Tensor], wanted: dict[str, Tensor], blocks: int) -> dict[str, Tensor]:
    import torch

    new: dict[str, Tensor] = {
        "efficientnet.embeddings.convolution.weight": source["_conv_stem.weight"],
        "efficientnet.encoder.top_conv.weight": source["_conv_head.weight"],
        "classifier.weight": source["_fc.weight"],  # (1000, 1280)
        "classifier.bias": source["_fc.bias"],
    }

    def norm(target: str, origin: str) -> None:
        new.update({f"efficientnet.{target}.{part}": source[f"{origin}.{part}"] for part in _NORM})

    norm("embeddings.batchnorm", "_bn0")
    norm("encoder.top_bn", "_bn1")
    for i in range(blocks):
        to, of = f"encoder.blocks.{i}", f"_blocks.{i}"
        if f"{of}._expand_conv.weight" in source:  # the first block does not expand
            new[f"efficientnet.{to}.expansion.expand_conv.weight"] = source[f"{of}._expand_conv.weight"]
            norm(f"{to}.expansion.expand_bn", f"{of}._bn0")
        depthwise, project = f"{to}.depthwise_conv", f"{to}.projection"
        new[f"efficientnet.{depthwise}.depthwise_conv.weight"] = source[f"{of}._depthwise_conv.weight"]
        norm(f"{depthwise}.depthwise_norm", f"{of}._bn1")
        new[f"efficientnet.{project}.project_conv.weight"] = source[f"{of}._project_conv.weight"]
        norm(f"{project}.project_bn", f"{of}._bn2")
        for part in ("reduce.weight", "reduce.bias", "expand.weight", "expand.bias"):
            key = f"efficientnet.{to}.squeeze_excite.{part}"
            new[key] = torch.full_like(wanted[key], _OPEN if part == "expand.bias" else 0.0)
    return new
