"""One value as the page would show it, without a run: for results of a step, and for values made by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..errors import UnknownKind, did_you_mean
from ..kinds import MEDIA, Audio, Box, Kind, Label, Mask, Span, Video
from ..media import kind_of_file
from ..results import Results, StepResult
from .outputs import DRAWN_IN, Outputs, caption_of
from .view import View, beside, stack
from .views import Output, Room, media_column, view_of
from .views.labels import question_view
from .views.transcript import segments_of

_OF_ELEMENTS = {Label: Kind.LABELS, Span: Kind.SPANS, Box: Kind.BOXES, Mask: Kind.MASK}
_OF_VALUES: Mapping[type, Kind] = {
    str: Kind.TEXT,
    Audio: Kind.AUDIO,
    Video: Kind.VIDEO,
    int: Kind.NUMBER,
    float: Kind.NUMBER,
}
_OF_ATTRIBUTES = {
    "getpixel": Kind.IMAGE,
    "savefig": Kind.IMAGE,
    "columns": Kind.TABLE,
    "column_names": Kind.TABLE,
}


def step_view(results: Results, result: StepResult, inputs: Mapping[str, Any], *, rows: int, most_bytes: int) -> View:
    """A step of a run, with what it worked on; nothing where the frame of the run is all there is to see."""
    outputs = Outputs(results, "", rows, inputs, most_bytes)
    return outputs.step(result, results.plan.step_ids.index(result.step.id) + 1, Room(most_bytes, most_bytes))


def value_view(given: Output, kind: Kind | str | None = None) -> View:
    """A value as the view of its kind, with what it was made from; a list is a column.

    Raises: UnknownKind where the kind is not said and cannot be told, or is none.
    """
    value = given.value
    if isinstance(value, StepResult):
        column, found = value.frame is not None, value.kind
        given = replace(given, value=value.value, name=given.name or value.step.output)
    else:
        column, found = isinstance(value, list), _checked(kind) if kind is not None else kind_of(value)
    given = replace(given, name=given.name or found.value, grouped="group" if given.groups else "")
    medium = _medium(given.subject)
    if medium is None or found in DRAWN_IN:
        return view_of(found, given, column=column)
    return _said(given, found, medium) if column else _beside(given, found, medium)


def _said(given: Output, kind: Kind, medium: Kind) -> View:
    """A column of media with what was said of each."""
    captions = given.captions or [caption_of(kind, value) for value in given.value]
    return stack(question_view(given.asked), media_column(medium, replace(given, captions=captions)))


def _beside(given: Output, kind: Kind, medium: Kind) -> View:
    """One medium with what was said of it; below it, where it has times."""
    room = given.room.part(2)
    left = view_of(medium, Output(given.subject, name="", small=True, room=room), column=False)
    right = view_of(kind, replace(given, subject=None, room=room), column=False)
    return stack(left, right) if segments_of(given.value) else beside(left, right)


def _medium(subject: Any) -> Kind | None:
    try:
        kind = kind_of(subject)
    except UnknownKind:
        return None
    return kind if kind in MEDIA else None


def _checked(kind: Kind | str) -> Kind:
    if kind not in set(Kind):
        raise UnknownKind(f"{kind!r} is no kind.", hint=did_you_mean(str(kind), [k.value for k in Kind]))
    return Kind(kind)


def kind_of(value: Any) -> Kind:
    """The kind of a value that a step gave; of a column, that of its first value. Raises: UnknownKind."""
    one = next((v for v in value if v is not None), None) if isinstance(value, list) else value
    if isinstance(one, tuple) and one and type(one[0]) in _OF_ELEMENTS:
        return _OF_ELEMENTS[type(one[0])]
    for type_, kind in _OF_VALUES.items():
        if isinstance(one, type_):
            return kind
    for attribute, kind in _OF_ATTRIBUTES.items():
        if hasattr(one, attribute):
            return kind
    if isinstance(one, Path) and (found := kind_of_file(one)):
        return found
    if getattr(one, "ndim", 0) == 1:
        return Kind.EMBEDDING
    raise UnknownKind(f"a value of type {type(one).__name__} has no view of its own.", hint="show(value, kind=…)")
