"""Which component of a Gradio page stands for a value of which kind, and how the one is made of the other. A table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ..kinds import Kind


@dataclass(frozen=True)
class Component:
    """A component's source, where `{label}` stands for its label, and code that makes `{}` what the other side takes.

    `parts` are the functions of export/parts that this code needs.
    """

    source: str
    code: str = "{}"
    parts: tuple[str, ...] = ()


INPUTS: Mapping[Kind, Component] = MappingProxyType(
    {
        Kind.TEXT: Component("gradio.Textbox(label={label}, lines=6)"),
        Kind.NUMBER: Component("gradio.Number(label={label})"),
        Kind.IMAGE: Component(
            'as_given(gradio.Image(label={label}, type="filepath", image_mode=None))', parts=("as_given",)
        ),
        Kind.AUDIO: Component('gradio.Audio(label={label}, type="filepath")'),
        Kind.VIDEO: Component("gradio.Video(label={label})"),
        Kind.TABLE: Component(
            'gradio.File(label={label}, file_types=[".csv", ".parquet"])',
            "read_table({}, {columns}, {dates})",
            ("read_table",),
        ),
    }
)
FOLDER = Component(
    'gradio.File(label={label}, file_count="multiple", file_types=[{media}])',
    "read_files({}, {media})",
    ("read_files",),
)
"""For a folder of pictures or sounds."""

OUTPUTS: Mapping[Kind, tuple[Component, ...]] = MappingProxyType(
    {
        Kind.TEXT: (Component('gradio.Textbox(label={label}, lines=6, buttons=["copy"])'),),
        Kind.NUMBER: (Component("gradio.Number(label={label})"),),
        Kind.LABELS: (
            Component("gradio.Label(label={label}, num_top_classes=5)", "label_scores({})", ("label_scores",)),
        ),
        Kind.EMBEDDING: (Component("gradio.JSON(label={label})", "{}.tolist()"),),
        Kind.AUDIO: (Component("gradio.Audio(label={label})", "as_sound({})", ("as_sound",)),),
        Kind.VIDEO: (Component("gradio.Video(label={label})"),),
        Kind.IMAGE: (
            Component(
                'gradio.Image(label={label}, format="png", buttons=["download", "fullscreen"])',
                "viewable({})",
                ("viewable",),
            ),
        ),
        Kind.TABLE: (
            Component("gradio.Dataframe(label={label}, wrap=True)", "first_rows({}, {new})", ("first_rows",)),
            Component('gradio.File(label="result.csv")', "as_file({})", ("as_file",)),
        ),
    }
)
DATA = Component("gradio.JSON(label={label})")
"""For what was found in something that the page does not have."""

# What was found in an input is shown in it: `{subject}`.
FOUND_IN: Mapping[Kind, Component] = MappingProxyType(
    {
        Kind.SPANS: Component("gradio.HighlightedText(label={label})", "highlighted({subject}, {})", ("highlighted",)),
        **dict.fromkeys(
            (Kind.BOXES, Kind.MASK),
            Component(
                'gradio.AnnotatedImage(label={label}, format="png")',
                "outlined(open_image({subject}), {})",
                ("outlined", "open_image"),
            ),
        ),
    }
)
GALLERY = Component(
    'gradio.Gallery(label={label}, buttons=["download", "fullscreen"])', "pictures({}, {label})", ("pictures",)
)
"""For a column of pictures, beside its table."""
CHART = Component(
    'gradio.Image(label={label}, format="png", buttons=["download", "fullscreen"])', "*figures()", ("figures",)
)
