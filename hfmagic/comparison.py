"""Two runs of one plan, compared: the same, close, or where they differ. A pure function of what they rest on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from .digest import CLOSE, CLOSE_ROWS, Digest, distance
from .errors import clip, one_line
from .plan import ModelChoice, Plan
from .provenance import ModelUsed, Provenance

Verdict = Literal["same", "close", "differs"]
_ORDER: tuple[Verdict, ...] = ("same", "close", "differs")
_TUNED = re.compile(r"(tuned/.+)-[0-9a-f]{6}")  # the six digits are a hash of its weights
TOLERANCE = f"close: numbers within about {CLOSE:.0%} of their size, at most {CLOSE_ROWS:.0%} of the texts differ"


@dataclass(frozen=True, slots=True)
class Part:
    """What was compared (an input, a model, what a step gave), and how it came out."""

    what: str
    verdict: Verdict
    words: str = ""


@dataclass(frozen=True)
class Comparison:
    """A recorded run and a new one. `noted` differ in a way that need not change a result, such as versions."""

    parts: tuple[Part, ...]
    noted: tuple[str, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """The worst of the parts."""
        return max((p.verdict for p in self.parts), key=_ORDER.index, default="same")

    @property
    def line(self) -> str:
        """In words: the verdict, how much was compared, and what differs most."""
        return f"{self.verdict}: {self.words}"

    @property
    def words(self) -> str:
        """How much is the same; else what is not, and how far it is apart."""
        if self.verdict == "same":
            return f"all {len(self.parts)} parts"
        worst = [p for p in self.parts if p.verdict == self.verdict]
        told = "; ".join(f"{p.what} {p.words}".strip() for p in worst[:3])
        return f"{told} and {len(worst) - 3} more" if len(worst) > 3 else told


def compare(old: Provenance, new: Provenance) -> Comparison:
    """How a new run came out, beside the recorded one: plan, inputs, models, then each column that a step gave."""
    parts = [_plan(old.plan, new.plan), *_inputs(old, new), *_models(old, new), *_steps(old, new)]
    noted = [f"{name} {now}, was {was}" for name, was, now in _changed(old.versions, new.versions)]
    there, here = (old.settings.model_dump(), new.settings.model_dump())
    noted += [f"{name} {now}, was {was}" for name, was, now in _changed(there, here)]
    if old.interrupted:
        noted.append("the recorded run was interrupted")
    # foreign text: what a terminal or a page shows is one line
    told = (Part(clip(one_line(p.what), 120), p.verdict, clip(one_line(p.words), 200)) for p in parts)
    return Comparison(tuple(told), tuple(clip(one_line(line), 200) for line in noted))


def _plan(old: Plan, new: Plan) -> Part:
    """Models are looked at one by one."""
    was, now = (p.model_copy(update={"steps": tuple(s.unpinned() for s in p.steps)}) for p in (old, new))
    return Part("plan", "same") if was.hash == now.hash else Part("plan", "differs", "is another one")


def _inputs(old: Provenance, new: Provenance) -> Iterator[Part]:
    for name, columns in old.inputs.items():
        for column, was in columns.items():
            what = f"input {name}" if name == column else f"input {column} in {name}"
            now = new.inputs.get(name, {}).get(column)
            if now is None:
                yield Part(what, "differs", "is not there")
                continue
            apart = distance(was, now)
            changed = "has changed" if apart.verdict == "differs" else ""
            yield Part(what, apart.verdict, " ".join(filter(None, (changed, apart.words))))


def _models(old: Provenance, new: Provenance) -> Iterator[Part]:
    """Each step's model, and the files of each.

    One that was tuned anew is close, as its weights are rounded otherwise on another processor, or by another number of
    threads, and its card says how long it took; what it gives is compared as any other result.
    """
    files = {m.model_id: m for m in new.models}
    for step in old.plan.steps:
        now = next((s.model for s in new.plan.steps if s.id == step.id), None)
        if step.model and now and (step.model.model_id, step.model.revision) != (now.model_id, now.revision):
            named = f"{now.model_id}@{now.revision[:7]}"
            if _is_tuned_anew(step.model, now):
                yield Part(f"model of {step.id}", "close", f"was tuned anew: {named}")
            else:
                yield Part(f"model of {step.id}", "differs", f"is {named}")
    for was in old.models:
        if (found := files.get(was.model_id)) is not None and found.revision == was.revision:
            changed = _changed_files(was, found)
            yield Part(was.model_id, "differs" if changed else "same", f"has another {changed}" if changed else "")


def _is_tuned_anew(was: ModelChoice, now: ModelChoice) -> bool:
    """True for two models that were tuned from the same base on a frame of the same name."""
    before, after = _TUNED.fullmatch(was.model_id), _TUNED.fullmatch(now.model_id)
    return before is not None and after is not None and before[1] == after[1]


def _changed_files(was: ModelUsed, now: ModelUsed) -> str:
    """The first file whose hash is another one of the same kind."""
    for name, old in was.files.items():
        new = now.files.get(name, old)
        if new != old and new.partition(":")[0] == old.partition(":")[0]:
            return name
    return ""


def _steps(old: Provenance, new: Provenance) -> Iterator[Part]:
    for step_id, was in old.steps.items():
        now = new.steps.get(step_id)
        if now is None or was.failed != now.failed:
            yield Part(f"step {step_id}", "differs", f"failed ({now.failed})" if now and now.failed else "has not run")
            continue
        if was.rejected != now.rejected:
            yield Part(f"step {step_id}", "differs", f"rejected {now.rejected:,} rows, were {was.rejected:,}")
        for column, before in was.gave.items():
            yield _column(step_id, column, before, now.gave.get(column))


def _column(step_id: str, column: str, was: Digest, now: Digest | None) -> Part:
    what = column if column == step_id else f"{column} (step {step_id})"
    if now is None:
        return Part(what, "differs", "is not there")
    apart = distance(was, now)
    return Part(what, apart.verdict, apart.words)


def _changed(was: Mapping[str, object], now: Mapping[str, object]) -> Iterator[tuple[str, object, object]]:
    for name, old in was.items():
        if name in now and now[name] != old:
            yield name, old, now[name]
