"""What a card and the Hub claim of a model: origin, data, figures, scan, dates. Whatever is odd in it is left out."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ..errors import clip, one_line

MOST_NAMED = 100  # of whatever a card lists
_ID = re.compile(r"(?!.*(?:--|\.\.))[A-Za-z0-9_][\w.-]{0,95}(?:/[A-Za-z0-9_][\w.-]{0,95})?", re.ASCII)
_WIDTH = 100  # characters of a name that a stranger gave


@dataclass(frozen=True)
class Evaluation:
    """A figure that someone measured: `source` says who (the card, a leaderboard), `verified` whether the Hub did."""

    metric: str
    value: float
    dataset: str = ""
    source: str = "model card"
    verified: bool = False


def base_models_of(item: Mapping[str, Any], card: Mapping[str, Any], tags: Iterable[str] = ()) -> tuple[str, ...]:
    """The ids of the models that it was made from: as the Hub found them, as its card says, as it is tagged."""
    found = item.get("baseModels")
    models = found.get("models") if isinstance(found, Mapping) else found
    named = [m.get("id") if isinstance(m, Mapping) else m for m in _list(models)]
    tagged = (t.rpartition(":")[2] for t in tags if t.startswith("base_model:"))  # base_model:finetune:org/name
    own = item.get("id")
    return tuple(n for n in _ids([*named, *_list(card.get("base_model")), *tagged]) if n != own)


def datasets_of(card: Mapping[str, Any], tags: Iterable[str] = ()) -> tuple[str, ...]:
    """The ids of the data sets that it was trained on, as its card says."""
    tagged = (t.removeprefix("dataset:") for t in tags if t.startswith("dataset:"))
    return _ids([*_list(card.get("datasets")), *tagged])


def evaluations_of(item: Mapping[str, Any], card: Mapping[str, Any]) -> tuple[Evaluation, ...]:
    """Figures with their data set and source: results kept in the repository, then those in the card's model-index.

    Only the Hub's own word makes one verified: a card can claim anything.
    """
    results = (r for r in map(_from_results, _list(item.get("evalResults"))[:MOST_NAMED]) if r)
    return tuple(dict.fromkeys([*results, *_from_card(card)]))[:MOST_NAMED]


def security_of(item: Mapping[str, Any]) -> str:
    """What the Hub's scan says: "safe", "unsafe: FILE", "suspicious: FILE", or empty where it says nothing.

    The scan is of every file, also of pickles, which are never loaded.
    """
    status = item.get("securityRepoStatus")
    if not isinstance(status, Mapping):
        return ""
    issues = [i for i in _list(status.get("filesWithIssues")) if isinstance(i, Mapping)]
    for issue in sorted(issues, key=lambda i: i.get("level") != "unsafe"):
        return f"{'unsafe' if issue.get('level') == 'unsafe' else 'suspicious'}: {_name(issue.get('path')) or 'a file'}"
    return "safe" if status.get("scansDone") is True and status.get("filesWithIssues") == [] else ""


def day_of(value: Any) -> str:
    """The day of a time (ISO 8601); empty for anything else."""
    try:
        return date.fromisoformat(value[:10]).isoformat() if isinstance(value, str) else ""
    except ValueError:
        return ""


def library_of(item: Mapping[str, Any], card: Mapping[str, Any]) -> str:
    """The library that it is made for, as the Hub names it."""
    return _name(item.get("library_name")) or _name(card.get("library_name"))


def _from_results(entry: Any) -> Evaluation | None:
    """One of `.eval_results/*.yaml`, as huggingface_hub's parse_eval_result_entries reads it, but for damaged ones."""
    if not isinstance(entry, Mapping) or "error" in entry:
        return None
    data = entry.get("data", entry)
    data_set, value = _get(data, "dataset"), _figure(_get(data, "value"))
    if value is None or not (name := _name(_get(data_set, "id"))):
        return None
    source = _get(data, "source")
    by = next((n for key in ("name", "org", "user") if (n := _name(_get(source, key)))), "the model's repository")
    task = _name(_get(data_set, "task_id"))
    return Evaluation(task if task not in ("", "default") else "score", value, name, by, entry.get("verified") is True)


def _from_card(card: Mapping[str, Any]) -> Iterator[Evaluation]:
    for result in (r for model in _list(card.get("model-index")) for r in _list(_get(model, "results"))):
        data_set = _get(result, "dataset")
        name = _name(_get(data_set, "name")) or _name(_get(data_set, "type"))
        for metric in _list(_get(result, "metrics")):
            value, kind = _figure(_get(metric, "value")), _name(_get(metric, "type")) or _name(_get(metric, "name"))
            if value is not None and kind:
                yield Evaluation(kind, value, name)


def _figure(value: Any) -> float | None:
    fits = type(value) in (int, float) and math.isfinite(value) and abs(value) < 1e9
    return float(value) if fits else None


def is_id(name: Any) -> bool:
    """True for what can be the name of a repository: no address, no path."""
    return isinstance(name, str) and _ID.fullmatch(name) is not None


def _ids(names: Iterable[Any]) -> tuple[str, ...]:
    found = dict.fromkeys(n for n in names if is_id(n))
    return tuple(found)[:MOST_NAMED]


def _name(value: Any) -> str:
    return clip(one_line(value), _WIDTH) if isinstance(value, str) else ""


def _get(value: Any, key: str) -> Any:
    return value.get(key) if isinstance(value, Mapping) else None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
