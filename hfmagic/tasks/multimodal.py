"""Tasks that read pictures, pages and videos in words."""

from __future__ import annotations

from ..kinds import Kind
from .parameters import LENGTH
from .spec import TaskSpec

TEXT, IMAGE, VIDEO, LABELS = Kind.TEXT, Kind.IMAGE, Kind.VIDEO, Kind.LABELS
SEES_AND_WRITES = ("ForConditionalGeneration", "GitForCausalLM")

TASKS = (
    TaskSpec(
        "image-to-text",
        {"image": IMAGE},
        TEXT,
        "caption",
        "a caption of each picture, or the text that stands in it",
        (LENGTH,),
        heads=(*SEES_AND_WRITES, "VisionEncoderDecoderModel"),
    ),
    TaskSpec(
        "image-text-to-text",
        {"image": IMAGE, "text": TEXT},
        TEXT,
        "answer",
        "do what a text says about each picture",
        (LENGTH,),
        heads=SEES_AND_WRITES,
    ),
    TaskSpec(
        "visual-question-answering",
        {"image": IMAGE, "question": TEXT},
        LABELS,
        "answer",
        "answer a question about each picture",
        (LENGTH,),
        heads=("ViltForQuestionAnswering", "BlipForQuestionAnswering", *SEES_AND_WRITES),
    ),
    TaskSpec(
        "document-question-answering",
        {"image": IMAGE, "question": TEXT},
        LABELS,
        "answer",
        "answer a question from the picture of a page",
        (LENGTH,),
        heads=(
            "LayoutLMForQuestionAnswering",
            "LayoutLMv3ForQuestionAnswering",
            "VisionEncoderDecoderModel",
            *SEES_AND_WRITES,
        ),
    ),
    TaskSpec(
        "video-classification",
        {"video": VIDEO},
        LABELS,
        "label",
        "what happens in each video",
        heads=("ForVideoClassification",),
    ),
    TaskSpec(
        "video-text-to-text",
        {"video": VIDEO, "text": TEXT},
        TEXT,
        "answer",
        "do what a text says about each video",
        (LENGTH,),
        heads=("ForConditionalGeneration",),
    ),
)
