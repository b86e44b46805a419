"""An LLM's plans beside the rules', and what is lost between an LLM's answer and a plan, on requests that others wrote.

    python bench/llm_plans.py oracle FOLDER
    python bench/llm_plans.py compare FOLDER --url URL --answers FILE [--model NAME] [--seconds N]

FOLDER is that of `bench/plans.py`. *oracle*: an LLM that answers the gold graph, first as it should and then in sloppy
JSON; listed is each request where the plan is not exactly that graph. *compare*: a real LLM. What it answers is kept in
FILE, so that a run that was cut goes on, and further runs ask nobody (without --url nothing is asked). Each way of
combining it with the rules is scored on all requests, and chosen on four fifths of them for the last one.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from plans import Inputs, Row, asked, graph, read

from hfmagic.conversions import may_become
from hfmagic.errors import HFMagicError
from hfmagic.intervals import exact_p, share_interval
from hfmagic.llm import LLM, Endpoint, NoObject
from hfmagic.llm.strict import read_object
from hfmagic.plan import Plan
from hfmagic.planners.endpoint import plan_by_endpoint
from hfmagic.planners.endpoint.offer import word_of
from hfmagic.planners.rules import plan_by_rules
from hfmagic.tasks import CATALOGUE

FOLDS = 5
GRAPHS = ("taskbench_hf", "hf_agents")
FIRST = ("controlllm_tool100",)


# Gold graphs


def tags_of(row: Row) -> list[str | None]:
    """The Hub's tag of each node of the gold graph."""
    return list(row["pipeline_tags"])


def gold_graphs(row: Row) -> Iterator[tuple[Counter[str | None], set[tuple[str | None, str | None]]]]:
    """The tags and the edges between them, of the gold graph and of each alternative."""
    by_name = {n["task"]: t for n, t in zip(row["nodes"], tags_of(row), strict=True)}
    for way in (row, *(row.get("alternatives") or ())):
        tags = [by_name.get(n["task"], "image-to-text" if n["task"] == "image_qa" else None) for n in way["nodes"]]
        yield Counter(tags), {(tags[a], tags[b]) for a, b in way["edges"] if tags[a] != tags[b]}


def is_right(row: Row, plan: Plan | None) -> bool:
    """True for a plan with exactly the gold graph; of coarse gold, for one whose first task is the right one."""
    if plan is None:
        return False
    if "pipeline_tag_hint" in row:
        return plan.steps[0].task == str(row["pipeline_tag_hint"])
    made = graph(plan)
    tasks = [n["task"] for n in made["nodes"]]
    edges = {(tasks[a], tasks[b]) for a, b in made["edges"] if tasks[a] != tasks[b]}
    return (Counter(tasks), edges) in [(t, e) for t, e in gold_graphs(row)]


# An oracle


class Impossible(Exception):
    """The gold graph is no plan under our kinds; says why."""


def gold_steps(row: Row, inputs: Inputs) -> list[dict[str, Any]]:
    """The gold graph as an LLM should write it. Raises: Impossible."""
    tags = tags_of(row)
    if lacking := next((str(t) for t in tags if t not in CATALOGUE), ""):
        raise Impossible(f"no runner for {lacking}")
    order = _ordered(len(tags), row["edges"])
    place = {node: number for number, node in enumerate(order, 1)}
    return [_gold_step(row, node, place, inputs) for node in order]


def _ordered(count: int, edges: Sequence[Sequence[int]]) -> list[int]:
    found: list[int] = []
    while len(found) < count:
        free = [n for n in range(count) if n not in found and all(a in found for a, b in edges if b == n)]
        if not free:
            raise Impossible("the gold graph has a cycle")
        found.append(free[0])
    return found


def _gold_step(row: Row, node: int, place: Mapping[int, int], inputs: Inputs) -> dict[str, Any]:
    spec = CATALOGUE[tags_of(row)[node] or ""]
    parents = [a for a, b in row["edges"] if b == node]
    step: dict[str, Any] = {"for": row["request"], "task": spec.name}
    slots = [s for s in spec.takes if (spec.name, s) not in {("redact", "entities")}]
    for parent in parents:
        gives = CATALOGUE[tags_of(row)[parent] or ""].gives
        slot = next((s for s in slots if s not in step and may_become(gives, spec.takes[s])), None)
        if slot is None:
            raise Impossible(f"{spec.name} reads no {gives} of {tags_of(row)[parent]}")
        step[slot] = f"step {place[parent]}"
    for slot in (s for s in slots if s not in step and s not in spec.optional):
        step[slot] = _given(spec.takes[slot], slot, inputs, row)
    step |= {p.name: _LEFT[p.name] for p in spec.parameters if p.name in _LEFT}
    return step


def _given(kind: Any, slot: str, inputs: Inputs, row: Row) -> str:
    fitting = [i.name for i in inputs if i.kind == kind]
    if fitting:
        return fitting[0]
    if kind != "text":
        raise Impossible(f"{slot} needs {kind}, and the request names none")
    return str(row["request"])[:400]


_LEFT: Mapping[str, Any] = {
    "target": "French",
    "candidate_labels": ["one", "other"],
    "instruction": "go on",
    "sentence": "hello",
}
"""What gold graphs do not say and a plan has to."""


def named_by_word(steps: Sequence[Mapping[str, Any]], inputs: Inputs) -> list[dict[str, Any]]:
    """The same with each reference under the word of what it reads, where that is no other step's word."""
    words = [word_of(CATALOGUE[s["task"]], s) for s in steps]
    taken = Counter(words) + Counter(i.name for i in inputs)

    def renamed(value: Any) -> Any:
        number = re.fullmatch(r"step (\d+)", value) if isinstance(value, str) else None
        word = words[int(number[1]) - 1] if number else ""
        return word if word and taken[word] == 1 else value

    return [{k: renamed(v) for k, v in s.items()} for s in steps]


def _in(form: str) -> Callable[[str], str]:
    return lambda text: re.sub(r"step (\d+)", lambda m: form.format(int(m[1]), int(m[1]) - 1), text)


def _other_case(text: str) -> str:
    return re.sub(
        r'("(?:task|text|image|audio|video|question)": ")([a-z\-]+)"', lambda m: m[1] + m[2].title() + '"', text
    )


SLOPPY: Mapping[str, Callable[[str], str]] = {
    "as it should": lambda text: text,
    "other case": _other_case,
    "fenced, with talk": lambda text: f"Sure! Here is the plan:\n```json\n{text}\n```\nLet me know {{anything}} else.",
    "text behind": lambda text: f"{text}\n\nThis plan has {text.count('task')} steps.",
    "references <node-0>": _in("<node-{1}>"),
    "references step:1": _in("step:{0}"),
    "references Step 1 output": _in("Step {0} output"),
    "references #1": _in("#{0}"),
    "commas too many": lambda text: text.replace("}", ",}").replace("]", ",]"),
    "single quotes": lambda text: str(json.loads(text)),
    "steps in a plan": lambda text: f'{{"plan": {text}}}',
}
"""How an LLM may write the same."""


@dataclass
class Said:
    """An LLM that says one text."""

    words: str
    name: str = "oracle"
    left: int = 1

    def talk(self) -> Said:
        """Itself."""
        return self

    def ask(self, messages: Any, *, schema: object, name: str) -> dict[str, Any]:  # noqa: ARG002  as an LLM has it
        """The object in the text; it knows no answer to a question about it."""
        if name != "plan":
            raise NoObject(messages[-1]["content"])
        return read_object(self.words, self.name)


def run_oracle(folder: Path) -> None:
    """Print how many gold graphs come back exactly, and those that do not."""
    right: Counter[str] = Counter()
    total, impossible = 0, Counter[str]()
    for name in GRAPHS:
        for row in read(folder / f"{name}.dev.jsonl"):
            request, inputs = asked(row)
            try:
                steps = gold_steps(row, inputs)
            except Impossible as error:
                impossible[str(error)] += 1
                continue
            total += 1
            for how, wrong in _lost(row, request, inputs, steps):
                right[how] += not wrong
                if wrong:
                    print(f"{row['id']} {how}: {wrong}")
    print(f"\n{total} gold graphs are plans under our kinds; back exactly:")
    for how, count in right.items():
        print(f"{count / total:7.1%}  {how}")
    print(f"\n{sum(impossible.values())} are not:")
    for reason, count in impossible.most_common():
        print(f"{count:5}  {reason}")


def _lost(row: Row, request: str, inputs: Inputs, steps: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """How the steps were written, and what was made of them where that is wrong."""
    texts = {how: write(json.dumps({"steps": steps})) for how, write in SLOPPY.items()}
    texts["references by word"] = json.dumps({"steps": named_by_word(steps, inputs)})
    for how, words in texts.items():
        try:
            plan = plan_by_endpoint(request, inputs, Said(words), trust="full")
        except HFMagicError as error:
            yield how, error.line
            continue
        tasks = " → ".join(s.task for s in plan.steps)
        yield how, "" if is_right(row, plan) and plan.planner == "oracle" else f"{tasks} · {plan.notes[:2]}"


# A real LLM


@dataclass
class Kept:
    """An LLM whose answers are kept in a file, by request and question."""

    path: Path
    llm: LLM | None
    name: str
    answers: dict[str, Any] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)
    row: str = ""
    asked: int = 0
    left: int = 2

    def __post_init__(self) -> None:
        if self.path.exists():
            self.answers = {r["key"]: r["answer"] for r in read(self.path)}

    def talk(self) -> Kept:
        """Itself, at the first question of a request."""
        self.asked = 0
        return self

    def ask(self, messages: Any, *, schema: Any, name: str) -> dict[str, Any]:
        """The answer that is kept, or a new one. Raises: NoObject where there is none; what an endpoint raises."""
        key, self.asked = f"{self.row} {self.asked}", self.asked + 1
        if key not in self.answers:
            if self.llm is None:
                raise NoObject("nothing is kept")
            began = time.monotonic()
            self.answers[key] = self.llm.ask(messages, schema=schema, name=name)
            self.seconds.append(time.monotonic() - began)
            with self.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"key": key, "answer": self.answers[key]}, ensure_ascii=False) + "\n")
        return dict(self.answers[key])


@dataclass(frozen=True)
class Case:
    """Whether each way of planning was right on a request. `taken`: a checked LLM's plan was used."""

    fold: int
    source: str
    right: Mapping[str, bool]
    taken: bool


WAYS = ("rules", "checked", "full")


def case_of(source: str, row: Row, llm: Kept) -> Case:
    """Plan a request in each way."""
    request, inputs = asked(row)
    llm.row = str(row["id"])
    ruled = _or_none(lambda: plan_by_rules(request, inputs))
    full, checked = (_or_none(partial(_own, request, inputs, llm, trust)) for trust in ("full", "checked"))
    taken = checked is not None and ruled is None
    plans = {
        "rules": ruled,
        "checked": checked if taken else ruled,
        "full": full or ruled,
    }
    fold = int(hashlib.sha256(llm.row.encode()).hexdigest(), 16) % FOLDS
    return Case(fold, source, {way: is_right(row, plan) for way, plan in plans.items()}, taken)


def _own(request: str, inputs: Inputs, llm: Kept, trust: str) -> Plan | None:
    """The LLM's own plan; None where the rules' was taken."""
    plan = plan_by_endpoint(request, inputs, llm, trust=trust)
    return plan if plan.planner != "rules" else None


def _or_none(make: Callable[[], Plan | None]) -> Plan | None:
    try:
        return make()
    except HFMagicError:
        return None


def run_compare(folder: Path, llm: Kept, seconds: float) -> None:
    """Print wins and losses of each way against the rules."""
    began = time.monotonic()
    cases: list[Case] = []
    for source, row in _shuffled(folder):
        known = f"{row['id']} 0" in llm.answers
        if (llm.llm is not None and time.monotonic() - began < seconds) or known:
            cases.append(case_of(source, row, llm))
    print(f"{len(cases)} requests: {dict(Counter(c.source for c in cases))}")
    if llm.seconds:
        ordered = sorted(llm.seconds)
        print(f"seconds an answer: median {ordered[len(ordered) // 2]:.1f}, most {ordered[-1]:.1f}")
    for way in WAYS:
        print(_line(way, [(c.right["rules"], c.right[way]) for c in cases]))
    print(_line("chosen on the other folds", [(c.right["rules"], c.right[_best(cases, c.fold)]) for c in cases]))
    print(f"LLM's plan taken when checked: {sum(c.taken for c in cases)} of {len(cases)}")


def _shuffled(folder: Path) -> list[tuple[str, Row]]:
    found = [(name, row) for name in (*GRAPHS, *FIRST) for row in read(folder / f"{name}.dev.jsonl")]
    found = [(n, r) for n, r in found if r.get("pipeline_tag_hint", "none") is not None]
    return sorted(found, key=lambda pair: hashlib.sha256(str(pair[1]["id"]).encode()).hexdigest())


def _best(cases: Sequence[Case], fold: int) -> str:
    """The way that is right most often on the other folds; the first of equals, which is the more careful one."""
    others = [c for c in cases if c.fold != fold]
    return max(WAYS, key=lambda way: sum(c.right[way] for c in others))


def _line(way: str, pairs: Sequence[tuple[bool, bool]]) -> str:
    right, wins = sum(new for _, new in pairs), sum(new and not old for old, new in pairs)
    losses = sum(old and not new for old, new in pairs)
    low, high = share_interval(right, len(pairs))
    return (
        f"{way:26} right {right / max(len(pairs), 1):6.1%} [{low:.0%}-{high:.0%}]"
        f"  wins {wins}, losses {losses} (p = {exact_p(wins, losses):.2g})"
    )


def main() -> None:
    """Run what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("oracle", "compare"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--url", default="")
    parser.add_argument("--model", default="model-1.5b")
    parser.add_argument("--answers", type=Path)
    parser.add_argument("--seconds", type=float, default=300)
    options = parser.parse_args()
    if options.what == "oracle":
        run_oracle(options.folder)
        return
    if not options.answers:
        parser.error("--answers FILE is needed")
    llm = None
    if options.url:
        llm = LLM(Endpoint("measured", options.url, options.model), seconds=120, max_bytes=500_000)
    run_compare(options.folder, Kept(options.answers, llm, f"measured:{options.model}"), options.seconds)


if __name__ == "__main__":
    main()
