"""What a model must and must not be: limits as data, from `license=permissive,max_size=2GB` or JSON."""

from __future__ import annotations

import json
import re
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from .errors import BadOption, did_you_mean
from .kinds import Schema

LicenseClass = Literal["permissive", "copyleft", "non-commercial", "restricted", "unknown"]

_LICENSES: dict[LicenseClass, tuple[str, ...]] = {
    "permissive": (
        "apache-2.0", "mit", "bsd", "bsd-2-clause", "bsd-3-clause", "cc0-1.0", "cc-by-3.0", "cc-by-4.0", "isc", "unlicense",
        "wtfpl", "zlib", "bsl-1.0", "afl-3.0", "ecl-2.0", "ncsa", "postgresql", "pddl", "odc-by", "cdla-permissive-1.0",
        "cdla-permissive-2.0", "artistic-2.0", "ms-pl",
    ),
    "copyleft": (
        "gpl", "gpl-2.0", "gpl-3.0", "lgpl", "lgpl-2.1", "lgpl-3.0", "agpl-3.0", "mpl-2.0", "epl-1.0", "epl-2.0", "eupl-1.1",
        "eupl-1.2", "osl-3.0", "cc-by-sa-3.0", "cc-by-sa-4.0", "odbl", "gfdl", "cdla-sharing-1.0", "lgpl-lr",
    ),
    "non-commercial": (
        "cc-by-nc-2.0", "cc-by-nc-3.0", "cc-by-nc-4.0", "cc-by-nc-nd-3.0", "cc-by-nc-nd-4.0", "cc-by-nc-sa-2.0",
        "cc-by-nc-sa-3.0", "cc-by-nc-sa-4.0", "fair-noncommercial-research-license", "intel-research", "apple-amlr",
    ),
    "restricted": (
        "openrail", "openrail++", "creativeml-openrail-m", "bigscience-openrail-m", "bigscience-bloom-rail-1.0",
        "bigcode-openrail-m", "llama2", "llama3", "llama3.1", "llama3.2", "llama3.3", "llama4", "gemma", "deepfloyd-if-license",
        "cc-by-nd-4.0", "apple-ascl", "h-research", "c-uda",
    ),
}  # fmt: skip
"""The Hub's license ids by what they let a company do; any other id is unknown."""

_CLASS_OF = {name: group for group, names in _LICENSES.items() for name in names}
_UNITS = {
    "": 1,
    "b": 1,
    "k": 10**3,
    "m": 10**6,
    "g": 10**9,
    "t": 10**12,
    "ki": 2**10,
    "mi": 2**20,
    "gi": 2**30,
    "ti": 2**40,
}


def license_class(license_id: str | None) -> LicenseClass:
    """The class of one of the Hub's license ids."""
    return _CLASS_OF.get((license_id or "").lower(), "unknown")


class Limits(Schema):
    """Hard limits on every model of a plan. An empty limit limits nothing.

    `license` holds license ids or classes; `max_size` is in bytes of weights on disk; `language` is an ISO 639-1 code
    that the model must name (a model that names none is let through only for tasks without language).
    """

    license: tuple[str, ...] = ()
    max_size: Annotated[int, Field(ge=0)] | None = None
    max_parameters: Annotated[int, Field(ge=0)] | None = None
    language: str | None = None
    owner: tuple[str, ...] = ()
    not_owner: tuple[str, ...] = ()

    def merged(self, other: Limits) -> Limits:
        """Both limits; where both set the same one, `other` wins."""
        return self.model_copy(update=other.model_dump(exclude_unset=True))


def parse_limits(text: str) -> Limits:
    """Limits from `name=value,name=value` (several values: `license=mit|apache-2.0`) or from JSON.

    Raises: BadOption naming the part that cannot be read.
    """
    text = text.strip()
    if not text:
        return Limits()
    try:
        pairs = (
            json.loads(text) if text.startswith("{") else dict(_pair(part) for part in text.split(",") if part.strip())
        )
        return Limits.model_validate({name: _value(name, value) for name, value in pairs.items()})
    except json.JSONDecodeError as error:
        raise BadOption(f"--limit is no JSON: {error.msg} at character {error.pos}.") from None
    except RecursionError:
        raise BadOption("--limit is nested too deeply.", hint="write name=value, such as max_size=2GB") from None
    except ValidationError as error:
        name = ".".join(map(str, error.errors()[0]["loc"]))
        hint = did_you_mean(name, Limits.model_fields) or f"limits are {', '.join(Limits.model_fields)}"
        raise BadOption(f"--limit cannot read {name!r}.", hint=hint) from None


def parse_bytes(text: str | float) -> int:
    """`2GB`, `500 MB`, `1.5GiB` or a number → bytes."""
    match = re.fullmatch(r"\s*([\d.]+)\s*([kmgt]?i?)b?\s*", str(text), re.IGNORECASE)
    if not match or match[2].lower() not in _UNITS:
        raise BadOption(f"{text!r} is no size.", hint="write it like 500MB or 2GB")
    try:
        return int(float(match[1]) * _UNITS[match[2].lower()])
    except (ValueError, OverflowError):
        raise BadOption(f"{text!r} is no size.", hint="write it like 500MB or 2GB") from None


def size_words(size: float) -> str:
    """Bytes as a person reads them: `36 kB`, `338 MB`, `4.1 GB`."""
    for unit, factor in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size >= factor:
            return f"{size / factor:.1f} {unit}" if size < 10 * factor else f"{size / factor:,.0f} {unit}"
    return f"{size:,.0f} bytes"


def _pair(part: str) -> tuple[str, str]:
    name, sign, value = part.partition("=")
    if not sign or not value.strip():
        raise BadOption(f"--limit cannot read {part.strip()!r}.", hint="write name=value, such as max_size=2GB")
    return name.strip().replace("-", "_"), value.strip()


def _value(name: str, value: object) -> object:
    if name in ("max_size", "max_parameters") and isinstance(value, str | int | float):
        return parse_bytes(value)
    if name in ("license", "owner", "not_owner") and isinstance(value, str):
        return tuple(value.lower().split("|"))
    return value.lower() if name == "language" and isinstance(value, str) else value
