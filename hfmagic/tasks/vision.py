"""Tasks that look at pictures."""

from __future__ import annotations

from ..kinds import Kind
from .parameters import CANDIDATES, threshold
from .spec import Parameter, TaskSpec

IMAGE, LABELS, BOXES, MASK, EMBEDDING = Kind.IMAGE, Kind.LABELS, Kind.BOXES, Kind.MASK, Kind.EMBEDDING

BOTH = ("CLIPModel", "MetaClip2Model", "SiglipModel", "Siglip2Model", "AlignModel", "CLIPSegModel")
"""Trained on pictures with their texts; the first stands for AltCLIPModel and ChineseCLIPModel, too."""
DETECTORS = (
    *("DetrForObjectDetection", "DFineForObjectDetection", "Deimv2ForObjectDetection", "RTDetrV2ForObjectDetection"),
    *("TableTransformerForObjectDetection", "YolosForObjectDetection"),
)
"""The first stands for Conditional, Deformable, DAB-, RT-, LW- and RF-DETR, too."""
SEGMENTERS = (
    *("ForSemanticSegmentation", "DetrForSegmentation", "MaskFormerForInstanceSegmentation"),
    *("EomtForUniversalSegmentation", "EomtDinov3ForUniversalSegmentation"),
    *("Mask2FormerForUniversalSegmentation", "OneFormerForUniversalSegmentation"),
)
CLASSIFIERS = (
    *("ForImageClassification", "ForImageClassificationWithTeacher"),
    *("ForImageClassificationLearned", "ForImageClassificationFourier", "ForImageClassificationConvProcessing"),
)
EMBEDDERS = (
    *("ViTModel", "ViTMSNModel", "DeiTModel", "BeitModel", "Data2VecVisionModel", "IJepaModel", "HieraModel"),
    *("Dinov2Model", "Dinov2WithRegistersModel", "DINOv3ViTModel", "DINOv3ConvNextModel"),
    *("SwinModel", "Swinv2Model", "ConvNextModel", "ConvNextV2Model", "ResNetModel", "RegNetModel", "BitModel"),
    *("EfficientNetModel", "MobileNetV1Model", "MobileNetV2Model", "MobileViTV2Model", "SwiftFormerModel"),
    *("FocalNetModel", "PoolFormerModel", "PvtModel", "PvtV2Model", "LevitModel", "SegformerModel", "GLPNModel"),
    *("CLIPVisionModel", "CLIPVisionModelWithProjection", "SiglipVisionModel", "Siglip2VisionModel"),
    *("Aimv2VisionModel", "MLCDVisionModel"),
)

TASKS = (
    TaskSpec(
        "image-classification",
        {"image": IMAGE},
        LABELS,
        "label",
        "what each picture shows",
        heads=CLASSIFIERS,
    ),
    TaskSpec(
        "zero-shot-image-classification",
        {"image": IMAGE},
        LABELS,
        "label",
        "sort each picture into labels that the request names",
        (
            CANDIDATES,
            Parameter("hypothesis_template", str, "This is a photo of {}.", "the sentence that a label stands in"),
        ),
        heads=BOTH,
    ),
    TaskSpec(
        "object-detection",
        {"image": IMAGE},
        BOXES,
        "objects",
        "find the things in each picture, with a box around each",
        (threshold(0.5),),
        heads=DETECTORS,
    ),
    TaskSpec(
        "zero-shot-object-detection",
        {"image": IMAGE},
        BOXES,
        "objects",
        "find the things that the request names in each picture, with a box around each",
        (CANDIDATES, threshold(0.1)),
        heads=("OwlViTForObjectDetection", "Owlv2ForObjectDetection", "GroundingDinoForObjectDetection"),
    ),
    TaskSpec(
        "image-segmentation",
        {"image": IMAGE},
        MASK,
        "segments",
        "which part of each picture is what, to the pixel",
        (threshold(None),),
        heads=SEGMENTERS,
    ),
    TaskSpec(
        "mask-generation",
        {"image": IMAGE},
        MASK,
        "masks",
        "cut each picture into its things, without names",
        (
            threshold(0.88),
            Parameter("points_per_side", int, 32, "points of the grid at which things are looked for", "", 1, 64),
        ),
        heads=("SamModel", "Sam2Model", "SamHQModel", "EdgeTamModel", "Sam3TrackerModel"),
    ),
    TaskSpec(
        "depth-estimation",
        {"image": IMAGE},
        IMAGE,
        "depth",
        "how far away each point of each picture is",
        heads=("ForDepthEstimation",),
    ),
    TaskSpec(
        "image-feature-extraction",
        {"image": IMAGE},
        EMBEDDING,
        "embedding",
        "an embedding of each picture",
        heads=(*EMBEDDERS, *BOTH, *CLASSIFIERS[:2]),
    ),
)
