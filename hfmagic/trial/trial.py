"""A trial as a value: what several models gave for the same rows, and what follows from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ..data_profile import Profile
from ..intervals import bootstrap_interval, share_interval
from ..measures import ACCURACY, EXACT, Measure, macro_f1, plain, word_f1
from .names import match_names
from .verdict import NO_VERDICT, Verdict, decide

if TYPE_CHECKING:
    import numpy as np

MOST_SHOWN = 50  # rows on which the models disagree
Labels = tuple[str | None, ...]
NOTHING: Mapping[Any, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Tried:
    """How a model did over `done` rows, which took `seconds` without `load_seconds` for loading it.

    `value` is the trial's measure with its 95 % interval; None while there is nothing to measure. `row_ms` is the
    median of what a row took (milliseconds), `peak_bytes` what the model took in memory at most; 0: not measured.
    `also` are further figures, name → value.
    """

    model_id: str
    done: int = 0
    seconds: float = 0.0
    value: float | None = None
    low: float = 0.0
    high: float = 1.0
    error: str = ""
    revision: str = ""
    load_seconds: float = 0.0
    row_ms: float = 0.0
    peak_bytes: int = 0
    also: tuple[tuple[str, float], ...] = ()

    @property
    def rows_per_second(self) -> float:
        """Throughput, loading aside; 0 before it has run."""
        return self.done / self.seconds if self.seconds > 0 else 0.0


@dataclass(frozen=True)
class Outcome:
    """What a trial says of a model, to be remembered for like data: no row, no label.

    `value` is what `measure` gave over `n` rows, turned where less is better: 1 is best, 0 worst. `wins`: it was shown
    to be the best one, or another one was; None where the order stayed open.
    """

    task: str
    model_id: str
    revision: str
    profile: Profile
    measure: str
    value: float
    n: int
    wins: bool | None


@dataclass(frozen=True)
class Trial:
    """What each model gave for rows of a step, chosen to be varied.

    `given` maps a model to its answers, row by row, as text, and `answers` to the answers themselves; `known` maps a
    row to what a column of labels says, `truth` to what the user has said since; `subjects` are what the step worked
    on, `places` the rows of the frame. `groups` are the values of the column `by`. `wanted` rows were asked for;
    `stopped` says why fewer were run. `spends` is the share of the chance of error that is spent so far (see
    `intervals.LOOKS`). `names` maps a model's labels to the user's.
    """

    step_id: str
    task: str
    rows: int
    models: tuple[Tried, ...]
    subjects: tuple[str, ...] = ()
    given: Mapping[str, Labels] = field(default_factory=lambda: NOTHING)
    truth: Mapping[int, str] = field(default_factory=dict)
    running: bool = True
    error: str = ""
    answers: Mapping[str, tuple[Any, ...]] = field(default_factory=lambda: NOTHING)
    known: Mapping[int, Any] = field(default_factory=lambda: NOTHING)
    scored_by: Measure = ACCURACY
    places: tuple[int, ...] = ()
    groups: tuple[str, ...] = ()
    by: str = ""
    wanted: int = 0
    stopped: str = ""
    spends: float = 1.0
    names: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    notes: tuple[str, ...] = ()
    language: str = "en"
    profile: Profile = field(default_factory=Profile)
    seed: int = 0

    @property
    def measure(self) -> str:
        """Agreement with the other models until rows are labelled; then the measure that fits the task."""
        return self.scored_by.name if self.known else "accuracy" if self.truth else "agreement"

    @cached_property
    def ranked(self) -> tuple[Tried, ...]:
        """The models with what was measured, best first; the quicker one of two alike."""
        measured = [self._measured(m) for m in self.models]
        sign = -1 if self._measure.more else 1
        return tuple(sorted(measured, key=lambda m: (m.value is None, sign * (m.value or 0), m.seconds, m.model_id)))

    @cached_property
    def verdict(self) -> Verdict:
        """Which model is the best one, where that is sure. Agreement is no quality: without labels there is none."""
        if not self.truths or len(self.evidence) < 2:
            return NO_VERDICT
        common = sorted(set.intersection(*(set(rows) for rows, _ in self.evidence.values())))
        found = {m: f[[rows.index(i) for i in common]] for m, (rows, f) in self.evidence.items()}
        return decide(self._measure, found, spends=self.spends, anytime=not self.known, seed=self.seed)

    @property
    def covers_labels(self) -> bool:
        """False where labels were matched by best fit and some are left over: the column may be the wrong one."""
        known = {plain(x) for x in self.known.values() if isinstance(x, str)}
        return all(known <= {plain(x) for x in matched.values()} for matched in self.matched.values() if matched)

    @property
    def disagreements(self) -> tuple[int, ...]:
        """Rows for which the models gave different answers, those that the user has labelled last."""
        rows = [i for i in range(self.rows) if len({g[i] for g in self.given.values() if i < len(g)}) > 1]
        return tuple(sorted(rows, key=lambda i: i in self.truth))[:MOST_SHOWN]

    @property
    def labels(self) -> tuple[str, ...]:
        """Every answer that was given, and every label of the user's."""
        return tuple(sorted({x for g in self.given.values() for x in g if x} | set(self.truth.values())))

    def labelled(self, row: int, label: str) -> Trial:
        """The same with a row labelled; an empty label takes it back."""
        truth = {k: v for k, v in self.truth.items() if k != row}
        return replace(self, truth=truth | ({row: label} if label else {}))

    def with_model(self, tried: Tried) -> Trial:
        """The same with a model as it stands now."""
        return replace(self, models=tuple(tried if m.model_id == tried.model_id else m for m in self.models))

    @cached_property
    def truths(self) -> Mapping[int, Any]:
        """Row → what it really is: the user's last word, else the column's."""
        return {**self.known, **{i: self._meant(i, label) for i, label in self.truth.items()}}

    @cached_property
    def matched(self) -> Mapping[str, Mapping[str, str]]:
        """Model → which of its labels was taken for which of the column's, where the two share no name."""
        if self.scored_by is not ACCURACY or self.names:
            return {}
        found = {}
        for model, given in self.answers.items():
            pairs = [(plain(given[i]), plain(t)) for i, t in self.known.items() if i < len(given)]
            found[model] = match_names([g for g, _ in pairs], [t for _, t in pairs])
        return {model: guessed for model, guessed in found.items() if guessed}

    @cached_property
    def evidence(self) -> Mapping[str, tuple[list[int], np.ndarray]]:
        """Model → the labelled rows that it ran on, and what each adds to the sums of the measure."""
        import numpy as np

        found = {}
        for model, said in self._said.items():
            rows = [i for i in self._countable if i < len(self.given[model])]
            if rows:
                found[model] = (rows, np.array([self._measure.row(said[i], self.truths[i]) for i in rows], float))
        return found

    def outcomes(self) -> tuple[Outcome, ...]:
        """What is worth remembering, where rows were labelled; the user's clicks are on hard rows, and do not count."""
        if not self.known:
            return ()
        verdict = self.verdict
        found = []
        for m in self.ranked:
            if m.value is None:
                continue
            rows, wins = len(self.evidence[m.model_id][0]), verdict.best == m.model_id
            known = wins if verdict.kind == "clear" else None
            figure = self.scored_by.goodness(m.value)
            found.append(Outcome(self.task, m.model_id, m.revision, self.profile, self.measure, figure, rows, known))
        return tuple(found)

    @property
    def _measure(self) -> Measure:
        return self.scored_by if self.known else ACCURACY

    @cached_property
    def _countable(self) -> list[int]:
        """Labelled rows that the step selected; of numbers only those with an answer of every model."""
        count = all if self._measure.skips else any
        ran = [g for g in self.given.values() if g]
        return [i for i in sorted(self.truths) if ran and count(g[i] is not None for g in ran if i < len(g))]

    @cached_property
    def _said(self) -> Mapping[str, Sequence[Any]]:
        """Model → its answers as they are compared, labels in the column's words."""
        if not self.known:
            return self.given
        if self.scored_by is not ACCURACY:
            return self.answers
        return {m: [self._in_words(m, answer) for answer in given] for m, given in self.answers.items()}

    def _in_words(self, model: str, label: Any) -> str:
        name, told = plain(label), {plain(mine): plain(theirs) for mine, theirs in self.names.items()}
        guessed: Mapping[str, str] = self.matched.get(model, NOTHING)
        return told.get(name) or guessed.get(name, name)

    def _meant(self, row: int, label: str) -> Any:
        """A click takes over what a model gave, of which the page has shown the text."""
        model = next((m for m, g in self.given.items() if row < len(g) and g[row] == label), "")
        if not self.known or not model:
            return label
        return self._in_words(model, label) if self.scored_by is ACCURACY else self.answers[model][row]

    def _measured(self, model: Tried) -> Tried:
        mine = self.given.get(model.model_id)
        if not mine or model.error:
            return model
        if self.truths:
            return self._with_figures(model)
        others = [g for m, g in self.given.items() if m != model.model_id and g]
        if not others:
            return model
        shares = [_share([o[i] == said for o in others if i < len(o)]) for i, said in enumerate(mine)]
        value = sum(shares) / len(shares)
        low, high = share_interval(sum(shares), len(shares))
        return replace(model, value=value, low=low, high=high)

    def _with_figures(self, model: Tried) -> Tried:
        if model.model_id not in self.evidence:
            return model
        rows, found = self.evidence[model.model_id]
        measure = self._measure
        value = float(measure.value(found.sum(0)))
        interval = (
            share_interval(float(found[:, 0].sum()), len(found))
            if measure.is_share
            else bootstrap_interval(found, measure.value, seed=self.seed)
        )
        said, truths = self._said[model.model_id], [self.truths[i] for i in rows]
        also: tuple[tuple[str, float], ...] = ()
        if measure is ACCURACY and self.known:
            also = (("macro-F1", macro_f1([said[i] for i in rows], truths)),)
        elif measure is EXACT:
            also = (("F1", sum(word_f1(said[i], t) for i, t in zip(rows, truths, strict=True)) / len(rows)),)
        return replace(model, value=value, low=interval[0], high=interval[1], also=also)


def _share(agree: Sequence[bool]) -> float:
    return sum(agree) / len(agree) if agree else 0.0
