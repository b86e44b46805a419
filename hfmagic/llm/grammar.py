"""Which tokens may come next, so that a model can write nothing but JSON of a schema. Knows no model.

llguidance does the work (https://github.com/guidance-ai/llguidance, docs/json_schema.md); here its bounds are set.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..errors import NotAvailable, clip, one_line
from .strict import NoObject

if TYPE_CHECKING:
    import numpy as np
    from llguidance import LLMatcher, LLTokenizer

INSTALL = "pip install 'hfmagic[local]'"
MAX_STRING = 200  # characters of a text that the schema does not bound
MAX_ITEMS = 12  # of a list that the schema does not bound
MAX_OBJECTS = 4  # likewise, of a list of objects
LARGEST = 1_000_000_000
FINEST = 0.0001  # the last decimal of a number: without one, a model could write digits for ever
_FORM = {"whitespace_flexible": False, "item_separator": ", ", "key_separator": ": "}
"""As `json.dumps` writes, and so the examples in a prompt."""
_PARTS = ("anyOf", "oneOf", "allOf")


def is_installed() -> bool:
    """True when the extra `local` is there."""
    from importlib.util import find_spec

    return find_spec("llguidance") is not None


def check_installed() -> None:
    """Raise NotAvailable when the extra `local` is missing."""
    if not is_installed():
        raise NotAvailable("a planner in this kernel needs llguidance.", hint=INSTALL)


def bounded(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A schema with an end to every text, list, object and number that has none; what fits it fits the given one."""
    found = dict(schema)
    if "enum" in found or "const" in found:
        return found
    for key in _PARTS:
        if key in found:
            found[key] = [bounded(part) for part in found[key]]
    if "properties" in found:
        found["properties"] = {name: bounded(part) for name, part in found["properties"].items()}
    if isinstance(found.get("items"), Mapping):
        found["items"] = bounded(found["items"])
    limits = _LIMITS.get(str(found.get("type")), {})
    if found.get("type") == "array" and "properties" in found.get("items", {}):
        limits = {"maxItems": MAX_OBJECTS}
    return {**limits, **found}


_LIMITS: Mapping[str, Mapping[str, Any]] = {
    "object": {"additionalProperties": False},
    "string": {"maxLength": MAX_STRING},
    "array": {"maxItems": MAX_ITEMS},
    "integer": {"minimum": -LARGEST, "maximum": LARGEST},
    "number": {"minimum": -LARGEST, "maximum": LARGEST, "multipleOf": FINEST},
}
"""Type → the bounds that it gets where it has none of its own."""


def read_vocabulary(tokenizer: Any, size: int) -> LLTokenizer:
    """A tokenizer of transformers as llguidance wants it; takes about a second.

    Args:
        size: numbers that the model gives for each next token; often more than the tokenizer has tokens.
    Raises: NotAvailable without llguidance, or for a tokenizer that is none of the fast ones.
    """
    check_installed()
    from llguidance.hf import from_tokenizer

    try:
        return from_tokenizer(tokenizer, n_vocab=size)
    except ValueError as error:
        said = clip(one_line(str(error)), 80)
        raise NotAvailable(f"this model's tokenizer cannot be constrained: {said}.", hint="another model") from error


def start(schema: Mapping[str, Any], vocabulary: LLTokenizer) -> LLMatcher:
    """A matcher before the first token. Raises: NoObject for a schema that llguidance cannot take."""
    from llguidance import LLMatcher

    try:
        grammar = LLMatcher.grammar_from_json_schema(bounded(schema), overrides=_FORM)  # type: ignore[arg-type]
    except ValueError as error:
        raise NoObject(f"the form of the answer cannot be read: {clip(one_line(str(error)), 80)}.") from error
    found = LLMatcher(vocabulary, grammar, log_level=0)
    check(found)
    return found


def check(matcher: LLMatcher) -> None:
    """Raise NoObject when a matcher has failed: it says so no other way."""
    if matcher.is_error():
        raise NoObject(f"the form of the answer cannot be held: {clip(one_line(matcher.get_error()), 80)}")


def allowed(matcher: LLMatcher, size: int) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Which tokens may come next: shape (size,), boolean."""
    import numpy as np
    from llguidance.numpy import allocate_token_bitmask, fill_next_token_bitmask

    mask = allocate_token_bitmask(1, size)  # (1, size / 32), int32
    fill_next_token_bitmask(matcher, mask)
    return np.unpackbits(mask.view(np.uint8), bitorder="little")[:size].astype(bool)
