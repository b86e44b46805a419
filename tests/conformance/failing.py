"""Architectures that were tried, or whose needs are known, and do not run: why, as `docs/tasks.md` tells it."""

from __future__ import annotations

from collections.abc import Mapping

FAILING: Mapping[str, tuple[str, ...]] = {
    "needs timm, which needs torchvision, and both would replace a CPU build of torch by a CUDA build": (
        "TimmWrapperForImageClassification",
        "DetrForObjectDetection with `use_timm_backbone` (a ResNet backbone of transformers runs)",
    ),
    "its processor needs torchvision": (
        "Sam2Model",
        "EdgeTamModel",
        "RfDetrForObjectDetection",
        "DINOv3ViTModel",
        "DepthProForDepthEstimation",
        "Llama4ForConditionalGeneration",
        "Mistral3ForConditionalGeneration",
        "Cohere2VisionForConditionalGeneration",
        "Lfm2VlForConditionalGeneration",
        "PerceptionLMForConditionalGeneration",
        "VJEPA2ForVideoClassification",
    ),
    "its processor needs num2words": ("SmolVLMForConditionalGeneration",),
    "its image processor without torchvision is broken in transformers 5.23 (`transpose`)": ("FuyuForCausalLM",),
    "needs detectron2, which is not on the package index": ("LayoutLMv2ForQuestionAnswering",),
    "its tokenizer needs g2p_en": ("FastSpeech2ConformerWithHifiGan",),
    "needs a vocoder and a speaker that are not in its folder": (
        "SpeechT5ForTextToSpeech",
        "FastSpeech2ConformerModel",
    ),
    "needs another model beside it, its prior": ("KandinskyV22Pipeline", "WuerstchenDecoderPipeline"),
    "has a dense layer after its pooling, which is not read": ("BertModel of sentence-transformers/LaBSE",),
    "gives bfloat16 and float32 at once; in float32 it runs": ("DabDetrForObjectDetection in bfloat16",),
}
