"""Lines about models: which there are, why one was chosen, another one, what is loaded."""

from __future__ import annotations

from collections.abc import Mapping

from ..errors import did_you_mean
from ..limits import license_class, size_words
from ..page.comm import somebody_looks
from ..render.choice_view import table_view
from ..render.view import folded, shell, stack
from ..render.words import when_words
from ..selection.candidates import Candidate
from ..starter import OFFER
from .call import Call, display

WHY = ("model", "license", "size", "score", "quality", "speed", "why")
DEVICES = ("device", "name", "memory free", "good at")
LOADED = ("model", "device", "dtype", "size", "last used")


def why(call: Call) -> None:
    """Every candidate of a step, best first, the rejected with their reasons."""
    candidates = call.session.why(call.words[0])
    display(table_view(f"Models for {call.words[0]}", [_row(c) for c in candidates], columns=WHY))


def use(call: Call) -> None:
    """Another model for a step; the session shows the plan."""
    proposal = call.session.proposal
    options = proposal.options.with_given(call.options) if proposal else None
    call.session.use(call.words[0], call.words[1], options)  # which shows the plan


def models(call: Call) -> None:
    """The models on this machine; with a task, every candidate for it; with an id, all about one."""
    if call.words and "/" in call.words[0]:
        display(call.session.about(call.words[0], call.options))
        return
    if call.words:
        rows = [_row(c) for c in call.session.candidates(call.words[0], call.options)]
        view = table_view(f"Models for {call.words[0]}", rows, columns=WHY)
        if hasattr(shell(), "kernel") and not call.options.given and somebody_looks():
            from ..page.picker import open_picker

            display(open_picker(call.session, call.namespace, call.words[0]))
            view = folded(view, f"the {len(rows)} models for {call.words[0]} as a table")  # a saved notebook keeps it
        display(view)
        return
    rows = [
        {
            "model": m.model_id,
            "task": m.task or "",
            "license": m.license or "unknown",
            "size": size_words(m.weight_bytes),
            "downloaded": m.fetched,
            "languages": ", ".join(m.languages),
            "problem": m.problem,
        }
        for m in call.session.hub.models()
    ]
    if not rows:
        print(OFFER)
        return
    display(table_view("Models on this machine", rows, columns=tuple(rows[0])))


def _row(candidate: Candidate) -> Mapping[str, object]:
    facts, out = candidate.facts, bool(candidate.rejected)
    return {
        "model": facts.model_id,
        "license": f"{facts.license or 'unknown'} ({license_class(facts.license)})",
        "size": size_words(facts.weight_bytes) + ("" if facts.folder else " to fetch"),
        "score": "" if out else f"{candidate.score:.2f}",
        "quality": "" if out else f"{candidate.quality:.2f}",
        "speed": "" if out else f"{candidate.speed:.2f}",
        "why": f"✗ {candidate.rejected}"
        if out
        else candidate.basis + (f" · but {candidate.soft}" if candidate.soft else ""),
    }


def status(call: Call) -> None:
    """Devices, with the memory that is free now, and loaded models, the last used first."""
    from ..devices import find_devices

    devices = [
        {
            "device": d.torch_name,
            "name": d.name,
            "memory free": f"{d.free_bytes / 2**30:.1f} of {d.total_bytes / 2**30:.1f} GiB",
            "good at": ", ".join(d.dtypes),
        }
        for d in find_devices()
    ]
    models = [
        {
            "model": m.model_id,
            "device": " + ".join(m.devices),
            "dtype": m.dtype,
            "size": size_words(m.bytes),
            "last used": "in use" if m.runs else when_words(m.used),
        }
        for m in call.session.pool.in_memory()
    ]
    views = [table_view("Devices", devices, columns=DEVICES), table_view("Loaded models", models, columns=LOADED)]
    display(stack(*views))


def unload(call: Call) -> None:
    """Let a model go, or every one; one that runs goes once it has run."""
    loaded = call.session.pool.in_memory()
    gone = call.session.pool.unload(call.words[0] if call.words else "")
    if gone:
        size = sum(m.bytes for m in loaded if m.model_id in gone)
        print(f"unloaded: {', '.join(gone)} · {size_words(size)}")
        return
    near = did_you_mean(call.words[0], [m.model_id for m in loaded]) if call.words else ""
    print(f"no such model is loaded; {near or '%hf status lists those that are'}")
