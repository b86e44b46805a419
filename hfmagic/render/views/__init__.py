"""One view a kind: `ONE` for a single value, `MANY` for a column of them. Each knows its own kind, none a plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from ...kinds import Kind
from ..view import View
from .audio import audio_view, players_view
from .boxes import boxes_column, boxes_view
from .embedding import embedding_column, embedding_view, map_view
from .gallery import gallery_view
from .image import image_view
from .labels import labels_column, labels_view
from .masks import mask_view, masks_column
from .numbers import number_column, number_view
from .output import OVERHEAD, Output, Room
from .spans import spans_column, spans_view
from .table import table_column_view
from .text import other_view, text_view, texts_column
from .video import video_view, videos_view

__all__ = ["MANY", "ONE", "OVERHEAD", "Output", "Room", "map_view", "media_column", "texts_column", "view_of"]

Show = Callable[[Output], View]

ONE: Mapping[Kind, Show] = MappingProxyType(
    {
        Kind.TEXT: text_view,
        Kind.IMAGE: image_view,
        Kind.AUDIO: audio_view,
        Kind.VIDEO: video_view,
        Kind.TABLE: table_column_view,
        Kind.LABELS: labels_view,
        Kind.SPANS: spans_view,
        Kind.BOXES: boxes_view,
        Kind.MASK: mask_view,
        Kind.EMBEDDING: embedding_view,
        Kind.NUMBER: number_view,
        Kind.DOCUMENT: other_view,
    }
)
# a kind that is not here is read well enough in the preview of its frame
MANY: Mapping[Kind, Show] = MappingProxyType(
    {
        Kind.IMAGE: gallery_view,
        Kind.AUDIO: players_view,
        Kind.VIDEO: videos_view,
        Kind.LABELS: labels_column,
        Kind.SPANS: spans_column,
        Kind.BOXES: boxes_column,
        Kind.MASK: masks_column,
        Kind.EMBEDDING: embedding_column,
        Kind.NUMBER: number_column,
    }
)


def view_of(kind: Kind, output: Output, *, column: bool) -> View:
    """How an output of that kind looks."""
    show = (MANY if column else ONE).get(kind)
    return show(output) if show else View()


def media_column(kind: Kind, output: Output) -> View:
    """Pictures, sounds or videos with what a step said of each; `output.captions` has one text a row."""
    told = [medium if output.value[row] is not None else None for row, medium in enumerate(output.subject)]
    return view_of(kind, replace(output, value=told, subject=None), column=True)
