"""How an endpoint is asked for JSON: by a schema, by a tool call, or in words; and which fields it refuses."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

MODES = ("json_schema", "tool", "text")
SEED = 20_011
MAX_TOKENS = 2000  # of an answer; a plan of twelve steps takes about 900
_LONG = 4  # times as many where an endpoint counts what the model thinks, too
_MAY_GO = ("temperature", "seed", "max_tokens", "max_completion_tokens", "tool_choice")
_MARK = " -"

Message = Mapping[str, str]


@dataclass(frozen=True)
class Manner:
    """A mode, and the fields to leave out. As text: `json_schema -temperature`."""

    mode: str = MODES[0]
    without: frozenset[str] = frozenset()

    @classmethod
    def read(cls, text: str) -> Manner:
        """From its text; the first mode for a text that says none."""
        mode, *without = text.split(_MARK)
        return cls(mode if mode in MODES else MODES[0], frozenset(without) & frozenset(_MAY_GO))

    def __str__(self) -> str:
        return "".join([self.mode, *(_MARK + f for f in sorted(self.without))])

    def leaving_out(self, refusal: str) -> Manner | None:
        """The same without the field that a refusal names; None where it names none."""
        named = next((f for f in _MAY_GO if f in refusal and f in self.fields), None)
        return replace(self, without=self.without | {named}) if named else None

    @property
    def fields(self) -> dict[str, Any]:
        """The fields that do not depend on the request."""
        limit = "max_completion_tokens" if "max_tokens" in self.without else "max_tokens"
        most = MAX_TOKENS if limit == "max_tokens" else MAX_TOKENS * _LONG
        found = {"temperature": 0, "seed": SEED, limit: most}
        return {name: value for name, value in found.items() if name not in self.without}

    def body(self, model: str, messages: Sequence[Message], schema: Mapping[str, Any], name: str) -> dict[str, Any]:
        """A request for an object that fits the schema."""
        said = [dict(m) for m in messages]
        body = {"model": model, "messages": said, **self.fields, "stream": False}
        if self.mode == "json_schema":
            described = {"name": name, "schema": schema, "strict": True}
            return body | {"response_format": {"type": "json_schema", "json_schema": described}}
        if self.mode == "tool":
            function = {"name": name, "description": f"Give the {name}.", "parameters": schema}
            body["tools"] = [{"type": "function", "function": function}]
            if "tool_choice" not in self.without:
                body["tool_choice"] = {"type": "function", "function": {"name": name}}
            return body
        text = json.dumps(schema, ensure_ascii=False, separators=(",", ":"))
        said[0]["content"] += f"\n\nAnswer with one JSON object in a ```json block, by this JSON schema:\n{text}"
        return body
