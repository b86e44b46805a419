"""Tiny models that find, cut out and measure what is in a picture."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from .tiny_vision import (
    CLIP_TEXT,
    CROP,
    DINO,
    EDGE,
    LAYERS,
    NAMED,
    SIDE,
    TEXT,
    VIT,
    WHOLE,
    clip_tokenizer,
    detr,
    model,
    pair,
    resnet,
    swin,
    word_tokenizer,
)

Make = Callable[[Path], None]
DEEP = {**VIT, "num_hidden_layers": 4}
NECK = {"neck_hidden_sizes": [8] * 4, "fusion_hidden_size": 8, "reassemble_factors": [4, 2, 1, 0.5]}
DPT = {**DEEP, **NECK, "backbone_out_indices": [0, 1, 2, 3], "is_hybrid": False}
MOBILE = {"image_size": SIDE, "hidden_sizes": [8] * 3, "neck_hidden_sizes": [4, 4, 8, 8, 8, 8, 8]}
SEGFORMER = {
    "num_encoder_blocks": 2,
    "depths": [1, 1],
    "sr_ratios": [2, 1],
    "hidden_sizes": [8, 8],
    "patch_sizes": [3, 3],
    "strides": [2, 2],
    "num_attention_heads": [1, 2],
    "mlp_ratios": [2, 2],
    "decoder_hidden_size": 8,
}
LARGE = {"size": {"shortest_edge": 128, "longest_edge": 256}}
KEPT = {**WHOLE, "keep_aspect_ratio": True, "ensure_multiple_of": 8}


def _rt() -> dict[str, Any]:
    return {
        "encoder_in_channels": [8] * 3,
        "encoder_hidden_dim": 16,
        "encoder_ffn_dim": 32,
        "encoder_attention_heads": 2,
        "decoder_attention_heads": 2,
        "decoder_layers": 2,
        "decoder_ffn_dim": 32,
        "decoder_in_channels": [16] * 3,
        "d_model": 16,
        "num_queries": 8,
        "num_denoising": 0,
        "backbone_config": resnet(2, 3, 4),
        **NAMED,
    }


def _dab() -> dict[str, Any]:
    return {"hidden_size" if k == "d_model" else k: v for k, v in detr().items()}


DETECTORS: dict[str, Make] = {
    f"{name}ForObjectDetection": model(f"{name}ForObjectDetection", f"{name}Config", processor, settings, sizes)
    for name, processor, settings, sizes in (
        ("Detr", "DetrImageProcessor", EDGE, detr),
        ("ConditionalDetr", "ConditionalDetrImageProcessor", EDGE, detr),
        (
            "DeformableDetr",
            "DeformableDetrImageProcessor",
            EDGE,
            lambda: {**detr(stages=(2, 3, 4)), "num_feature_levels": 3},
        ),
        ("DabDetr", "ConditionalDetrImageProcessor", EDGE, _dab),
        ("TableTransformer", "DetrImageProcessor", EDGE, detr),
        (
            "Yolos",
            "YolosImageProcessor",
            EDGE,
            lambda: {**VIT, "image_size": [32, 48], "num_detection_tokens": 8, **NAMED},
        ),
        ("RTDetr", "RTDetrImageProcessor", WHOLE, _rt),
        ("RTDetrV2", "RTDetrImageProcessor", WHOLE, _rt),
    )
}


def _owl(name: str, processor: str) -> Make:
    text = {**CLIP_TEXT, "max_position_embeddings": 16, "pad_token_id": 0}
    return pair(f"{name}ForObjectDetection", f"{name}Config", processor, WHOLE, text=text, projection_dim=16)


def _grounding(name: str) -> Make:
    def sizes() -> dict[str, Any]:
        from transformers import BertConfig, SwinConfig

        picture = SwinConfig(
            image_size=SIDE, embed_dim=8, depths=[1] * 4, num_heads=[1] * 4, window_size=2, out_indices=[2, 3, 4]
        )
        text = BertConfig(**TEXT, vocab_size=64, max_position_embeddings=64)
        return {
            **{k: v for k, v in detr().items() if k not in ("backbone_config", *NAMED)},
            "backbone_config": picture,
            "text_config": text,
            "max_text_len": 64,
            "num_feature_levels": 4,
        }

    def write(folder: Path) -> None:
        model(f"{name}ForObjectDetection", f"{name}Config", "GroundingDinoImageProcessor", LARGE, sizes)(folder)
        word_tokenizer(folder)

    return write


NAMED_DETECTORS: dict[str, Make] = {
    "OwlViTForObjectDetection": _owl("OwlViT", "OwlViTImageProcessor"),
    "Owlv2ForObjectDetection": _owl("Owlv2", "Owlv2ImageProcessor"),
    "GroundingDinoForObjectDetection": _grounding("GroundingDino"),
    "MMGroundingDinoForObjectDetection": _grounding("MMGroundingDino"),
}


def _maskformer() -> dict[str, Any]:
    from transformers import DetrConfig

    decoder = DetrConfig(**detr())
    return {
        "fpn_feature_size": 32,
        "mask_feature_size": 32,
        "backbone_config": swin(),
        "decoder_config": decoder,
        **NAMED,
    }


def _mask2former() -> dict[str, Any]:
    return {
        "feature_size": 32,
        "mask_feature_size": 32,
        "hidden_dim": 32,
        "encoder_feedforward_dim": 32,
        "encoder_layers": 1,
        "decoder_layers": 2,
        "num_attention_heads": 2,
        "dim_feedforward": 32,
        "num_queries": 8,
        "backbone_config": swin(),
        **NAMED,
    }


def _oneformer(folder: Path) -> None:
    sizes = {
        **{k: v for k, v in _mask2former().items() if k not in ("feature_size", "mask_feature_size")},
        "conv_dim": 32,
        "mask_dim": 32,
        "task_seq_len": 32,
        "max_seq_len": 32,
        "text_encoder_vocab_size": 84,
        "text_encoder_context_length": 32,
        "text_encoder_width": 32,
        "text_encoder_n_ctx": 4,
    }
    settings = {**EDGE, "repo_path": "acme/nowhere", "class_info_file": "classes.json", "num_text": 4}
    model("OneFormerForUniversalSegmentation", "OneFormerConfig", "OneFormerImageProcessor", settings, lambda: sizes)(
        folder
    )
    clip_tokenizer(folder)


SEGMENTERS: dict[str, Make] = {
    **{
        f"{name}ForSemanticSegmentation": model(
            f"{name}ForSemanticSegmentation", f"{name}Config", processor, settings, sizes
        )
        for name, processor, settings, sizes in (
            ("Segformer", "SegformerImageProcessor", WHOLE, lambda: {**SEGFORMER, **NAMED}),
            (
                "Beit",
                "BeitImageProcessor",
                {**WHOLE, "do_center_crop": False},
                lambda: {**DEEP, "out_indices": [1, 2, 3, 4], "pool_scales": [1, 2], **NAMED},
            ),
            (
                "Data2VecVision",
                "BeitImageProcessor",
                {**WHOLE, "do_center_crop": False},
                lambda: {**DEEP, "out_indices": [0, 1, 2, 3], "pool_scales": [1, 2], **NAMED},
            ),
            (
                "MobileViT",
                "MobileViTImageProcessor",
                CROP,
                lambda: {**MOBILE, "atrous_rates": [1, 2, 3], "aspp_out_channels": 8, **NAMED},
            ),
            ("DPT", "DPTImageProcessor", WHOLE, lambda: {**DPT, **NAMED}),
            (
                "UperNet",
                "SegformerImageProcessor",
                WHOLE,
                lambda: {
                    "backbone_config": resnet(1, 2, 3, 4),
                    "hidden_size": 8,
                    "pool_scales": [1, 2],
                    "auxiliary_in_channels": 8,
                    "auxiliary_channels": 8,
                    **NAMED,
                },
            ),
        )
    },
    "DetrForSegmentation": model(
        "DetrForSegmentation", "DetrConfig", "DetrImageProcessor", EDGE, lambda: detr(64, 8, (1, 2, 3, 4))
    ),
    "MaskFormerForInstanceSegmentation": model(
        "MaskFormerForInstanceSegmentation", "MaskFormerConfig", "MaskFormerImageProcessor", EDGE, _maskformer
    ),
    "Mask2FormerForUniversalSegmentation": model(
        "Mask2FormerForUniversalSegmentation", "Mask2FormerConfig", "Mask2FormerImageProcessor", EDGE, _mask2former
    ),
    "EomtForUniversalSegmentation": model(
        "EomtForUniversalSegmentation",
        "EomtConfig",
        "EomtImageProcessor",
        {"size": {"shortest_edge": SIDE, "longest_edge": SIDE}, "do_pad": True},
        lambda: {**DINO, "num_blocks": 1, "num_queries": 8, "num_upscale_blocks": 1, **NAMED},
    ),
    "OneFormerForUniversalSegmentation": _oneformer,
}


def _sam(**vision: Any) -> dict[str, Any]:
    return {
        "vision_config": {
            **LAYERS,
            "output_channels": 16,
            "image_size": 64,
            "patch_size": 16,
            "window_size": 2,
            "global_attn_indexes": [1],
            "num_pos_feats": 8,
            "mlp_dim": 32,
        },
        "prompt_encoder_config": {"hidden_size": 16, "image_size": 64, "patch_size": 16, "mask_input_channels": 4},
        "mask_decoder_config": {
            "hidden_size": 16,
            "mlp_dim": 32,
            "num_hidden_layers": 1,
            "num_attention_heads": 2,
            "iou_head_hidden_dim": 16,
            **vision,
        },
    }


PADDED = {
    "size": {"longest_edge": 64},
    "pad_size": {"height": 64, "width": 64},
    "mask_size": {"longest_edge": 16},
    "mask_pad_size": {"height": 16, "width": 16},
}
CUTTERS: dict[str, Make] = {
    "SamModel": model("SamModel", "SamConfig", "SamImageProcessor", PADDED, _sam),
    "SamHQModel": model("SamHQModel", "SamHQConfig", "SamImageProcessor", PADDED, lambda: _sam(vit_dim=16)),
}


def _anything(**kind: Any) -> dict[str, Any]:
    from transformers import Dinov2Config

    backbone = Dinov2Config(**{**DINO, "num_hidden_layers": 4}, out_indices=[1, 2, 3, 4], reshape_hidden_states=False)
    return {
        **NECK,
        "backbone_config": backbone,
        "patch_size": 8,
        "reassemble_hidden_size": 16,
        "head_hidden_size": 8,
        **kind,
    }


def _zoe() -> dict[str, Any]:
    from transformers import BeitConfig

    return {
        **NECK,
        "backbone_config": BeitConfig(**DEEP, out_indices=[1, 2, 3, 4], reshape_hidden_states=False),
        "bottleneck_features": 8,
        "num_relative_features": 8,
        "bin_embedding_dim": 8,
        "num_attractors": [4, 2, 2, 1],
        "bin_configurations": [{"n_bins": 8, "min_depth": 0.001, "max_depth": 10.0, "name": "nyu"}],
        "patch_transformer_hidden_size": 16,
        "patch_transformer_intermediate_size": 32,
        "patch_transformer_num_attention_heads": 2,
    }


GLPN = {
    "num_encoder_blocks": 4,
    "depths": [1] * 4,
    "hidden_sizes": [8] * 4,
    "num_attention_heads": [1] * 4,
    "decoder_hidden_size": 8,
}
DEPTHS: dict[str, Make] = {
    f"{name}ForDepthEstimation": model(f"{name}ForDepthEstimation", f"{name}Config", processor, settings, sizes)
    for name, processor, settings, sizes in (
        ("DPT", "DPTImageProcessor", WHOLE, lambda: DPT),
        ("DepthAnything", "DPTImageProcessor", KEPT, lambda: _anything(depth_estimation_type="relative")),
        ("GLPN", "GLPNImageProcessor", {"size_divisor": 32}, lambda: GLPN),
        ("ZoeDepth", "ZoeDepthImageProcessor", WHOLE, _zoe),
    )
}
