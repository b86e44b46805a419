"""What a pick rests on, in words for a reader: who or what chose it, and whether it was tried on the user's rows."""

from __future__ import annotations

from collections.abc import Sequence

from ..fit.time import seconds_words
from .candidates import Candidate
from .look import Look
from .score import Part

NOT_TRIED = "not tried on your rows"
TRIED_MODELS = 3
TRIED_ROWS = 20


def rests_on(found: Look, chosen: Candidate) -> str:
    """Of a model that the score chose: by what, among how many; what speaks against it; whether it was tried."""
    among = found.open
    vetted = f"vetted by pack {found.pack}, " if chosen.facts.model_id in found.vetted else ""
    others = (
        f"chosen by {_decider(chosen, among)}, best of {len(among)}" if len(among) > 1 else "the only one that fits"
    )
    basis = chosen.basis.removesuffix(f", {chosen.past.words}")  # what was lived through stands at the end
    return f"{vetted}{others}: {basis}{against(chosen)}; {tried(found, chosen)}"


def against(chosen: Candidate) -> str:
    """The warning of one that is taken only because nothing else fits."""
    return f"; but it {chosen.soft}" if chosen.soft else ""


def tried(found: Look, chosen: Candidate) -> str:
    """What was lived through with it, else that it was not tried; and the trial that would tell more."""
    lived = chosen.past.words
    if "trial" in lived:
        return lived
    offer = _trial(found)
    return f"{lived or NOT_TRIED}{f' · {offer}' if offer else ''}"


def _decider(chosen: Candidate, among: Sequence[Candidate]) -> str:
    """The part of the score by which it is furthest ahead of the next best, in a word or two."""
    other = next(c for c in among if c.facts.model_id != chosen.facts.model_id)
    own, next_best = ({p.name: p for p in c.breakdown.parts} for c in (chosen, other))
    both = own | next_best
    ahead = {n: _points(own.get(n)) - _points(next_best.get(n)) for n in both}
    name = max(ahead, key=lambda n: ahead[n])
    if ahead[name] <= 0:
        return "name"  # alike ones are taken by their names
    return (own.get(name) or next_best[name]).by


def _points(part: Part | None) -> float:
    return part.points if part else 0.0


def _trial(found: Look) -> str:
    """`try 3 on 20 rows (~40 s)`; without the time where one of them is not known; empty where there is no choice."""
    first = found.open[:TRIED_MODELS]
    if len(first) < 2:
        return ""
    known = [s for s in map(found.seconds_of, first) if s]
    seconds = f" (~{seconds_words(TRIED_ROWS * sum(known))})" if len(known) == len(first) else ""
    return f"try {len(first)} on {TRIED_ROWS} rows{seconds}"
