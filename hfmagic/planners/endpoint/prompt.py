"""What an LLM is told: how to plan, examples, the tasks, the inputs' schemas, the last plan. Never a row or a card.

What is the same for all inputs of the same kinds comes first, so that a server keeps it (its prefix cache); the tasks,
which differ with the request, stand beside it in the last message.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache

from ...kinds import InputSchema, Kind
from ...plan import Plan
from ...tasks import CATALOGUE, LENGTH, TaskSpec
from .examples import Example, examples_for
from .offer import ABOUT, LITERAL, Offer, make_offer, words_of
from .shown import inputs_in_words, plan_in_words
from .wire import COMPUTE, MARKS

_PLAN = """\
Turn the request into a plan: steps over the inputs, in order. Answer with one JSON object: {"steps": [...]}. A step \
begins with "for", the words of the request that it serves, then its "task". A later step reads what a step gives by \
its word (the one after ->), or as "step 2". Do all that the request asks for and no more: no step without words that \
ask for it. What no task does is a step of the task "none"."""
_ROWS = """ \
A step over a table adds a column, and runs only on the rows for which all conditions in "where" hold; [] is all rows. \
Sentiments are "negative", "positive", "neutral"; complaints are the negative ones. Languages are codes such as "en"."""

_CARDS: Mapping[str, str] = {
    "text-classification": (
        f"text-classification(text, about: {'|'.join(ABOUT)}) -> its about: negative or positive, which emotion, …"
    ),
    "cluster": "cluster(text, groups) -> theme: group alike texts into themes; groups 0: as many as fit",
    "filter": "filter(where): keep only these rows",
    "aggregate": (
        f"aggregate(by, compute: {'|'.join(COMPUTE)}, column, order, limit): a number for each group of `by`: how "
        "many, average, share; limit 1: which has the most, 0: all groups"
    ),
    "sort": "sort(by, order, limit): rows in order; limit 5: only the first five, 0: all",
    "chart": f"chart(mark: {'|'.join(MARKS)}, x: what it is per, color: what is counted, value): draw",
}


def messages(
    request: str, inputs: tuple[InputSchema, ...], offer: Offer, previous: Plan | None, shared: str = ""
) -> list[dict[str, str]]:
    """How to plan and examples of it, the same for inputs of the same kinds; then the question itself.

    Args:
        shared: rows that the user agreed to share, redacted, as JSON; they stand after the inputs.
    """
    tables = any(i.kind is Kind.TABLE for i in inputs)
    found = [{"role": "system", "content": _PLAN + _ROWS * tables}]
    for example in examples_for(inputs):
        asked, answer = _shown(example)
        found += [{"role": "user", "content": asked}, {"role": "assistant", "content": answer}]
    lines = ["Tasks:", *(_CARDS.get(task) or _card(CATALOGUE[task], offer) for task in offer.tasks)]
    lines += _about(inputs, offer)
    if shared:
        lines += ["Some rows, redacted:", shared]
    if previous:
        lines += ["Done before:", *plan_in_words(previous)]
    return [*found, {"role": "user", "content": "\n".join([*lines, _asked(request)])}]


@cache
def _shown(example: Example) -> tuple[str, str]:
    """The question and the answer of an example."""
    lines = _about(example.inputs, make_offer(example.request, example.inputs))
    return "\n".join([*lines, _asked(example.request)]), json.dumps({"steps": example.steps}, ensure_ascii=False)


def _about(inputs: tuple[InputSchema, ...], offer: Offer) -> list[str]:
    return ["Inputs:", *inputs_in_words(inputs, offer)]


def _asked(request: str) -> str:
    return f"Request: {request.strip()}"


def _card(spec: TaskSpec, offer: Offer) -> str:
    takes = [f"{slot}: words or a name" if (spec.name, slot) in LITERAL else slot for slot in offer.slots(spec)]
    said = [f"{p.name}: {'|'.join(p.choices)}".rstrip(": ") for p in offer.parameters(spec) if p.name != LENGTH.name]
    return f"{spec.name}({', '.join([*takes, *said])}) -> {'|'.join(words_of(spec))}: {spec.help}"
