"""The Hub's license ids by what they let a company do."""

from __future__ import annotations

from typing import Literal

LicenseClass = Literal["permissive", "copyleft", "non-commercial", "restricted", "unknown"]

LICENSES: dict[LicenseClass, tuple[str, ...]] = {
    "permissive": (
        "apache-2.0", "mit", "bsd", "bsd-2-clause", "bsd-3-clause", "cc0-1.0", "cc-by-3.0", "cc-by-4.0", "isc",
        "unlicense", "wtfpl", "zlib", "bsl-1.0", "afl-3.0", "ecl-2.0", "ncsa", "postgresql", "pddl", "odc-by",
        "cdla-permissive-1.0", "cdla-permissive-2.0", "artistic-2.0", "ms-pl",
    ),
    "copyleft": (
        "gpl", "gpl-2.0", "gpl-3.0", "lgpl", "lgpl-2.1", "lgpl-3.0", "agpl-3.0", "mpl-2.0", "epl-1.0", "epl-2.0",
        "eupl-1.1", "eupl-1.2", "osl-3.0", "cc-by-sa-3.0", "cc-by-sa-4.0", "odbl", "gfdl", "cdla-sharing-1.0",
        "lgpl-lr",
    ),
    "non-commercial": (
        "cc-by-nc-2.0", "cc-by-nc-3.0", "cc-by-nc-4.0", "cc-by-nc-nd-3.0", "cc-by-nc-nd-4.0", "cc-by-nc-sa-2.0",
        "cc-by-nc-sa-3.0", "cc-by-nc-sa-4.0", "fair-noncommercial-research-license", "intel-research", "apple-amlr",
    ),
    "restricted": (
        "openrail", "openrail++", "creativeml-openrail-m", "bigscience-openrail-m", "bigscience-bloom-rail-1.0",
        "bigcode-openrail-m", "llama2", "llama3", "llama3.1", "llama3.2", "llama3.3", "llama4", "gemma",
        "deepfloyd-if-license", "cc-by-nd-4.0", "apple-ascl", "h-research", "c-uda",
    ),
}  # fmt: skip
"""Any other id is unknown."""

STRICTNESS: tuple[LicenseClass, ...] = ("permissive", "copyleft", "restricted", "non-commercial", "unknown")
"""Least strict first; of what is unknown the worst is assumed."""

_CLASS_OF = {name: group for group, names in LICENSES.items() for name in names}


def license_class(license_id: str | None) -> LicenseClass:
    """The class of one of the Hub's license ids."""
    return _CLASS_OF.get((license_id or "").lower(), "unknown")
