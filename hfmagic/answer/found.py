"""Sentences of what was found in texts and pictures, what was answered, and what was drawn."""

from __future__ import annotations

from collections import Counter

from ..errors import clip, one_line
from ..results import StepResult
from .read import given_values, subject_rows
from .teller import Teller, shown_number

MAX_QUOTE = 300
MAX_LISTED = 5


def answers(teller: Teller, result: StepResult) -> str | None:
    """The answer to a question, with its score where the model gives one."""
    told = [v[0] for v in given_values(result) if v and v[0].label]
    if result.frame is None and not result.step.map:
        if not told:
            return teller.say("no-answer")
        label, score = teller.quoted(told[0].label, MAX_QUOTE), told[0].score
        return teller.say("answer" if score == score else "unscored-answer", label=label, score=f"{score:.0%}")
    if not told:
        return None
    word = teller.titles(result, many=len(told) > 1 or teller.language == "zh")
    text = teller.quoted(told[0].label)
    return teller.say(
        "texts",
        count=f"{teller.given(result):,}" if teller.streamed(result) else f"{len(told):,}",
        word=word,
        whole=teller.whole(result),
        text=text,
    )


def found(teller: Teller, result: StepResult) -> str | None:
    """What was found, by label, the most frequent first: spans, boxes, masks."""
    given = given_values(result)
    lazy, counts = teller.streamed(result), Counter[str]()
    for label, count in (lazy.labels if lazy else Counter(t.label for things in given for t in things)).items():
        counts[clip(one_line(label), 60)] += count
    single = result.frame is None and not result.step.map
    if not counts:
        return (
            teller.say("nothing-one" if single else "nothing", whole=teller.whole(result)) if given or single else None
        )
    named = [
        teller.say("pair", name=name, value=f"{count:,}") if name else teller.say("unnamed", count=f"{count:,}")
        for name, count in counts.most_common(MAX_LISTED)
    ]
    labels = teller.say("comma").join(named) + teller.more(len(counts) - MAX_LISTED)
    total = f"{counts.total():,}"
    return teller.say("found-one" if single else "found", count=total, whole=teller.whole(result), labels=labels)


def pictures(teller: Teller, result: StepResult) -> str | None:
    """How many pictures were made, or how large the one is."""
    given = given_values(result)
    if result.frame is None and given:
        return teller.say("picture", width=given[0].width, height=given[0].height)
    return teller.say("pictures", count=f"{teller.given(result):,}", whole=teller.whole(result)) if given else None


def ranked(teller: Teller, result: StepResult) -> str | None:
    """The row that answers a query best."""
    if result.frame is None:
        return teller.say("number", name=result.step.output, value=shown_number(result.value))
    found = best_row(teller, result)
    return teller.say("ranked", row=found[0], score=shown_number(found[1]), text=found[2]) if found else None


def best_row(teller: Teller, result: StepResult) -> tuple[int, float, str] | None:
    """The row with the highest number, the number, and what the row says in words; None without any."""
    scored = [(score, -row) for row, score in enumerate(result.value) if score is not None]
    lazy = teller.streamed(result)
    best = lazy.best if lazy else (max(scored)[0], -max(scored)[1]) if scored else None
    if best is None:
        return None
    score, row = best
    subjects = subject_rows(teller.results, result.step) or ()
    return row, score, teller.say("text", text=teller.quoted(subjects[row], 120)) if row < len(subjects) else ""
