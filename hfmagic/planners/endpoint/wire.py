"""The form in which an LLM writes a plan: steps in order, with closed lists of what it may name. Knows no words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...kinds import Kind
from ...plan import MAX_STEPS
from ...tasks import CATALOGUE, Parameter, TaskSpec
from .offer import ABOUT, Offer

OPS = ("==", "!=", "<", "<=", ">", ">=", "in", "contains", "lacks", "is-null", "not-null")
COMPUTE = ("count", "distinct", "mean", "median", "sum", "min", "max", "share")
ORDER = ("highest first", "lowest first")
NONE = "none"
"""The task of a part of the request that no task does."""
MARKS = CATALOGUE["chart"].by_name["mark"].choices

_TYPES = {str: {"type": "string"}, int: {"type": "integer"}, float: {"type": "number"}, bool: {"type": "boolean"}}


def wire_schema(offer: Offer) -> dict[str, Any]:
    """The JSON schema of a plan over an offer. Closed, and with every field required, as strict modes want it."""
    several = {"minItems": offer.parts} if offer.parts > 1 else {}
    return closed({"steps": {"type": "array", "items": step_schema(offer), **several, "maxItems": MAX_STEPS}})


def step_schema(offer: Offer) -> dict[str, Any]:
    """The JSON schema of a step: that of any task on offer, or of none."""
    tasks = (*offer.tasks, NONE)
    return {"anyOf": [closed({"for": dict(_TYPES[str]), "task": one_of([t]), **fields_of(t, offer)}) for t in tasks]}


def fields_of(task: str, offer: Offer) -> dict[str, Any]:
    """Name → schema of the fields of a step, in the order in which they are written."""
    if task == NONE:
        return {}
    fields = _TABLE[task](offer) if task in _TABLE else _fields(CATALOGUE[task], offer)
    if task in CATALOGUE and not CATALOGUE[task].is_operation and offer.models:
        fields["model"] = one_of(["", *offer.models])
    if offer.named and task not in _TABLE:
        fields["name"] = {"type": "string"}
    return fields


def _fields(spec: TaskSpec, offer: Offer) -> dict[str, Any]:
    fields = {slot: _slot(spec, slot, kind, offer) for slot, kind in offer.slots(spec).items()}
    for parameter in offer.parameters(spec):
        fields[parameter.name] = _parameter(parameter)
    return fields | ({"where": _where(offer)} if any(c.frame for c in offer.columns) else {})


def _slot(spec: TaskSpec, slot: str, kind: Kind, offer: Offer) -> dict[str, Any]:
    if offer.takes_words(spec, slot):
        return dict(_TYPES[str])
    if kind is Kind.TABLE:
        return one_of(offer.frames)
    names = offer.names(kind)
    if spec.name == "template":  # a number or a category in a sentence
        names = [*names, *offer.readable]
    if spec.name == "cluster" and "image-feature-extraction" in offer.tasks:
        names = [*names, *offer.names(Kind.IMAGE)]
    return one_of(names)


def _parameter(parameter: Parameter) -> dict[str, Any]:
    if parameter.name == "about":
        return one_of(ABOUT)
    if parameter.choices:
        return one_of(parameter.choices)
    if parameter.type is list:
        return {"type": "array", "items": {"type": "string"}}
    return dict(_TYPES[parameter.type])


def _filter(offer: Offer) -> dict[str, Any]:
    return {"where": _where(offer)}


def _aggregate(offer: Offer) -> dict[str, Any]:
    return {
        "by": {"type": "array", "items": one_of(offer.groups)},
        "compute": one_of(COMPUTE),
        "column": one_of(["", *offer.numbers, *offer.groups]),
        "order": one_of(ORDER),
        "limit": {"type": "integer"},
        "where": _where(offer),
    }


def _sort(offer: Offer) -> dict[str, Any]:
    return {"by": one_of(offer.readable), "order": one_of(ORDER), "limit": {"type": "integer"}, "where": _where(offer)}


def _chart(offer: Offer) -> dict[str, Any]:
    return {
        "mark": one_of(MARKS),
        "x": one_of(offer.groups),
        "color": one_of(["", *offer.groups]),
        "value": one_of(values_of(offer)),
        "where": _where(offer),
    }


def values_of(offer: Offer) -> list[str]:
    """What a chart can show of its rows: their number, or the mean, the sum or each one of a column."""
    return ["count", *(f"{how}{name}" for how in ("mean ", "sum ", "") for name in offer.numbers)]


_TABLE = {"filter": _filter, "aggregate": _aggregate, "sort": _sort, "chart": _chart}


def _where(offer: Offer) -> dict[str, Any]:
    value = {"anyOf": [{"type": "string"}, {"type": "number"}, {"type": "array", "items": {"type": "string"}}]}
    condition = closed({"column": one_of(offer.readable), "op": one_of(OPS), "value": value})
    return {"type": "array", "items": condition}


def closed(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of an object with just these fields."""
    return {"type": "object", "properties": dict(fields), "required": list(fields), "additionalProperties": False}


def one_of(values: Sequence[str]) -> dict[str, Any]:
    """The schema of one of some words."""
    return {"type": "string", "enum": list(dict.fromkeys(values))}
