"""What to say where the rules find no task: the Hub's nearest tags, and why one of them is not run."""

from __future__ import annotations

from dataclasses import replace

from ..errors import NoTaskFits, clip
from ..tags import why_not
from .clauses import Clause
from .cues import Cue
from .draft import Draft
from .subjects import can_do
from .tasks_of.ranking import CLEAR, Likely, tasks_of

UNSURE = frozenset({"label", "see", "about", "generate", "show"})
"""Intents whose verbs are said of much that is no task of ours: "label who will churn", "generate random faces"."""
_NAMED = 3  # tags in a hint
_FAR = 3.0  # times the best score of the tasks that are run: what is meant is another, whatever the verb
_CLOSE = 0.6  # of the best one's score


def not_run(words: str, task: str, draft: Draft) -> NoTaskFits:
    """The refusal of a tag of the Hub that hfmagic does not run, with the reason."""
    why = clip(why_not(task), 70)
    return NoTaskFits(f"{clip(words, 50)!r}: hfmagic has no task for {task}: {why}.", hint=can_do(draft))


def foreign(draft: Draft, clause: Clause, cue: Cue) -> Cue:
    """The cue, or one for the tag that is meant and not run.

    The patterns for what is not run are few and short: which of those tags it is, all words decide. A cue of UNSURE
    gives way only to a tag that is far likelier than all that are run.
    """
    if cue.intent not in UNSURE and not cue.task:
        return cue
    found = tasks_of(clause.words(), draft.inputs)
    if not found or found[0].score < CLEAR or not why_not(found[0].task):
        return cue
    ours = next((x.score for x in found if not why_not(x.task)), 0.0)
    if not cue.task and found[0].score < _FAR * ours:
        return cue
    return replace(cue, intent="unsupported", task=found[0].task)


def no_task(draft: Draft, clause: Clause, hint: str = "") -> NoTaskFits:
    """The refusal of a clause without a cue.

    A tag that is clearly meant and not run is named with the reason; else those that come near are offered, unless
    there is a better `hint`.
    """
    found = [x for x in tasks_of(clause.words(), draft.inputs) if x.score >= CLEAR]
    if found and why_not(found[0].task):
        return not_run(clause.words(), found[0].task, draft)
    return NoTaskFits(f"no task fits {clause.words()!r}.", hint=hint or _offer(found) or can_do(draft))


def _offer(found: list[Likely]) -> str:
    """The question whether one of them is meant, those that are not run marked; empty where nothing is near."""
    near = [x for x in found if x.score >= _CLOSE * found[0].score][:_NAMED]
    names = [f"{x.task} (not run here)" if why_not(x.task) else x.task for x in near]
    *head, last = names or [""]
    return f"did you mean {', '.join(head) + ' or ' if head else ''}{last}?" if last else ""
