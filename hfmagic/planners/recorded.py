"""Plans of a notebook that was run before, from the metadata of its outputs: no LLM is asked."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from ..errors import MissingFile, hide_secrets
from ..kinds import InputSchema
from ..plan import Plan
from ..provenance import Provenance, found_in
from ..scope import validate


class Recorded:
    """The plans of a notebook, in the order of its cells; a request that was made twice gets both in turn.

    A line such as `%hf go` plans nothing: what it ran after a swap is not what its request gets.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        planned = [cell for cell in cells(path) if not re.match(r"\s*%hf\b", "".join(cell.get("source", "")))]
        self._open = [record.plan for cell in planned for record in provenances(cell)]

    def plan(self, request: str, inputs: tuple[InputSchema, ...]) -> Plan | None:
        """The recorded plan for a request over inputs of these names, its models pinned; None where there is none.

        Raises: InvalidPlan where it does not fit the inputs any more.
        """
        names = {i.name for i in inputs}
        fits = [p for p in self._open if _words(p.request) == _words(request) and {i.name for i in p.inputs} == names]
        if len(fits) > 1:
            self._open.remove(fits[0])
        return validate(fits[0].model_copy(update={"inputs": inputs})) if fits else None


def cells(path: Path) -> list[dict[str, Any]]:
    """The code cells of a notebook. Raises: MissingFile where it cannot be read, or is none."""
    try:
        book = json.loads(path.read_text(encoding="utf-8"))
        return [c for c in book["cells"] if c["cell_type"] == "code"]
    except (OSError, ValueError, LookupError, TypeError, RecursionError) as error:
        raise MissingFile(f"{path} is no notebook that can be read ({type(error).__name__}).") from None


def provenances(cell: dict[str, Any]) -> list[Provenance]:
    """What the runs of a cell rest on."""
    outputs = cell.get("outputs")
    return found_in(outputs if isinstance(outputs, list) else [])


def _words(request: str) -> str:
    return " ".join(hide_secrets(request).split())
