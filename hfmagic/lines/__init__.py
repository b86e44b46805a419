"""The words after `%hf`, such as go, why and use. Each shows something; none is clever."""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping, Sequence
from types import MappingProxyType
from typing import Any

from ..errors import BadOption, did_you_mean
from ..session import Options, Session
from . import about, cache, evidence, models, runs, tune
from .about import HELP
from .cache import FILES as CACHE_FILES
from .cache import WORDS as CACHE_WORDS
from .call import Call
from .evidence import RATINGS, show_trial
from .runs import run_proposal, show_run

__all__ = [
    "CACHE_FILES",
    "CACHE_WORDS",
    "HELP",
    "LINES",
    "RATINGS",
    "Call",
    "run_line",
    "run_proposal",
    "show_run",
    "show_trial",
]

Line = Callable[[Call], None]
FLAGS: Mapping[str, str] = MappingProxyType({"function": "code", "alerts": "log"})
"""Option without a value → the one line that it belongs to."""
NONE: frozenset[str] = frozenset()
_RUN = frozenset({"yes", "offline", "output", "device", "batch_size", "on_error", "engine"})
GO = _RUN | {"share_rows", "share_results", "phrase"}
LINES: Mapping[str, tuple[int, int, Line, frozenset[str]]] = MappingProxyType(
    {
        "go": (0, 0, runs.go, GO),
        "plan": (0, 1, runs.plan, NONE),
        "why": (1, 1, models.why, NONE),
        "use": (2, 2, models.use, frozenset({"offline", "limit", "device"})),
        "models": (0, 1, models.models, frozenset({"offline", "limit", "device"})),
        "code": (0, 2, runs.code, NONE),
        "app": (1, 1, runs.app, NONE),
        "reproduce": (0, 1, runs.reproduce, frozenset({"yes"})),
        "rate": (2, 2, evidence.rate, NONE),
        "trial": (1, 9, evidence.trial, frozenset({"labels", "by", "target", "yes"})),
        "tune": (1, 1, tune.tune, frozenset({"labels", "yes"})),
        "log": (0, 9, evidence.log, frozenset({"csv"})),
        "ledger": (0, 1, evidence.ledger, frozenset({"csv"})),
        "audit": (0, 1, evidence.audit, NONE),
        "fit": (0, 9, evidence.fit, NONE),
        "unload": (0, 1, models.unload, NONE),
        "cache": (0, 2, cache.cache, NONE),
        "planner": (0, 2, about.planner, frozenset({"yes"})),
        "sent": (0, 1, about.sent, NONE),
        "status": (0, 0, models.status, NONE),
        "doctor": (0, 1, about.doctor, frozenset({"offline", "device"})),
        "help": (0, 1, about.show_help, NONE),
    }
)
"""Word → fewest and most words after it, its function, and the options it takes."""


def run_line(
    session: Session,
    words: Sequence[str],
    namespace: MutableMapping[str, Any],
    options: Options | None = None,
    flags: frozenset[str] = frozenset(),
) -> None:
    """Do what a `%hf` line says. Raises: BadOption for a word that is none of LINES.

    Args:
        flags: options without a value that belong to one line, of FLAGS.
    """
    word, *rest = words or ("help",)
    if word not in LINES:
        hint = did_you_mean(word, LINES) or f"one of {', '.join(LINES)}; a request goes under %%hf"
        raise BadOption(f"%hf {word!r} is unknown.", hint=hint)
    low, high, function, takes = LINES[word]
    if options and (given := options.given - takes):
        name = min(given).replace("_", "-")
        raise BadOption(f"%hf {word} takes no --{name}.", hint="options of a request go on the %%hf line")
    if wrong := sorted(f for f in flags if FLAGS[f] != word):
        raise BadOption(f"--{wrong[0]} belongs to the line %hf {FLAGS[wrong[0]]}.")
    if not low <= len(rest) <= high:
        raise BadOption(f"%hf {word} takes {low if low == high else f'{low} to {high}'} words.", hint="see %hf help")
    function(Call(session, rest, namespace, options or Options(), flags))
