"""The environment of a process that a test interrupts."""

from __future__ import annotations

import os


def unmeasured(**names: str) -> dict[str, str]:
    """The environment without coverage: an interrupt inside its tracer leaves its lock taken, and the process hangs."""
    return {k: v for k, v in os.environ.items() if not k.startswith("COVERAGE_")} | names
