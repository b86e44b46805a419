"""A folder that is in transformers format already: copied byte for byte."""

from __future__ import annotations

import shutil

from ..recipe import Advance, Figure, Job


def make(job: Job, advance: Advance) -> tuple[Figure, ...]:
    """Copy the members as they are."""
    advance("copying", 0.0)
    shutil.copytree(job.source, job.out, dirs_exist_ok=True)
    return ()
