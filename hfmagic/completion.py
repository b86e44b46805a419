"""Completion in `%hf` lines and `%%hf` cells: options, variables, columns, tasks, planners, models here and found."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from .inputs import usable_names
from .limits import Limits
from .proposal import CHOICES
from .tags import hub_tags
from .tasks import CATALOGUE

if TYPE_CHECKING:
    from IPython.core.completer import CompletionContext
    from IPython.core.interactiveshell import InteractiveShell

    from .session import Session

OPTIONS = (
    *("-o", "--plan", "--model", "--limit", "--trial", "--labels", "--by", "--target", "--rows", "--device"),
    *("--batch-size", "--on-error", "--engine", "--offline", "--yes", "--approve", "--share-rows", "--phrase"),
    *("--share-results", "--moderate", "--debug"),
)
LIMITS = ("license=permissive", *(f"{name}=" for name in Limits.model_fields if name not in ("license", "also")))
HARDWARE = ("T4", "L4", "A10G", "A100", "H100", "RTX 4090", "M2", "8 GB of RAM")
DEVICES = ("auto", "cpu", "cuda", "mps", "xpu")


def complete(session: Session, shell: InteractiveShell) -> Callable[[CompletionContext], Any]:
    """A matcher for IPython's completer."""
    from IPython.core.completer import SimpleCompletion, context_matcher

    @context_matcher(identifier="hfmagic", priority=1000)  # type: ignore[untyped-decorator, unused-ignore]
    def matcher(context: CompletionContext) -> Any:
        before = context.full_text[: _offset(context)]
        found = candidates(before, session, shell.user_ns)
        if found is None:
            return {"completions": [], "suppress": False}
        fragment, names = found
        return {
            "completions": [SimpleCompletion(text=n, type="hfmagic") for n in names],
            "matched_fragment": fragment,
            "suppress": True,
            "ordered": True,
        }

    matcher.is_hfmagic = True
    return matcher  # type: ignore[no-any-return, unused-ignore]


def candidates(before: str, session: Session, namespace: dict[str, Any]) -> tuple[str, list[str]] | None:
    """The fragment before the cursor and what may complete it; None where it is none of hfmagic's business."""
    if not re.match(r"\s*%%?hf\b", before):
        return None
    first, _, body = before.partition("\n")
    if first.lstrip().startswith("%%") and "\n" in before:
        return _in_body(body, namespace)
    fragment = re.search(r"\S*$", first)[0]  # type: ignore[index]
    words = first.split()[1:]
    previous = words[-2] if fragment and len(words) > 1 else words[-1] if words and not fragment else ""
    return fragment, _starting(fragment, _on_line(first, previous, fragment, session, namespace))


def _on_line(line: str, previous: str, fragment: str, session: Session, namespace: dict[str, Any]) -> Iterable[str]:
    from .lines import CACHE_FILES, CACHE_WORDS, LINES, RATINGS

    if previous == "--model":
        steps = session.proposal.plan.step_ids if session.proposal else ()
        step, sign, _ = fragment.partition("=")
        return [f"{step}={m}" for m in _model_ids(session)] if sign else [f"{s}=" for s in steps]
    fixed: dict[str, Iterable[str]] = {"--limit": LIMITS, "--device": DEVICES}
    fixed |= {f"--{name.replace('_', '-')}": words for name, words in CHOICES.items()}
    fixed |= dict.fromkeys(("--rows", "--batch-size", "--share-rows", "--target"), ())
    if previous in fixed:
        return fixed[previous]
    if previous in ("-o", "--output"):
        return _variables(namespace)
    if previous in ("--labels", "--by"):
        return _columns_of(line, session, namespace)
    if line.lstrip().startswith("%%"):
        return (*_variables(namespace), *OPTIONS)
    words = line.split()[1:]
    if words and words[0] in ("why", "use", "rate", "trial", "tune") and session.proposal:
        on_step = len(words) < 2 or (len(words) == 2 and bool(fragment))
        second = RATINGS if words[0] == "rate" else _model_ids(session)
        return session.proposal.candidates if on_step else second
    if words[:2] == ["cache", "rm"] and len(words) <= 2 + bool(fragment) and fragment != "rm":
        return dict.fromkeys([*(kept.model_id for kept in session.results_cache.list()), CACHE_FILES])
    if words and fragment != words[0] and len(words) <= 1 + bool(fragment):
        after: dict[str, Callable[[], Iterable[str]]] = {
            "audit": lambda: ["json"],
            "cache": lambda: CACHE_WORDS,
            "code": lambda: ["cell", "--function"],
            "fit": lambda: HARDWARE,
            "go": lambda: ["--yes", "--on-error", "--engine", "--share-rows", "--share-results", "--phrase"],
            "help": lambda: ["tasks", *CATALOGUE, *hub_tags()],
            "log": lambda: ["--alerts", "--csv"],
            "models": lambda: (*CATALOGUE, *_model_ids(session)),
            "plan": lambda: ["json"],
            "planner": lambda: [str(r["planner"]) for r in session.planner.known()],
            "sent": lambda: ["all"],
            "unload": lambda: dict.fromkeys(m.facts.model_id for m in session.pool.loaded()),
        }
        return after[words[0]]() if words[0] in after else ()
    return LINES if len(words) <= 1 else ()


def _in_body(body: str, namespace: dict[str, Any]) -> tuple[str, list[str]]:
    """In the request: variables after `{`, columns after `{frame.`; else no Python completions."""
    opened = re.search(r"\{(\w*)$", body)
    if opened:
        return opened[1], _starting(opened[1], _variables(namespace))
    quoted = re.search(r"`(\w*)$", body)
    if quoted:
        names = [c for v in namespace.values() for c in _columns(v)]
        return quoted[1], _starting(quoted[1], (*_variables(namespace), *names))
    return "", []


def _columns(value: Any) -> list[str]:
    columns = getattr(value, "columns", None)
    return [str(c) for c in columns] if columns is not None and not callable(columns) else []


def _columns_of(line: str, session: Session, namespace: dict[str, Any]) -> list[str]:
    """Columns of the frames that a cell names; where it names none, of the last plan's, else of all."""
    named = [c for word in line.split() for c in _columns(namespace.get(word))]
    frames = [given.sample for given in session.proposal.inputs.values()] if session.proposal else []
    return named or [c for f in frames for c in _columns(f)] or [c for v in namespace.values() for c in _columns(v)]


def _variables(namespace: dict[str, Any]) -> list[str]:
    return sorted(usable_names(namespace))


def _model_ids(session: Session) -> list[str]:
    """Models on this machine, and those that a search has found."""
    return [m.model_id for m in (*session.hub.models(), *session.hub.seen())]


def _starting(fragment: str, names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(n for n in names if n.startswith(fragment)))


def _offset(context: CompletionContext) -> int:
    lines = context.full_text.split("\n")
    return sum(len(line) + 1 for line in lines[: context.cursor_line]) + context.cursor_position
