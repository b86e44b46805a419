"""An audit: a table of the steps and their models, below it what a company must look at."""

from __future__ import annotations

from ..audit import SEVERITIES, Audit, AuditStep, Finding, worst_link
from ..errors import one_line
from ..limits import size_words
from .html import Child, code, join, muted, table, tag, text, unbroken
from .view import View

_HEAD = ("", "step", "model", "license", "scan", "owner", "changed")
_CLASSES = {"high": "hfm-bad", "medium": "hfm-warn", "low": "hfm-muted"}
_MARKS = {"high": "✗", "medium": "!", "low": ""}
_LEFT = "What leaves this machine, for this plan too: %hf sent. For machines: %hf audit json."


def audit_view(audit: Audit) -> View:
    """The steps as a table, the findings by how grave they are, and what is not in here."""
    head = tag(
        "div",
        tag("b", "Audit"),
        muted(f" · plan {audit.plan_hash} · {audit.date} · {_count(audit)}"),
        class_="hfm-head",
    )
    rows = [_row(step) for step in audit.steps]
    found = [_finding(f) for f in audit.findings]
    listed = tag("ul", found, class_="hfm-notes") if found else tag("p", "Nothing was found that needs a look.")
    foot = tag("div", muted(_LEFT), class_="hfm-foot")
    body = join([head, table(_HEAD, rows), listed, foot])
    plain = [
        f"Audit · plan {audit.plan_hash} · {audit.date} · {_count(audit)}",
        *(_plain_row(step) for step in audit.steps),
        *(_plain_finding(f) for f in audit.findings),
        *([] if audit.findings else ["Nothing was found that needs a look."]),
        _LEFT,
    ]
    return View(body, "\n".join(plain))


def _count(audit: Audit) -> str:
    counts = [f"{n} {severity}" for severity in SEVERITIES if (n := audit.count(severity))]
    worst = audit.license_class
    return " · ".join([", ".join(counts) or "no findings", f"strictest license: {worst}" if worst else "no models"])


def _row(step: AuditStep) -> list[Child]:
    if not step.model_id:
        return [str(step.number), text(step.task, 100), muted(_without(step)), *[""] * 4]
    sub = tag("div", muted(" · ".join([f"@{step.revision[:7]}", _size(step), _where(step)])), class_="hfm-sub")
    return [
        str(step.number),
        text(step.task, 100),
        join([code(step.model_id), sub]),
        join([text(_license(step), 80), tag("div", _license_sub(step), class_="hfm-sub")]),
        tag("span", text(_scan(step), 80), class_="hfm-bad") if _is_unsafe(step) else text(_scan(step), 80),
        unbroken(_owner(step)),
        unbroken(_changed(step)),
    ]


def _license_sub(step: AuditStep) -> Child:
    """The class of the whole chain, and where it comes from when it is not the model's own."""
    worst = worst_link(step)
    from_base = worst is not None and worst.model_id != step.model_id
    shade = {"permissive": "hfm-muted", "copyleft": "hfm-muted", "restricted": "hfm-warn"}
    name = tag("span", step.license_class, class_=shade.get(str(step.license_class), "hfm-bad"))
    return join([name, muted(" by ", code(worst.model_id, 80))]) if from_base and worst else name


def _plain_row(step: AuditStep) -> str:
    start = f"{step.number}. {one_line(step.task)}"
    if not step.model_id:
        return f"{start} · {_without(step)}"
    worst = worst_link(step)
    by = f" by {worst.model_id}" if worst is not None and worst.model_id != step.model_id else ""
    told = (
        f"{step.model_id}@{step.revision[:7]}",
        f"{_license(step)} ({step.license_class}{by})",
        f"scan: {_scan(step)}",
        f"owner: {_owner(step)}",
        f"changed: {_changed(step)}",
        f"{_size(step)}, {_where(step)}",
    )
    return " · ".join([start, *map(one_line, told)])


def _without(step: AuditStep) -> str:
    return "operation, no model" if step.operation else "no model yet"


def _license(step: AuditStep) -> str:
    return step.license or ("not stated" if step.chain else "not known")


def _size(step: AuditStep) -> str:
    return size_words(step.weight_bytes) if step.weight_bytes else "size not known"


def _where(step: AuditStep) -> str:
    if not step.where:
        return "not found"
    places = {"Hub": "not here yet", "downloaded": "downloaded", "folder": "in a folder"}
    said = [places.get(step.where, step.where), "gated" * step.gated, "own code" * step.remote_code]
    return " · ".join([*filter(None, said), *(["no safetensors"] if step.safetensors is False else [])])


def _is_unsafe(step: AuditStep) -> bool:
    return step.security.startswith(("unsafe", "suspicious"))


def _scan(step: AuditStep) -> str:
    return one_line(step.security) or "not known"


def _owner(step: AuditStep) -> str:
    return {True: "verified", False: "not verified", None: "not known"}[step.verified]


def _changed(step: AuditStep) -> str:
    return one_line(step.modified)[:10] or "not known"


def _finding(finding: Finding) -> Child:
    mark = tag("span", _mark(finding), class_=_CLASSES[finding.severity])
    do = muted(" → ", text(finding.do, 200)) if finding.do else None
    return tag("li", mark, f" · step {finding.step} · ", text(finding.what, 300), do)


def _mark(finding: Finding) -> str:
    return f"{_MARKS[finding.severity]} {finding.severity}".strip()


def _plain_finding(finding: Finding) -> str:
    do = f" → {finding.do}" if finding.do else ""
    return f"{_mark(finding)} · step {finding.step} · {one_line(finding.what)}{do}"
