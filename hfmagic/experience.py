"""What was learnt of models: by task and kind of data, from ratings, trials, corrections, failures and reverts.

The estimator is a decayed mean with an optimistic start: each model begins as if it had been liked in START of ROUNDS
rounds, so that one that is untried is preferred to one that disappoints, and each thing learnt counts half after
HALF_LIFE days ("optimistic initial values", Sutton and Barto, "Reinforcement Learning", 2nd ed. 2018, 2.6; why that
explores enough: Even-Dar and Mansour, "Convergence of optimistic and incremental Q-learning", NIPS 2001).

It was the simplest of those that meet both goals. `bench/learning.py`, 2,000 simulated users, best model 0.9, the
others uniform in 0.3 … 0.8, 10 ratings a day; regret over the first 50 ratings as a share of uniform picking's, and how
often the best model is both the one picked most and the one estimated highest after 500:

    models               5             10
    no learning          0.98   0.20   1.00   0.10
    decayed mean         0.40   0.62   0.53   0.38
    ours                 0.28   0.99   0.48   0.97
    Beta-Thompson        0.48   0.99   0.68   0.98
    UCB1                 0.75   1.00   0.88   0.99

It needs no random draw either: the same evidence always gives the same choice, whenever it is read, since ages count
from the newest thing that was learnt at the task.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from .data_profile import Profile, likeness
from .errors import HFMagicError, ModelError, NotAvailable, RunError
from .store import Evidence, Source, Store

START, ROUNDS = 0.86, 18  # others near it meet both goals, too; fewer rounds find the best model less often
HALF_LIFE = 180.0  # days
LIKE = 0.5  # from which likeness on data are called like
ROWS_A_ROUND = 10  # rows of a trial that count as much as one rated result
MOST_ROUNDS = 10  # that one trial counts
# How many rated results one of these is worth. A revert may be mere curiosity; a checked row is one of many.
WEIGHTS: Mapping[Source, float] = MappingProxyType(
    {"rating": 1.0, "correction": 0.2, "failure": 2.0, "revert": 0.5, "alert": 3.0}
)
_DAY = 86_400.0


@dataclass(frozen=True)
class Past:
    """What experience says of a model: `value` 0…1 (0.5: nothing), what that rests on in rounds, and in words.

    0.5 is also what a model gets that is liked in START of all rounds: it is as good as one that is untried.
    """

    value: float = 0.5
    evidence: float = 0.0
    words: str = ""

    @property
    def lean(self) -> float:
        """-1…1: how far experience speaks against or for the model, the less of it the nearer to 0.

        Models that are alike in all else stand in the order of it, which is the order of their `estimate`.
        """
        rounds = max(self.evidence, 0.0)
        return (2 * min(max(self.value, 0.0), 1.0) - 1) * rounds / (rounds + ROUNDS)


def estimate(good: float, rounds: float) -> float:
    """How good a model is believed to be, 0…1, after `good` of `rounds` (weights count as parts of a round)."""
    return (good + START * ROUNDS) / (rounds + ROUNDS)


def past(store: Store, task: str, profile: Profile) -> dict[str, Past]:
    """Model id → what experience says of it for data of this profile; models that nothing is known of are left out."""
    found = store.evidence(task)
    if not found:
        return {}
    newest = max(e.at for e in found)
    alike = {kept: likeness(kept, profile) for kept in {e.profile for e in found}}
    by_model: dict[str, list[_Known]] = {}
    for one in found:
        # a model that cannot be loaded or run fails with any data
        share = 1.0 if one.source == "failure" else alike[one.profile]
        decay = 0.5 ** ((newest - one.at) / _DAY / HALF_LIFE)
        by_model.setdefault(one.model_id, []).append(_Known(one, share, one.weight * decay * share))
    return {model_id: _past(own) for model_id, own in by_model.items()}


@dataclass(frozen=True, slots=True)
class _Known:
    """Evidence, how alike its data are, and what it counts by now."""

    fact: Evidence
    alike: float
    weight: float


def _past(known: Sequence[_Known]) -> Past:
    rounds = sum(k.weight for k in known)
    near = [k.fact for k in known if k.alike >= LIKE]
    words = _words(near, [k.fact for k in known if 0 < k.alike < LIKE])
    if rounds <= 0:
        return Past(words=words)
    mean = sum(k.weight * k.fact.value for k in known) / rounds
    value = 0.5 * mean / START if mean < START else 0.5 + 0.5 * (mean - START) / (1 - START)
    return Past(value, rounds, words)


# In words


def _words(near: Sequence[Evidence], far: Sequence[Evidence]) -> str:
    """For instance "liked 4 of 5 times on like data; won a trial of 100 rows; failed once"."""
    said = [_rated(near, "like"), _rated(far, "other"), _tried(near), _tried(far, " on other data")]
    checked = [e for e in near if e.source == "correction"]
    if checked:
        said.append(f"{sum(e.value > 0.5 for e in checked)} of {len(checked)} checked rows right")
    for source, words in (("failure", "failed"), ("revert", "swapped away"), ("alert", "its quality fell")):
        if count := sum(e.source == source for e in near):
            said.append(f"{words} {_times(count)}")
    return "; ".join(filter(None, said))


def _rated(found: Sequence[Evidence], where: str) -> str:
    rated = [e.value > 0.5 for e in found if e.source == "rating"]
    return f"liked {sum(rated)} of {_counted(len(rated), 'time')} on {where} data" if rated else ""


def _tried(found: Sequence[Evidence], where: str = "") -> str:
    trials = [e for e in found if e.source == "trial"]
    if not trials:
        return ""
    if len(trials) > 1:
        won = sum(e.value > 0.5 for e in trials if e.weight)
        return f"won {won} of {len(trials)} trials, {sum(e.rows for e in trials):,} rows{where}"
    one = trials[0]
    how = ("won" if one.value > 0.5 else "lost") if one.weight else "neither won nor lost"
    return f"{how} a trial of {_counted(one.rows, 'row')}{where}"


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


# What teaches it


def learn_from_rating(
    store: Store, task: str, model_id: str, revision: str, profile: Profile, *, run: str, liked: bool
) -> None:
    """A user's word on what a step gave; a later one about the same `run` replaces it."""
    weight = WEIGHTS["rating"]
    store.add_evidence(Evidence(task, model_id, revision, profile, "rating", float(liked), weight, run))


def learn_from_correction(
    store: Store, task: str, model_id: str, revision: str, profile: Profile, *, row: str, right: bool
) -> None:
    """A user said what a row really is, and the model had said so, or not. `row` names it, such as "<run>:<number>"."""
    weight = WEIGHTS["correction"]
    store.add_evidence(Evidence(task, model_id, revision, profile, "correction", float(right), weight, row))


def learn_from_trial(
    store: Store,
    task: str,
    model_id: str,
    revision: str,
    profile: Profile,
    *,
    measure: str,
    value: float,
    n: int,
    won: bool | None,
    run: str = "",
) -> None:
    """How a model did in a trial of `n` rows; ten of them count as one rated result.

    Args:
        value: of `measure`, the higher the better; kept within 0…1.
        won: None where the order stayed open, so that nothing is learnt of who is better, and the figure is kept.
        run: of the trial; a later outcome of the same one, such as after another row was labelled, replaces it.
    """
    weight = 0.0 if won is None else min(n / ROWS_A_ROUND, MOST_ROUNDS)
    quality = min(max(value, 0.0), 1.0)
    known = (run, measure, quality, n)
    store.add_evidence(Evidence(task, model_id, revision, profile, "trial", float(bool(won)), weight, *known))


def learn_from_failure(
    store: Store, task: str, model_id: str, revision: str, profile: Profile, *, error: HFMagicError, run: str = ""
) -> bool:
    """A step failed. False where that is not the model's fault, such as a Hub that is away: nothing is learnt."""
    if isinstance(error, NotAvailable) or not isinstance(error, ModelError | RunError):
        return False
    weight = WEIGHTS["failure"]
    store.add_evidence(Evidence(task, model_id, revision, profile, "failure", 0.0, weight, run))
    return True


def learn_from_revert(
    store: Store, task: str, model_id: str, revision: str, profile: Profile, *, run: str = ""
) -> None:
    """The user took another model after this one had run; `run` is that run."""
    weight = WEIGHTS["revert"]
    store.add_evidence(Evidence(task, model_id, revision, profile, "revert", 0.0, weight, run))
