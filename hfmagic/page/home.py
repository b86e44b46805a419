"""What is there when a page opens → Home."""

from __future__ import annotations

from importlib.metadata import version

from ..session import Session
from ..tasks import CATALOGUE, TaskSpec
from .plan_shown import plan_shown
from .shows import Home, TaskShown
from .trial_shown import trial_shown


def home(session: Session) -> Home:
    """Asks no Hub, and imports no torch: a page opens in every notebook."""
    hub, here = session.hub, len(session.hub.models())
    now = session.stage.now  # last: what changed meanwhile was told already
    return Home(
        version=version("hfmagic"),
        tasks=tuple(_task(spec) for spec in CATALOGUE.values()),
        hub=hub.client.host if hub.client else "",
        planner=session.planner.name,
        models_here=here,
        plan=plan_shown(now),
        trial=trial_shown(now.trial),
    )


def _task(spec: TaskSpec) -> TaskShown:
    modality = spec.takes[spec.subject].value
    return TaskShown(
        name=spec.name, help=spec.help, modality=modality, gives=spec.gives.value, has_model=not spec.is_operation
    )
