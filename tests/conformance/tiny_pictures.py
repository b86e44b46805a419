"""Tiny models that say what a picture shows, and that embed it."""

from __future__ import annotations

from .tiny_vision import CROP, DINO, NAMED, SIDE, TEXT, VIT, WHOLE, model, pair, word_tokenizer

STAGES = {"hidden_sizes": [8] * 4, "depths": [1] * 4}
RESNET = {**STAGES, "embedding_size": 8, "layer_type": "basic"}
WINDOWS = {"image_size": SIDE, "patch_size": 4, "embed_dim": 8, "depths": [1, 1], "num_heads": [1, 2], "window_size": 4}
EDGE = {"size": {"shortest_edge": SIDE}}
EFFICIENT = {"image_size": SIDE, "width_coefficient": 0.25, "depth_coefficient": 0.25, "hidden_dim": 320}
MOBILE = {"image_size": SIDE, "hidden_sizes": [8] * 3, "neck_hidden_sizes": [4, 4, 8, 8, 8, 8, 8]}
LEVIT = {
    "image_size": 64,
    "hidden_sizes": [16, 24, 32],
    "num_attention_heads": [1, 2, 2],
    "depths": [1] * 3,
    "key_dim": [8] * 3,
}
GPT = {"vocab_size": 4, "n_positions": 64, "n_embd": 16, "n_layer": 2, "n_head": 2}
COLOURS = {"clusters": [[-1, -1, -1], [-1, 0, 1], [0, 0, 0], [1, 1, 1]], "do_color_quantize": True}
SIGLIP_TEXT = {**TEXT, "vocab_size": 64, "max_position_embeddings": 64}
PERCEIVER = {
    "num_latents": 4,
    "d_latents": 16,
    "num_blocks": 1,
    "num_self_attends_per_block": 1,
    "num_self_attention_heads": 2,
    "num_cross_attention_heads": 2,
    "image_size": SIDE,
}

CLASSIFIERS = {
    name: model(name, config, processor, settings, lambda sizes=sizes: {**sizes, **NAMED})
    for name, config, processor, settings, sizes in (
        ("ViTForImageClassification", "ViTConfig", "ViTImageProcessor", WHOLE, VIT),
        ("DeiTForImageClassificationWithTeacher", "DeiTConfig", "DeiTImageProcessor", {**CROP, **WHOLE}, VIT),
        ("BeitForImageClassification", "BeitConfig", "BeitImageProcessor", {**WHOLE, "do_center_crop": False}, VIT),
        ("SwinForImageClassification", "SwinConfig", "ViTImageProcessor", WHOLE, WINDOWS),
        ("Swinv2ForImageClassification", "Swinv2Config", "ViTImageProcessor", WHOLE, WINDOWS),
        ("ConvNextForImageClassification", "ConvNextConfig", "ConvNextImageProcessor", EDGE, STAGES),
        ("ResNetForImageClassification", "ResNetConfig", "ConvNextImageProcessor", EDGE, RESNET),
        ("EfficientNetForImageClassification", "EfficientNetConfig", "EfficientNetImageProcessor", WHOLE, EFFICIENT),
        ("MobileViTForImageClassification", "MobileViTConfig", "MobileViTImageProcessor", CROP, MOBILE),
        (
            "LevitForImageClassificationWithTeacher",
            "LevitConfig",
            "LevitImageProcessor",
            {"size": {"shortest_edge": 72}, "crop_size": {"height": 64, "width": 64}},
            LEVIT,
        ),
        ("Dinov2ForImageClassification", "Dinov2Config", "BitImageProcessor", CROP, DINO),
        (
            "ImageGPTForImageClassification",
            "ImageGPTConfig",
            "ImageGPTImageProcessor",
            {"size": {"height": 8, "width": 8}, **COLOURS},
            GPT,
        ),
        (
            "PerceiverForImageClassificationLearned",
            "PerceiverConfig",
            "PerceiverImageProcessor",
            {**CROP, **WHOLE},
            PERCEIVER,
        ),
        (
            "SiglipForImageClassification",
            "SiglipConfig",
            "SiglipImageProcessor",
            WHOLE,
            {"vision_config": VIT, "text_config": SIGLIP_TEXT},
        ),
    )
}

BOTH = {
    "CLIPModel": pair("CLIPModel", "CLIPConfig", projection_dim=16),
    "MetaClip2Model": pair("MetaClip2Model", "MetaClip2Config", projection_dim=16),
    "CLIPSegModel": pair("CLIPSegModel", "CLIPSegConfig", projection_dim=16),
    "SiglipModel": pair(
        "SiglipModel", "SiglipConfig", "SiglipImageProcessor", WHOLE, text=SIGLIP_TEXT, words=word_tokenizer
    ),
    "Siglip2Model": pair(
        "Siglip2Model",
        "Siglip2Config",
        "Siglip2ImageProcessor",
        {"patch_size": 8, "max_num_patches": 16},
        text=SIGLIP_TEXT,
        vision={**TEXT, "patch_size": 8, "num_patches": 16},
        words=word_tokenizer,
    ),
    "AlignModel": pair(
        "AlignModel",
        "AlignConfig",
        "EfficientNetImageProcessor",
        WHOLE,
        text={**TEXT, "vocab_size": 64},
        vision=EFFICIENT,
        words=word_tokenizer,
        projection_dim=80,
    ),
    "AltCLIPModel": pair(
        "AltCLIPModel",
        "AltCLIPConfig",
        text={**TEXT, "vocab_size": 64, "project_dim": 16, "max_position_embeddings": 66, "pad_token_id": 0},
        words=word_tokenizer,
        projection_dim=16,
    ),
    "ChineseCLIPModel": pair(
        "ChineseCLIPModel",
        "ChineseCLIPConfig",
        "ChineseCLIPImageProcessor",
        text={**TEXT, "vocab_size": 64, "max_position_embeddings": 64},
        words=word_tokenizer,
        projection_dim=16,
    ),
}

EMBEDDERS = {
    name: model(name, config, processor, settings, lambda sizes=sizes: dict(sizes))
    for name, config, processor, settings, sizes in (
        ("ViTModel", "ViTConfig", "ViTImageProcessor", WHOLE, VIT),
        ("Dinov2Model", "Dinov2Config", "BitImageProcessor", CROP, DINO),
        ("Dinov2WithRegistersModel", "Dinov2WithRegistersConfig", "BitImageProcessor", CROP, DINO),
        ("SwinModel", "SwinConfig", "ViTImageProcessor", WHOLE, WINDOWS),
        ("ConvNextModel", "ConvNextConfig", "ConvNextImageProcessor", EDGE, STAGES),
        ("ResNetModel", "ResNetConfig", "ConvNextImageProcessor", EDGE, RESNET),
        ("EfficientNetModel", "EfficientNetConfig", "EfficientNetImageProcessor", WHOLE, EFFICIENT),
        ("CLIPVisionModel", "CLIPVisionConfig", "CLIPImageProcessor", CROP, VIT),
        ("SiglipVisionModel", "SiglipVisionConfig", "SiglipImageProcessor", WHOLE, VIT),
        ("IJepaModel", "IJepaConfig", "ViTImageProcessor", WHOLE, VIT),
        ("BeitModel", "BeitConfig", "BeitImageProcessor", {**WHOLE, "do_center_crop": False}, VIT),
        (
            "LevitModel",
            "LevitConfig",
            "LevitImageProcessor",
            {"size": {"shortest_edge": 72}, "crop_size": {"height": 64, "width": 64}},
            LEVIT,
        ),
        ("MobileViTModel", "MobileViTConfig", "MobileViTImageProcessor", CROP, MOBILE),
    )
}
