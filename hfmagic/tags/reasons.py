"""Why hfmagic does not run a tag, where "no runner yet" is not the whole truth."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_GROUPS: Mapping[str, tuple[str, ...]] = {
    "it makes a picture from several pictures, or from none; hfmagic makes one from a text or a picture": (
        "image-text-to-image",
        "unconditional-image-generation",
    ),
    "its models are for diffusers and give video, which takes hours without a large GPU": (
        "text-to-video",
        "image-to-video",
        "image-text-to-video",
        "video-to-video",
    ),
    "it gives a 3D shape, which hfmagic can neither hold nor show": ("text-to-3d", "image-to-3d"),
    "it gives points in a picture, which hfmagic has no kind for": ("keypoint-detection", "keypoint-matching"),
    "it acts in an environment or on a robot, and a notebook cell has neither": ("reinforcement-learning", "robotics"),
    "its models are scikit-learn files that can run code when opened; hfmagic opens safetensors only": (
        "tabular-classification",
        "tabular-regression",
    ),
    "transformers has no Auto class for it; most of its models need a sound library": (
        "audio-to-audio",
        "voice-activity-detection",
    ),
    "transformers has no model class for graphs any more": ("graph-ml",),
    "transformers has no Auto class for its models, which rank the pages of a whole collection": (
        "visual-document-retrieval",
    ),
    "what goes in and comes out depends on the model; ask for the task of the kinds at hand": ("any-to-any",),
    "the Hub has this tag for data sets and offers no models under it": (
        "multiple-choice",
        "table-to-text",
        "tabular-to-text",
        "text-retrieval",
    ),
    "it is no task but the Hub's tag for all that fits no other": ("other",),
    "it is an experiment of transformers, and the Hub has no such tag": ("decision",),
}

REASONS: Mapping[str, str] = MappingProxyType({name: why for why, names in _GROUPS.items() for name in names})
"""Tag → reason, in words that follow "which hfmagic does not run:"."""
