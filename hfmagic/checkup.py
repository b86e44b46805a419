"""What a model takes and gives, what fetching it costs, whether it fits: before any of its weights is here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING

from .config import OFFICIAL_HUB
from .fit import fit_alone
from .hub.facts import ModelFacts
from .hub.format import Format, read_format
from .limits import license_class, size_words
from .proposal import Options
from .runners.registry import misfit
from .selection.rules import suits
from .tasks import CATALOGUE, TaskSpec

if TYPE_CHECKING:
    from .session import Session

MOST_LABELS = 12
Row = Mapping[str, object]


def check_up(session: Session, model_id: str, options: Options | None = None) -> list[Row]:
    """Rows of what, found and do for a model; `do` is empty where all is well. No weight is downloaded or loaded.

    Raises: UnknownModel; HubError where the Hub gives no answer.
    """
    options = options or Options()
    hub = session.sources(options)
    found = hub.find(model_id)
    tasks = _tasks(found)
    facts = hub.inspect(found, partial(misfit, tasks[0].name) if tasks else lambda _: "")
    tasks = tasks or _tasks(facts)
    problem = facts.problem
    if not problem and facts.folder is not None and tasks:
        problem = misfit(tasks[0].name, facts.folder)
    device = session.device(options)
    place = fit_alone(facts, device)
    rows = [
        _row("model", f"{facts.model_id}@{hub.revision(facts)[:7]}", _where(facts)),
        _row("architecture", ", ".join(facts.architectures) or "not said"),
        *_does(facts, tasks),
        *_takes(read_format(partial(hub.read_json, facts)), facts),
        _row("license", f"{facts.license or 'unknown'} ({license_class(facts.license)})"),
        _row("size", f"{size_words(facts.weight_bytes)}, {facts.parameters / 1e6:,.1f} M parameters, {facts.dtype}"),
        _row("to download", size_words(facts.fetch_bytes or 0) if facts.folder is None else "nothing, it is here"),
        _row(
            "memory",
            f"needs about {size_words(place.needed)}, {size_words(place.free)} is free on {device.name}",
            "" if place.verdict != "red" else "a smaller model, or another --device",
        ),
    ]
    if facts.gated:
        rows.append(_row("gated", "its owner lets in who asks", f"ask at {OFFICIAL_HUB}/{facts.model_id}"))
    rows.append(_row("runs", f"✗ {problem}" if problem else "yes" if tasks else "✗ no task of hfmagic is for it"))
    return rows


def _tasks(facts: ModelFacts) -> list[TaskSpec]:
    """The tasks that it is filed under and has the head for, first; then those that it can do when it is named."""
    models = [s for s in CATALOGUE.values() if not s.is_operation]
    filed = [s for s in models if suits(s, facts)]
    filed.sort(key=lambda s: s.name != facts.task)
    able = [s for s in models if s not in filed and len(s.heads) < _ANY and suits(s, facts, named=True)]
    return [*filed, *(able if not filed else [])]


_ANY = 20  # heads; a task that names more of them says little by one


def _where(facts: ModelFacts) -> str:
    return "" if facts.folder is not None or not facts.problem else "%hf models lists others"


def _does(facts: ModelFacts, tasks: list[TaskSpec]) -> Iterator[Row]:
    for spec in tasks:
        slots = " + ".join(f"{kind} ({slot})" if slot != kind else str(kind) for slot, kind in spec.takes.items())
        yield _row(spec.name, f"{slots} → {spec.gives}", "" if suits(spec, facts) else "when you name the model")


def _takes(form: Format, facts: ModelFacts) -> Iterator[Row]:
    """What is to know of its inputs and outputs."""
    if form.labels:
        shown = " · ".join(form.labels[:MOST_LABELS])
        more = f" and {len(form.labels) - MOST_LABELS:,} more" if len(form.labels) > MOST_LABELS else ""
        yield _row(
            "labels", f"{shown}{more}", "" if form.named else "they have no names: see its card for their meaning"
        )
    if facts.languages:
        yield _row("languages", ", ".join(facts.languages[:MOST_LABELS]))
    said = {
        "longest text": form.max_tokens and f"{form.max_tokens:,} tokens; longer ones are cut, and that is said",
        "sound": form.sampling_rate and f"{form.sampling_rate:,} Hz; others are resampled",
        "picture": form.image_size and f"{form.image_size[0]} × {form.image_size[1]} pixels; others are resized",
        "video": form.frames and f"{form.frames} frames of each",
        "prompt": form.chat and "by its chat template",
    }
    yield from (_row(what, found) for what, found in said.items() if found)


def _row(what: str, found: str, do: str = "") -> Row:
    return {"what": what, "found": found, "do": do}
