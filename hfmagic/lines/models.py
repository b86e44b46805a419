"""Lines about models: which there are, why one was chosen, another one, what is loaded."""

from __future__ import annotations

from collections.abc import Mapping

from ..limits import license_class, size_words
from ..page.comm import somebody_looks
from ..render.choice_view import table_view
from ..render.view import folded, shell
from ..selection.candidates import Candidate
from ..starter import OFFER
from .call import Call, display

WHY = ("model", "license", "size", "score", "quality", "speed", "why")


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
    """Devices and loaded models."""
    from ..devices import find_devices

    devices = [
        {
            "what": d.torch_name,
            "detail": d.name,
            "memory": f"{d.free_bytes / 2**30:.1f} of {d.total_bytes / 2**30:.1f} GiB free",
        }
        for d in find_devices()
    ]
    models = [
        {"what": m.facts.model_id, "detail": f"{m.device} · {m.dtype}", "memory": size_words(m.bytes)}
        for m in call.session.pool.loaded()
    ]
    display(table_view("Devices and loaded models", [*devices, *models], columns=("what", "detail", "memory")))


def unload(call: Call) -> None:
    """Let a model go, or every one."""
    gone = call.session.pool.unload(call.words[0] if call.words else "")
    print(f"unloaded: {', '.join(gone)}" if gone else "no such model is loaded; %hf status lists those that are")
