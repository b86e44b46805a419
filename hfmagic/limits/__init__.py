"""What a model must and must not be: limits as data, from options, JSON, a file or a column. Knows no model."""

from .amounts import parse_bytes, parse_count, parse_days, parse_seconds, size_words
from .data import limits_of
from .licenses import LICENSES, STRICTNESS, LicenseClass, license_class
from .limits import Limits
from .parse import parse_limits, read_limits

__all__ = [
    "LICENSES",
    "STRICTNESS",
    "LicenseClass",
    "Limits",
    "license_class",
    "limits_of",
    "parse_bytes",
    "parse_count",
    "parse_days",
    "parse_limits",
    "parse_seconds",
    "read_limits",
    "size_words",
]
