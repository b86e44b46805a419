"""How fast a user's ratings find the best model: `python bench/learning.py` prints the table, of simulated users.

Each user has `models` to choose from, alike in all that is known of them; the best is liked with probability 0.9, the
others with one that is uniform in 0.3 … 0.8. Each round the rule picks a model and is told whether it was liked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from hfmagic.experience import HALF_LIFE, estimate

BEST, WORST, SECOND = 0.9, 0.3, 0.8
ROUNDS, EARLY = 500, 50
A_DAY = 10.0  # ratings
Array = np.ndarray


@dataclass(frozen=True)
class Seen:
    """What a rule may look at: weights of good and of all rounds, both of shape (users, models), the round, chance."""

    good: Array
    rounds: Array
    number: int
    chance: np.random.Generator


Rule = Callable[[Seen], Array]
"""A figure for each model, shape (users, models): the highest is picked, the first one of equal ones."""


@dataclass(frozen=True)
class Found:
    """Shares over all users.

    `early`: regret over the first 50 ratings against that of uniform picking; `later` that in the 50th round alone;
    `most_picked` and `estimated`: how often the best model is the one picked most, and estimated highest, after 500.
    """

    early: float
    later: float
    most_picked: float
    estimated: float


def no_learning(seen: Seen) -> Array:
    """Always the same."""
    return np.zeros_like(seen.good)


def uniform(seen: Seen) -> Array:
    """Any, by chance."""
    return seen.chance.random(seen.good.shape)


def decayed_mean(seen: Seen) -> Array:
    """The mean, as if there had been one good round and a bad one."""
    return (seen.good + 1) / (seen.rounds + 2)


def optimistic(seen: Seen) -> Array:
    """hfmagic's own, the very function."""
    return np.asarray(estimate(seen.good, seen.rounds))


def thompson(seen: Seen) -> Array:
    """A draw from each model's Beta posterior (Thompson 1933)."""
    return seen.chance.beta(seen.good + 1, seen.rounds - seen.good + 1)


def ucb1(seen: Seen) -> Array:
    """Auer, Cesa-Bianchi, Fischer, "Finite-time analysis of the multiarmed bandit problem", 2002."""
    rounds = np.maximum(seen.rounds, 1e-3)
    return seen.good / rounds + np.sqrt(2 * np.log(seen.number + 1) / rounds)


RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "uniform": uniform,
        "no learning": no_learning,
        "decayed mean": decayed_mean,
        "optimistic mean": optimistic,
        "Beta-Thompson": thompson,
        "UCB1": ucb1,
    }
)


def simulate(
    rule: Rule, models: int, *, users: int = 2_000, seed: int = 0, a_day: float = A_DAY, half_life: float = HALF_LIFE
) -> Found:
    """`users` with `models` each over 500 rounds; what was learnt counts half after `half_life` days."""
    chance = np.random.default_rng(seed)
    who = np.arange(users)
    liked = chance.uniform(WORST, SECOND, (users, models))
    best = chance.integers(0, models, users)
    liked[who, best] = BEST
    good, rounds, picks = (np.zeros((users, models)) for _ in range(3))
    regret, kept = np.zeros(ROUNDS), 0.5 ** (1 / a_day / half_life)
    for number in range(ROUNDS):
        picked = rule(Seen(good, rounds, number, chance)).argmax(axis=1)
        success = chance.random(users) < liked[who, picked]
        good *= kept
        rounds *= kept
        good[who, picked] += success
        rounds[who, picked] += 1
        picks[who, picked] += 1
        regret[number] = (BEST - liked[who, picked]).mean()
    chosen_by_chance = (BEST - liked).mean()
    return Found(
        early=float(regret[:EARLY].mean() / chosen_by_chance),
        later=float(regret[EARLY - 1] / chosen_by_chance),
        most_picked=float((picks.argmax(axis=1) == best).mean()),
        estimated=float((estimate(good, rounds).argmax(axis=1) == best).mean()),
    )


def main() -> None:
    """The table of docs and docstring."""
    print(f"{'':16} {'models':>6} {'regret 1-50':>12} {'at 50':>7} {'most picked':>12} {'estimated':>10}")
    for models in (5, 10):
        for name, rule in RULES.items():
            f = simulate(rule, models)
            print(f"{name:16} {models:6} {f.early:12.3f} {f.later:7.3f} {f.most_picked:12.3f} {f.estimated:10.3f}")
    for a_day in (1.0, 100.0):
        f = simulate(optimistic, 10, a_day=a_day)
        print(
            f"{'optimistic mean':16} {10:6} {f.early:12.3f} {f.later:7.3f} {f.most_picked:12.3f} {f.estimated:10.3f}"
            f"  {a_day:g} ratings a day"
        )


if __name__ == "__main__":
    main()
