"""The form in which an LLM writes a plan: steps in order, with closed lists of what it may name. Knows no words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..kinds import Kind
from ..plan import MAX_STEPS
from ..tasks import CATALOGUE, LENGTH, Parameter, TaskSpec
from .offer import ABOUT, Offer

OPS = ("==", "!=", "<", "<=", ">", ">=", "in", "contains", "lacks", "is-null", "not-null")
COMPUTE = ("count", "distinct", "mean", "median", "sum", "min", "max", "share")
ORDER = ("highest first", "lowest first")
MARKS = CATALOGUE["chart"].by_name["mark"].choices

_TYPES = {str: {"type": "string"}, int: {"type": "integer"}, float: {"type": "number"}, bool: {"type": "boolean"}}


def wire_schema(offer: Offer) -> dict[str, Any]:
    """The JSON schema of a plan over an offer. Closed, and with every field required, as strict modes want it."""
    steps = [_step(task, fields_of(task, offer)) for task in offer.tasks]
    return _object(
        {
            "steps": {"type": "array", "items": {"anyOf": steps}, "maxItems": MAX_STEPS},
            "cannot": {"type": "string"},
        }
    )


def fields_of(task: str, offer: Offer) -> dict[str, Any]:
    """Name → schema of the fields of a step, in the order in which they are written."""
    fields = _TABLE[task](offer) if task in _TABLE else _fields(CATALOGUE[task], offer)
    if task in CATALOGUE and not CATALOGUE[task].is_operation and offer.models:
        fields["model"] = _one(["", *offer.models])
    if offer.named and task not in _TABLE:
        fields["name"] = {"type": "string"}
    return fields


def _fields(spec: TaskSpec, offer: Offer) -> dict[str, Any]:
    slots = {"text": Kind.TEXT} if spec.name == "cluster" else spec.takes
    fields: dict[str, Any] = {slot: _one(offer.names(kind)) for slot, kind in slots.items()}
    for parameter in spec.parameters:
        if parameter.name != LENGTH.name or offer.lengths:
            fields[parameter.name] = _parameter(parameter)
    return fields | ({"where": _where(offer)} if any(c.frame for c in offer.columns) else {})


def _parameter(parameter: Parameter) -> dict[str, Any]:
    if parameter.name == "about":
        return _one(ABOUT)
    if parameter.choices:
        return _one(parameter.choices)
    if parameter.type is list:
        return {"type": "array", "items": {"type": "string"}}
    return dict(_TYPES[parameter.type])


def _filter(offer: Offer) -> dict[str, Any]:
    return {"where": _where(offer)}


def _aggregate(offer: Offer) -> dict[str, Any]:
    return {
        "by": {"type": "array", "items": _one(offer.readable)},
        "compute": _one(COMPUTE),
        "column": _one(["", *offer.readable]),
        "order": _one(ORDER),
        "limit": {"type": "integer"},
        "where": _where(offer),
    }


def _sort(offer: Offer) -> dict[str, Any]:
    return {"by": _one(offer.readable), "order": _one(ORDER), "limit": {"type": "integer"}, "where": _where(offer)}


def _chart(offer: Offer) -> dict[str, Any]:
    return {
        "mark": _one(MARKS),
        "x": _one(offer.readable),
        "color": _one(["", *offer.readable]),
        "y": _one(["", *offer.numbers]),
        "aggregate": _one(CATALOGUE["chart"].by_name["aggregate"].choices),
        "where": _where(offer),
    }


_TABLE = {"filter": _filter, "aggregate": _aggregate, "sort": _sort, "chart": _chart}


def _where(offer: Offer) -> dict[str, Any]:
    value = {"anyOf": [{"type": "string"}, {"type": "number"}, {"type": "array", "items": {"type": "string"}}]}
    condition = _object({"column": _one(offer.readable), "op": _one(OPS), "value": value})
    return {"type": "array", "items": condition}


def _step(task: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    return _object({"task": _one([task]), **fields})


def _object(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": dict(fields), "required": list(fields), "additionalProperties": False}


def _one(values: Sequence[str]) -> dict[str, Any]:
    return {"type": "string", "enum": list(dict.fromkeys(values))}
