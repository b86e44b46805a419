"""What flows between steps: kinds, their values, the schema of an input. Knows no task, model or frame library."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Self

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    import numpy as np


class Kind(StrEnum):
    """One kind of value. A column of a frame, or a step over one, holds many of it."""

    TEXT = "text"
    IMAGE = "image"
    AUDIO = "audio"
    VIDEO = "video"
    TABLE = "table"
    LABELS = "labels"
    SPANS = "spans"
    BOXES = "boxes"
    MASK = "mask"
    EMBEDDING = "embedding"
    NUMBER = "number"
    DOCUMENT = "document"


MEDIA = frozenset({Kind.IMAGE, Kind.AUDIO, Kind.VIDEO})


@dataclass(frozen=True, slots=True)
class Label:
    """A name that a model gave, with its score in 0…1; NaN from a model that gives none, such as one that writes."""

    label: str
    score: float


Labels = tuple[Label, ...]
"""Best first; the first is the answer."""


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a text, from `start` to `end` in characters; `text` is what stands there, where that is known."""

    label: str
    score: float
    start: int
    end: int
    text: str = ""


@dataclass(frozen=True, slots=True)
class Box:
    """A thing found in a picture; corners in pixels from the top left."""

    label: str
    score: float
    xmin: float
    ymin: float
    xmax: float
    ymax: float


@dataclass(frozen=True, slots=True, eq=False)
class Mask:
    """A part of a picture: `mask` of shape (height, width), bool, true where it is; no label where none was given."""

    label: str
    score: float
    mask: np.ndarray


Masks = tuple[Mask, ...]
"""What a picture was cut into; they may overlap."""


@dataclass(frozen=True, slots=True, eq=False)
class Video:
    """Moving pictures without sound: frames of shape (n, height, width, 3), uint8, and how many of them a second."""

    frames: np.ndarray
    frames_per_second: float

    @property
    def seconds(self) -> float:
        """Length in seconds."""
        return len(self.frames) / self.frames_per_second if self.frames_per_second else 0.0


@dataclass(frozen=True, slots=True)
class Segment:
    """What is said from `start` to `end`, in seconds; `end` None where the recording stops before it does."""

    text: str
    start: float
    end: float | None


class Transcript(str):
    """What was said, a text like any other, which also knows when: `segments` in order."""

    __slots__ = ("segments",)
    segments: tuple[Segment, ...]

    def __new__(cls, text: str, segments: tuple[Segment, ...] = ()) -> Self:
        """The text with its segments."""
        made = super().__new__(cls, text)
        made.segments = segments
        return made


@dataclass(frozen=True, slots=True)
class Audio:
    """Sound: mono samples of shape (n,), float32 in -1…1, and their rate in Hz."""

    samples: np.ndarray
    sampling_rate: int

    @property
    def seconds(self) -> float:
        """Length in seconds."""
        return len(self.samples) / self.sampling_rate if self.sampling_rate else 0.0


class Schema(BaseModel):
    """A frozen description, compared by value."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ColumnSchema(Schema):
    """What is known of a column without its rows.

    `labels` are the names that a step of hfmagic can have put into it; `language` is an ISO 639-1 code.
    """

    name: str
    kind: Kind | None = None
    dtype: str = ""
    language: str | None = None
    labels: tuple[str, ...] = ()


class InputSchema(Schema):
    """What a planner may know of an input: never a row.

    A collection (frame, series, list, folder) is a TABLE with its columns and `rows`; a single value has its own kind.
    """

    name: str
    kind: Kind
    rows: int | None = None
    columns: tuple[ColumnSchema, ...] = ()
    language: str | None = None

    def column(self, name: str) -> ColumnSchema | None:
        """The column of that name, or None."""
        return next((c for c in self.columns if c.name == name), None)

    def columns_of(self, *kinds: Kind) -> tuple[ColumnSchema, ...]:
        """The columns whose kind is one of `kinds`, in order."""
        return tuple(c for c in self.columns if c.kind in kinds)
