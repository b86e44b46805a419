"""The JSON schema of everything that goes over the line, for the page's types: `python -m hfmagic.page.schema`."""

from __future__ import annotations

import json
from typing import Any

from pydantic import TypeAdapter

from ..hub.facts import ModelFacts
from .shows import Protocol


def schema() -> dict[str, Any]:
    """One schema with a definition for each type, the plan and the facts of a model among them."""
    found = Protocol.model_json_schema(mode="serialization")
    facts = TypeAdapter(ModelFacts).json_schema(mode="serialization")
    found["$defs"] |= facts.pop("$defs", {}) | {"ModelFacts": facts}
    for definition in found["$defs"].values():  # a title on each field would become a type of its own
        for field in definition.get("properties", {}).values():
            field.pop("title", None)
    found["title"] = "Protocol"
    return found


if __name__ == "__main__":
    print(json.dumps(schema(), indent=1))
