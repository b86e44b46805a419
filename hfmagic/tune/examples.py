"""Labelled rows of a step: each different input once, parted so that none is trained on and measured on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ..errors import BadOption, clip
from ..files import Held

FEWEST_ROWS = 40  # different inputs with a label: 10 of them are held out
FEWEST_OF_A_LABEL = 5  # so that each label stands in every part
MOST_LABELS = 3  # rows a label in the mean, at least: of fewer the column holds texts or numbers rather than labels
VALIDATION, HELD_OUT = 0.15, 0.25  # shares of the rows


@dataclass(frozen=True, slots=True)
class Example:
    """An input of the step, what it really is, and its row in the frame."""

    value: Any
    target: Any
    row: int


@dataclass(frozen=True)
class Parts:
    """What is trained on, what tells when to stop, and what nothing has seen until the end.

    `classes` are rows by label, of all parts; `repeated` rows were left out, as their input stands in another one.
    """

    train: tuple[Example, ...]
    validation: tuple[Example, ...]
    held_out: tuple[Example, ...]
    classes: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    repeated: int = 0

    @property
    def rows(self) -> int:
        """Of all parts."""
        return len(self.train) + len(self.validation) + len(self.held_out)


def part(
    examples: Sequence[Example],
    labels_of: Callable[[Any], Sequence[str]],
    *,
    column: str,
    fewest_labels: int = 2,
    seed: int = 0,
) -> Parts:
    """Part labelled rows at random, each label by the same shares, each different input in one part alone.

    Args:
        labels_of: a target's labels: one of a class, those of its spans, none where it has none.
        column: where the labels stand, for errors.
        fewest_labels: of spans one is enough: what has none is the other.
    Raises: BadOption says what is lacking: rows, labels, or rows of a label.
    """
    different = _different(examples)
    found = Counter(label for e in different for label in set(labels_of(e.target)))
    _check(len(different), found, column, fewest_labels)
    held, rest = _draw(different, labels_of, HELD_OUT, seed)
    validation, train = _draw(rest, labels_of, VALIDATION / (1 - HELD_OUT), seed)
    classes = MappingProxyType(dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))))
    return Parts(train, validation, held, classes, len(examples) - len(different))


def _check(rows: int, found: Mapping[str, int], column: str, fewest_labels: int) -> None:
    what = f"{clip(column, 40)!r}"
    if rows < FEWEST_ROWS:
        hint = f"label {FEWEST_ROWS - rows} more; a few hundred are better"
        raise BadOption(f"{what} has {rows} different rows with a label, {FEWEST_ROWS} are wanted.", hint=hint)
    if len(found) < fewest_labels:
        only = f"only the label {clip(next(iter(found)), 40)!r}" if found else "no label"
        raise BadOption(f"{what} has {only}, {fewest_labels} are wanted.", hint="label rows of another kind, too")
    if len(found) * MOST_LABELS > max(rows, sum(found.values())):
        what = f"{what} has {len(found):,} different values in {rows:,} rows: these are no labels."
        raise BadOption(what, hint="--labels COLUMN names a column whose values repeat")
    rare = min(found, key=lambda label: found[label])
    if found[rare] < FEWEST_OF_A_LABEL:
        what = f"{clip(rare, 40)!r} stands in {found[rare]} different rows of {what}, {FEWEST_OF_A_LABEL} are wanted."
        raise BadOption(what, hint="label more of them, or empty these cells: rows without a label are left out")


def key_of(value: Any) -> str:
    """Alike for inputs that are the same: a text's case and spaces aside, a picture by what it shows."""
    if isinstance(value, str):
        return " ".join(value.split()).casefold()
    from joblib import hash as joblib_hash

    if isinstance(value, Path):
        from ..hub.revision import file_sha256

        return file_sha256(value)
    if isinstance(value, Held):
        return str(joblib_hash(value.content))
    pixels = getattr(value, "tobytes", None)
    return str(joblib_hash((getattr(value, "size", None), pixels()) if pixels else value))


def _different(examples: Sequence[Example]) -> list[Example]:
    """Each different input once, with the target that it has most often; the first of those that come as often."""
    groups: dict[str, list[Example]] = {}
    for example in examples:
        groups.setdefault(key_of(example.value), []).append(example)
    found = []
    for group in groups.values():
        most = Counter(repr(e.target) for e in group).most_common(1)[0][0]
        found.append(next(e for e in group if repr(e.target) == most))
    return found


def _draw(
    examples: Sequence[Example], labels_of: Callable[[Any], Sequence[str]], share: float, seed: int
) -> tuple[tuple[Example, ...], tuple[Example, ...]]:
    """A share of the rows, of each stratum alike, and the others (scikit-learn, train_test_split)."""
    from sklearn.model_selection import train_test_split

    strata = [" + ".join(sorted(set(labels_of(e.target)))) for e in examples]
    counts = Counter(strata)
    few = {s for s in counts if counts[s] * share < 1 or counts[s] < 2}
    strata = ["" if s in few else s for s in strata]  # rows whose labels seldom stand together make one stratum
    alone = Counter(strata)[""] == 1 or round(len(examples) * share) < len(set(strata))
    others, drawn = train_test_split(
        list(examples), test_size=share, random_state=seed, stratify=None if alone else strata
    )
    return tuple(drawn), tuple(others)
