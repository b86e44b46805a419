"""What a follow-up asks to change of the last plan, read from its words. Changes nothing, raises nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from ...limits import Limits
from ...plan import Plan, Want
from ..clauses import is_model
from ..limit_words.read import limit_words
from ..mentions import phrase
from . import words as words
from .settings import Change, changes_in
from .steps import steps_named

MAX_CHARACTERS = 300  # a follow-up is short
_MARK = " , "  # stands where something was understood
_LEAD = re.compile(r"(?:换成|换用|改用|[换改])(?:成|用|为)?(?=[^，。,;；]{0,20}(?:模型|权重))")
_BUT = re.compile(r"(?<=\w)\s+(?=but\b)|(?<=[次遍])\s*(?=但|不过|只)", re.IGNORECASE)
_THE = re.compile(r"^(?:the|my|our)\s+|`", re.IGNORECASE)


@dataclass(frozen=True)
class Asked:
    """What a follow-up asks for. `steps` and `drop` are ids of the last plan's; `over` is what to do the same with:
    `perhaps`, where the words ("now for …") may as well speak of rows, so that it counts only if it names something.

    `one`: the limits are said of one model, not of all. `back` asks for the plan before the last one. `lacking` is a
    step or a setting that is spoken of and that the last plan lacks.
    """

    want: Want | None = None
    model: str = ""
    limits: Limits = field(default_factory=Limits)
    one: bool = False
    steps: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    settings: tuple[Change, ...] = ()
    over: str = ""
    perhaps: bool = False
    again: bool = False
    back: bool = False
    lacking: str = ""

    @property
    def is_something(self) -> bool:
        """False where nothing was understood."""
        said = (self.want, self.model, self.drop, self.settings, self.over, self.again, self.back, self.lacking)
        return any(said) or self.limits != Limits()


def asked(request: str, previous: Plan | None) -> Asked | None:
    """What a request asks to change of the last plan; None where it is a request of its own. Raises nothing."""
    text = " ".join(request.split())
    if previous is None or not text or len(text) > MAX_CHARACTERS:
        return None
    found = Asked()
    for read in (_why, _back, _limits, _wants, _model, _settings, _over, _drop, _targets, _again, _lacking):
        found, text = read(found, text, previous)
    if words.FILLERS.sub("", text).strip():
        return None
    return found if found.is_something else None


# What is asked: each takes what it understands out of the text


Read = tuple[Asked, str]


def _cut(text: str, match: re.Match[str]) -> str:
    return text[: match.start()] + _MARK + text[match.end() :]


def _why(found: Asked, text: str, previous: Plan) -> Read:
    """The reason that leads to what is asked; it asks for nothing itself."""
    match = words.WHY.search(text)
    if match is None or not words.FILLERS.sub("", _cut(text, match)).strip():
        return found, text
    steps = steps_named(match["what"] or match["zh"] or "", previous)
    return replace(found, steps=steps), _cut(text, match)


def _back(found: Asked, text: str, _: Plan) -> Read:
    match = words.BACK.search(text)
    return (replace(found, back=True), _cut(text, match)) if match else (found, text)


def _wants(found: Asked, text: str, _: Plan) -> Read:
    """What is wanted of a model: beside a word for models, or as the only thing that is said."""
    first: tuple[int, Want] | None = None
    for want, pattern in words.WANTS.items():
        while match := next((m for m in pattern.finditer(text) if _of_model(text, m, want)), None):
            first = min(first or (match.start(), want), (match.start(), want))
            text = text[: match.start()] + " " * (match.end() - match.start()) + text[match.end() :]
    return (replace(found, want=first[1]), text) if first else (found, text)


def _of_model(text: str, match: re.Match[str], want: Want) -> bool:
    near = re.split("[,.;!?，。；！？]", text[match.end() : match.end() + words.MODEL_NEAR])[0]
    if words.MODEL.search(near):
        return True
    before = text[max(0, match.start() - 10) : match.start()].lower()
    bare = not words.FILLERS.sub("", text[: match.start()] + text[match.end() :]).strip()
    bare = bare and "ones" not in text.lower()  # those are rows
    return want != "other" and (bare or any(w in before for w in ("模型", "something", "anything")))


def _limits(found: Asked, text: str, previous: Plan) -> Read:
    """The limits, read without the comparisons beside them: "a bigger model from Google"."""
    plain = text
    for want, pattern in words.WANTS.items():
        for match in [m for m in pattern.finditer(plain) if want != "multilingual" and _of_model(plain, m, want)][::-1]:
            plain = f"{plain[: match.start()]} {plain[match.end() :]}"
    columns = [c.name for i in previous.inputs for c in i.columns]
    ready = _BUT.sub(", ", _LEAD.sub("用", " ".join(plain.split())))
    limits, rest = limit_words(ready, columns=columns)
    if limits == Limits():
        return found, text
    one = words.ONE_MODEL.search(text) is not None
    wanted, _ = _wants(found, text, previous)
    return replace(wanted, limits=limits, one=one), rest


def _model(found: Asked, text: str, previous: Plan) -> Read:
    known = frozenset(n.lower() for i in previous.inputs for n in (i.name, *(c.name for c in i.columns)))
    for match in (*words.BARE.finditer(text), *words.NAMED.finditer(text)):
        name = match["name"].rstrip(".-")
        said = bool(match["end"]) or words.RATHER.search(text) is not None
        if is_model(name, known, said=said):
            return replace(found, model=name), _cut(text, match)
    return found, text


def _over(found: Asked, text: str, previous: Plan) -> Read:
    """What the same is to be done with, unless that names a step."""
    match = words.ELSEWHERE.search(text)
    if match is None:
        return found, text
    name = _THE.sub("", next(g for g in match.groups() if g)).strip(" `")
    rows = words.MODEL.search(name) or words.ROWS.search(name) or " " in name or steps_named(name, previous)
    if rows and not names_something(name, previous):
        return found, text
    return replace(found, over=name, perhaps=match["bare"] is not None), _cut(text, match)


def names_something(name: str, plan: Plan, inputs: Iterable[str] = ()) -> bool:
    """True for the name of a column of the plan's frames, or of one of these inputs, in any spelling."""
    return phrase(name) in {phrase(n) for n in (*inputs, *(c.name for i in plan.inputs for c in i.columns))}


def _drop(found: Asked, text: str, previous: Plan) -> Read:
    while match := words.WITHOUT.search(text):
        said = next(g for g in match.groups() if g)
        if steps := steps_named(said, previous):
            found, text = replace(found, drop=(*found.drop, *steps)), _cut(text, match)
        elif _is_step(said) and not words.FILLERS.sub("", _cut(text, match)).strip():
            return replace(found, lacking=said), _cut(text, match)  # else "without the chart" would ask for a chart
        else:
            break
    return found, text


def _is_step(said: str) -> bool:
    return any(pattern.fullmatch(said) for pattern in words.STEP_WORDS.values())


def _settings(found: Asked, text: str, previous: Plan) -> Read:
    changes, text = changes_in(text, previous)
    return replace(found, settings=changes), text


def _targets(found: Asked, text: str, previous: Plan) -> Read:
    for match in words.TARGET.finditer(text):
        said = match["what"]
        if steps := steps_named(said, previous):
            return replace(found, steps=steps), _cut(text, match)
        if (found.want or found.model) and any(p.search(said) for p in words.STEP_WORDS.values()):
            return replace(found, lacking=said), _cut(text, match)
    if not re.search(r"[\u3400-\u9fff]", text):
        return found, text
    if chinese := words.TARGET_ZH.search(text):
        if steps := steps_named(chinese[0], previous):
            return replace(found, steps=steps), _cut(text, chinese)
        if found.want or found.model:
            return replace(found, lacking=chinese[0]), _cut(text, chinese)
    return found, text


def _again(found: Asked, text: str, _: Plan) -> Read:
    match = words.AGAIN.search(text)
    return (replace(found, again=True), words.AGAIN.sub(_MARK, text)) if match else (found, text)


def _lacking(found: Asked, text: str, _: Plan) -> Read:
    """A setting that no step has, where the words ask for one."""
    match = words.SETTING.search(text)
    if match is None or not (found.again or re.match(r"\s*(?:set|change)\b", match[0], re.IGNORECASE)):
        return found, text
    return replace(found, lacking=match["name"].strip()), _cut(text, match)
