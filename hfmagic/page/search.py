"""The models that a page lists for a task: with their scores, and the reason where one cannot be chosen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial

from ..data_profile import Profile
from ..errors import BadOption
from ..experience import past
from ..limits import Limits, parse_limits
from ..selection.candidates import Candidate, rank
from ..selection.rules import PREFERRED, SEARCHED_AS, reject, suits
from ..session import Options, Session
from ..tags import runnable_task
from .asks import Search
from .model_shown import model_shown
from .shows import Models

MOST_LISTED = 200  # of one search of the Hub


def search_models(session: Session, ask: Search) -> tuple[Models, Sequence[Candidate]]:
    """The list, and what is behind it. The Hub is asked only where the user clicked for it (`ask.hub`).

    Raises: BadOption for an operation, UnknownTask, HubError.
    """
    spec = runnable_task(ask.task)
    if spec.is_operation:
        raise BadOption(f"{ask.task} needs no model.")
    sources, device, away = session.hub, session.device(), ""
    models = sources.known()
    if ask.hub:
        if sources.client is None:
            raise BadOption("hfmagic is offline.", hint="%config HFMagic.offline = False")
        found = sources.search(
            *SEARCHED_AS.get(ask.task, (ask.task,)), words=ask.words, language=ask.language, most=MOST_LISTED
        )
        models, away = tuple({m.model_id: m for m in (*models, *found.models)}.values()), found.away
    asked = {"license": ask.license, "max_size": ask.max_size, "language": ask.language}
    given = Limits.model_validate({name: value for name, value in asked.items() if value})
    limits, today = parse_limits(session.config.limit).merged(given), date.today()
    rule = partial(reject, spec, limits=limits, device=device, today=today, pack=session.pack, examined=False)
    ranked = rank(
        [m for m in models if suits(spec, m)],
        rule,
        preferred=PREFERRED.get(ask.task, ""),
        weights=session.config.weights,
        past=past(session.store, ask.task, Profile()),
        today=today,
    )
    ratings = session.store.ratings(ask.task)
    shown = tuple(model_shown(c, device, ratings) for c in ranked)
    return Models(task=ask.task, models=shown, away=away, device=device.torch_name), ranked


def step_candidates(session: Session, step_id: str) -> tuple[Models, Sequence[Candidate]]:
    """The candidates of a step of the last plan, as they were looked at. Raises: BadOption."""
    candidates = tuple(c for c in session.why(step_id) if not c.rejected.startswith("is for "))
    step = session.proposal.plan.step(step_id) if session.proposal else None
    options = session.proposal.options if session.proposal else Options()
    device = session.device(options)
    ratings = session.store.ratings(step.task) if step else {}
    shown = tuple(model_shown(c, device, ratings) for c in candidates)
    chosen = step.model.model_id if step and step.model else ""
    return Models(
        task=step.task if step else "", models=shown, away="", device=device.torch_name, chosen=chosen
    ), candidates
