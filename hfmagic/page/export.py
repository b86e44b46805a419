"""The last plan to take away: as JSON, as a cell that names its models, or as Python without hfmagic."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..errors import InvalidPlan
from ..session import Session


def exported(session: Session, form: str, namespace: Mapping[str, Any]) -> str:
    """The text. Raises: InvalidPlan where there is no plan yet, or a cell could not say it."""
    proposal = session.proposal
    if proposal is None:
        raise InvalidPlan("there is no plan yet.", hint="describe a task in a %%hf cell first")
    plan = proposal.plan
    if form == "json":
        return plan.to_json(indent=2)
    if form == "python":
        return session.to_python("cell", namespace)
    if proposal.edited:
        raise InvalidPlan("its settings were edited, which no request says.", hint="take it as Python, or as JSON")
    given = proposal.options
    names = [shlex.quote(str(i.value)) if isinstance(i.value, Path) else name for name, i in proposal.inputs.items()]
    options = {"-o": given.output, "--rows": given.rows, "--limit": given.limit, "--device": given.device}
    words = [part for name, value in options.items() if value for part in (name, shlex.quote(str(value)))]
    models = [part for s in plan.steps if s.model for part in ("--model", f"{s.id}={s.model.model_id}")]
    return f"%%hf {' '.join((*names, *words, *models))}\n{plan.request.strip()}\n"
