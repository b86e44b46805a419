"""Whether a model is made for a task, or for a language: by its architecture, tag and codes. Reads facts only."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ..hub.facts import ModelFacts
from ..kinds import Kind
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
    if spec.name in HINTS and facts.task not in (None, spec.name) and has_head(facts, "ForSequenceClassification"):
        words = " ".join((facts.model_id, *facts.tags, *facts.labels)).lower()
        return any(hint in words for hint in HINTS[spec.name])
    if facts.task is not None:
        return facts.task in TAGS.get(spec.name, {spec.name})
    return _suits_untagged(spec, facts)


def has_head(facts: ModelFacts, head: str) -> bool:
    """True when one of its architectures ends like that."""
    return any(a.endswith(head) for a in facts.architectures)


def _suits_untagged(spec: TaskSpec, facts: ModelFacts) -> bool:
    """A head alone says what it is for where one task has it, or the first of several; one that writes says nothing."""
    head = next((h for h in spec.heads if has_head(facts, h)), "Model")
    if head == "Model":
        return facts.pooled and Kind.TEXT in spec.takes.values()
    return head != "ForConditionalGeneration" and next(s for s in CATALOGUE.values() if head in s.heads) is spec


def names_language(facts: ModelFacts, language: str) -> bool:
    """True when a model names the language, in whatever code, or says that it knows many."""
    if {language, "multilingual"} & set(facts.languages):
        return True
    return code_in(language, [x for x in facts.languages if is_language(x)]) is not None


def has_language(spec: TaskSpec) -> bool:
    """True for a task that reads or writes words."""
    return Kind.TEXT in (*spec.takes.values(), spec.gives)


def translates(facts: ModelFacts, into: str) -> bool:
    """False for a model whose languages lack that one, and one for a pair of languages, such as opus-mt-en-de."""
    pair = re.search(r"[-_]([a-z]{2,3})[-_]([a-z]{2,3})$", facts.model_id)
    if has_head(facts, "MarianMTModel") and pair and is_language(pair[1]) and is_language(pair[2]):
        return code_in(into, [pair[2]]) is not None
    named = [code for code in facts.languages if is_language(code)]
    return not named or "multilingual" in facts.languages or code_in(into, named) is not None
