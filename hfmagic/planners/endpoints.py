"""The endpoints that can plan: known ones by name, those of the configuration, and bare addresses."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from ..errors import NoEndpoint, clip, did_you_mean, one_line
from ..llm import Endpoint

KNOWN = MappingProxyType(
    {
        e.name: e
        for e in (
            Endpoint("openai", "https://api.openai.com/v1", "gpt-5-mini", "OPENAI_API_KEY"),
            Endpoint("huggingface", "https://router.huggingface.co/v1", "", "HF_TOKEN"),
            Endpoint("ollama", "http://127.0.0.1:11434/v1"),
            Endpoint("lmstudio", "http://127.0.0.1:1234/v1"),
            Endpoint("vllm", "http://127.0.0.1:8000/v1"),
            Endpoint("llamacpp", "http://127.0.0.1:8080/v1"),
        )
    }
)
"""Name → endpoint. Without a model, the only one that it serves is taken."""

_MANY = {"huggingface": "openai/gpt-oss-20b"}  # serves hundreds: one has to be named, such as this
_FIELDS = frozenset({"base_url", "model", "key"})


def is_named(name: str, configured: Mapping[str, Any]) -> bool:
    """True where a name is configured, known, or an address."""
    return name in configured or name in KNOWN or "://" in name


def find_endpoint(name: str, model: str, configured: Mapping[str, Any]) -> Endpoint:
    """The endpoint of a name, with the model where one is given.

    Args:
        name: of `configured`, a known one, or an address such as `http://127.0.0.1:8080/v1`.
        model: as the endpoint calls it; empty: the configured one, or the only one that it serves.
        configured: name → `{"base_url": …, "model": …, "key": NAME_OF_VARIABLE}`.

    Raises: NoEndpoint with the nearest name, or what is missing.
    """
    name = name.strip()
    if not is_named(name, configured):
        names = [*map(str, configured), *KNOWN]
        hint = did_you_mean(name, names) or f"one of {', '.join([*names, 'rules'][:8])}, or an address"
        raise NoEndpoint(f"there is no planner {clip(one_line(name), 40)!r}.", hint=hint)
    found = _configured(name, configured[name]) if name in configured else KNOWN.get(name) or Endpoint("endpoint", name)
    model = model.strip() or found.model
    if not model and name not in configured and name in _MANY:
        raise NoEndpoint(f"planner {name} serves many models: name one.", hint=f"%hf planner {name} {_MANY[name]}")
    if model != one_line(model) or len(model) > 200:
        raise NoEndpoint(f"planner {name}: {clip(one_line(model), 40)!r} is no name of a model.")
    return Endpoint(found.name, found.base_url, model, found.key)


def _configured(name: str, fields: Any) -> Endpoint:
    is_table = isinstance(fields, Mapping) and all(isinstance(v, str) for v in fields.values())
    if not is_table or not fields.get("base_url") or set(fields) - _FIELDS:
        raise NoEndpoint(
            f"planner {name!r} is not configured as it should be.",
            hint="{'base_url': 'https://…/v1', 'model': '…', 'key': 'NAME_OF_VARIABLE'}",
        )
    return Endpoint(name, fields["base_url"], fields.get("model", ""), fields.get("key", ""))
