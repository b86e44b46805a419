"""Every model as a candidate for a step: its score, or the reason why it was rejected."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ..devices import Device
from ..hub.facts import ModelFacts
from ..kinds import Kind
from ..limits import Limits, license_class, size_words
from ..runners.registry import refusal
from ..tasks import CATALOGUE, TaskSpec
from ..tasks.languages import code_in, is_language

# Tags under which a model of a task may be filed; the architecture is asked first.
TAGS: Mapping[str, frozenset[str]] = {
    "text-classification": frozenset({"text-classification", "sentiment-analysis"}),
    "zero-shot-classification": frozenset({"zero-shot-classification", "sentence-similarity", "feature-extraction"}),
    "sentence-similarity": frozenset({"sentence-similarity", "feature-extraction"}),
    "feature-extraction": frozenset({"sentence-similarity", "feature-extraction"}),
    "token-classification": frozenset({"token-classification", "ner"}),
    "question-answering": frozenset({"question-answering", "text2text-generation"}),
    "table-question-answering": frozenset({"table-question-answering", "text2text-generation"}),
    "summarization": frozenset({"summarization", "text2text-generation"}),
    "translation": frozenset({"translation", "text2text-generation"}),
    "image-to-text": frozenset({"image-to-text", "image-text-to-text"}),
    "image-text-to-text": frozenset({"image-text-to-text", "image-to-text", "any-to-any"}),
    "visual-question-answering": frozenset({"visual-question-answering", "image-text-to-text"}),
    "document-question-answering": frozenset({"document-question-answering", "image-text-to-text"}),
    "video-text-to-text": frozenset({"video-text-to-text", "image-text-to-text"}),
    "text-to-speech": frozenset({"text-to-speech", "text-to-audio"}),
    "text-to-audio": frozenset({"text-to-audio", "text-to-speech"}),
}
SEARCHED_AS: Mapping[str, tuple[str, ...]] = {
    "zero-shot-classification": ("zero-shot-classification", "sentence-similarity"),
    "feature-extraction": ("sentence-similarity",),
}
"""The tags to search the Hub for, where they are not the task's own."""
HINTS: Mapping[str, tuple[str, ...]] = {
    "zero-shot-classification": ("nli", "entail"),
    "text-ranking": ("rank", "cross-encoder"),
}
"""What the id, a tag or a label of a classifier holds that was trained for the task, though filed under another."""
PREFERRED: Mapping[str, str] = {"zero-shot-classification": "ForSequenceClassification"}
"""The head that was trained for the task, where other models can stand in for it."""
STAND_IN = 0.2  # what of their score those keep where there is one that was trained for it
QUALITY = ("accuracy", "f1", "spearman", "cos_sim_spearman")
NEUTRAL = 0.5
TO_FETCH = 0.05  # what a model loses that has to be downloaded first: of two alike, the one that is here
GATED = "gated: ask for access on its page"
ROOM = 1.2  # weights × 1.2 must fit: activations of a small batch beside them


@dataclass(frozen=True)
class Candidate:
    """A model for a step. `rejected` is empty for one that may be chosen; `score` 0…1 is made of quality and speed."""

    facts: ModelFacts
    rejected: str = ""
    quality: float = NEUTRAL
    speed: float = NEUTRAL
    closeness: float = 0.0
    score: float = 0.0
    basis: str = ""


def rank(
    models: Sequence[ModelFacts],
    rule: Callable[[ModelFacts], str],
    *,
    words: frozenset[str] = frozenset(),
    preferred: str = "",
    weights: Mapping[str, float],
    rows_per_second: Mapping[str, float] | None = None,
) -> tuple[Candidate, ...]:
    """Candidates, best first, the rejected ones last, each with its reason.

    Args:
        rule: why a model cannot be chosen; an empty string for one that can.
        words: of the request and the step; a model whose tags or name have them is nearer.
        preferred: the head that was trained for the task, where others can stand in for it.
        weights: of quality and speed in the score.
        rows_per_second: measured speeds by model id; where one is missing, size stands in for speed.
    """
    found = [Candidate(m, rule(m)) for m in models]
    fit = [c.facts for c in found if not c.rejected]
    scored = (c if c.rejected else _scored(c, fit, words, weights, rows_per_second or {}) for c in found)
    if not preferred or not any(_has(m, preferred) for m in fit):
        return in_order(scored)
    return in_order(c if c.rejected or _has(c.facts, preferred) else _behind(c) for c in scored)


def _behind(candidate: Candidate) -> Candidate:
    return replace(candidate, score=round(candidate.score * STAND_IN, 4))


def in_order(candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """The best score first, the rejected last, alike ones by id."""
    return tuple(sorted(candidates, key=lambda c: (bool(c.rejected), -c.score, c.facts.model_id)))


def suits(spec: TaskSpec, facts: ModelFacts, *, named: bool = False) -> bool:
    """True when the model has the task's trained head: by its architecture first, by its tag second.

    Args:
        named: the user asked for this very model: then its architecture decides, whatever its tag.
    """
    reads = Kind.TEXT in spec.takes.values()
    pooled = facts.pooled and "Model" in spec.heads and reads  # an embedder, whatever head it was saved with
    if not pooled and not any(a.endswith(spec.heads) for a in facts.architectures):
        return False
    if named:
        return True
    if spec.name in HINTS and facts.task not in (None, spec.name) and _has(facts, "ForSequenceClassification"):
        words = " ".join((facts.model_id, *facts.tags, *facts.labels)).lower()
        return any(hint in words for hint in HINTS[spec.name])
    if facts.task is not None:
        return facts.task in TAGS.get(spec.name, {spec.name})
    return _suits_untagged(spec, facts)


def _has(facts: ModelFacts, head: str) -> bool:
    return any(a.endswith(head) for a in facts.architectures)


def _suits_untagged(spec: TaskSpec, facts: ModelFacts) -> bool:
    """A head alone says what it is for where one task has it, or the first of several; one that writes says nothing."""
    head = next((h for h in spec.heads if _has(facts, h)), "Model")
    if head == "Model":
        return facts.pooled and Kind.TEXT in spec.takes.values()
    return head != "ForConditionalGeneration" and next(s for s in CATALOGUE.values() if head in s.heads) is spec


def reject(
    spec: TaskSpec,
    facts: ModelFacts,
    *,
    limits: Limits,
    device: Device,
    language: str | None = None,
    into: str = "",
    named: str = "",
) -> str:
    """Why a model cannot be chosen, or an empty string. The first reason counts; being gated is the last.

    Args:
        language: of the column that the step reads; a model that names languages must name it.
        into: the language of a translation, by name or code; it is not asked of a model that the user named.
        named: the id that the user asked for.
    """
    group = license_class(facts.license)
    wanted = limits.language or language
    needed = int(facts.parameters * (4 if device.kind == "cpu" else 2) * ROOM)
    ours = facts.model_id == named or facts.task in TAGS.get(spec.name, {spec.name})
    why_not = refusal(spec.name, facts.architectures) if ours else ""
    reasons = (
        (bool(why_not), why_not),
        (not suits(spec, facts, named=facts.model_id == named), f"is for {facts.task or 'another task'}"),
        (bool(facts.problem), facts.problem),
        (
            bool(limits.license) and not {group, (facts.license or "").lower()} & set(limits.license),
            f"license {facts.license or 'unknown'}",
        ),
        (limits.max_size is not None and facts.weight_bytes > limits.max_size, size_words(facts.weight_bytes)),
        (
            limits.max_parameters is not None and facts.parameters > limits.max_parameters,
            f"{facts.parameters / 1e6:,.0f} M parameters",
        ),
        (bool(limits.owner) and facts.owner.lower() not in limits.owner, f"owner {facts.owner}"),
        (facts.owner.lower() in limits.not_owner, f"owner {facts.owner}"),
        (
            bool(wanted and facts.languages and not {wanted, "multilingual"} & set(facts.languages)),
            f"its languages ({', '.join(facts.languages)}) lack {wanted}",
        ),
        (bool(into) and facts.model_id != named and not _translates(facts, into), f"does not translate into {into}"),
        (needed > device.free_bytes, f"needs {needed / 2**30:.1f} GiB, {device.free_bytes / 2**30:.1f} GiB is free"),
        (facts.gated, GATED),
    )
    return next((reason for rejected, reason in reasons if rejected), "")


def _translates(facts: ModelFacts, into: str) -> bool:
    """False for a model whose languages lack that one, and one for a pair of languages, such as opus-mt-en-de."""
    pair = re.search(r"[-_]([a-z]{2,3})[-_]([a-z]{2,3})$", facts.model_id)
    if _has(facts, "MarianMTModel") and pair and is_language(pair[1]) and is_language(pair[2]):
        return code_in(into, [pair[2]]) is not None
    named = [code for code in facts.languages if is_language(code)]
    return not named or "multilingual" in facts.languages or code_in(into, named) is not None


def _scored(
    candidate: Candidate,
    fit: Sequence[ModelFacts],
    words: frozenset[str],
    weights: Mapping[str, float],
    rows_per_second: Mapping[str, float],
) -> Candidate:
    facts = candidate.facts
    measured = _measured(facts)
    quality = _quality(facts, fit)
    speed = _speed(facts, fit, rows_per_second)
    own = {part for text in (*facts.tags, facts.model_id.partition("/")[2]) for part in text.lower().split("-")}
    closeness = 1.0 if words & own else 0.0
    total = sum(weights.values()) or 1.0
    base = (weights.get("quality", 0.0) * quality + weights.get("speed", 0.0) * speed) / total
    basis = f"{measured[0]} {measured[1]:.3f} on its card" if measured else "no measured quality"
    if facts.downloads:
        basis += f", {facts.downloads:,} downloads"
    away = TO_FETCH if facts.folder is None else 0.0
    return replace(
        candidate,
        quality=quality,
        speed=speed,
        closeness=closeness,
        score=round(0.85 * base + 0.15 * closeness - away, 4),
        basis=basis,
    )


def _measured(facts: ModelFacts) -> tuple[str, float] | None:
    """The metric that its card gives, as a share: cards write both 0.88 and 88."""
    name = next((m for m in QUALITY if m in facts.metrics), None)
    if name is None:
        return None
    value = facts.metrics[name]
    return name, min(max(value / 100 if value > 1 else value, 0.0), 1.0)


def _quality(facts: ModelFacts, fit: Sequence[ModelFacts]) -> float:
    """0…1 against the best candidate: the smallest error rate over its own. 0.9 against 0.8 is half the errors.

    A card of the Hub is its owner's word: it counts by how many use the model, and sets no mark for others before a
    thousand do; what it does not count, popularity does.
    """
    measured = _measured(facts)
    if measured is None:
        return _popularity(facts)
    errors = [max(1 - m[1], 0.001) for f in fit if (m := _measured(f)) and m[0] == measured[0] and _trust(f) >= 0.6]
    own, trust = max(1 - measured[1], 0.001), _trust(facts)
    return trust * min(min(errors, default=own) / own, 1.0) + (1 - trust) * _popularity(facts)


def _trust(facts: ModelFacts) -> float:
    """How much a card's figures count: wholly for a folder of the user's, or with 100,000 downloads; 0.6 with 1,000."""
    return 1.0 if not facts.revision else min(math.log10(1 + facts.downloads) / 5, 1.0)


def _popularity(facts: ModelFacts) -> float:
    """Where no quality is measured: 0.35 without downloads to 0.65 with a million of them; NEUTRAL for a folder."""
    if not facts.revision:
        return NEUTRAL
    return 0.35 + 0.05 * min(math.log10(1 + facts.downloads), 6.0)


def _speed(facts: ModelFacts, fit: Sequence[ModelFacts], rows_per_second: Mapping[str, float]) -> float:
    """0…1 against the fastest candidate: by measured rows a second where all were measured, else by size."""
    if all(m.model_id in rows_per_second for m in fit):
        return math.sqrt(rows_per_second[facts.model_id] / max(rows_per_second[m.model_id] for m in fit))
    # By size: of two BERTs on 2 cores, 46 times the parameters took 10 to 14 times as long, so the root of the speed is
    # about the cube root of the size.
    smallest = min(max(m.parameters, 1) for m in fit)
    return float((smallest / max(facts.parameters, 1)) ** (1 / 3))
