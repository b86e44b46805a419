"""docs/reference/errors.md from the tree of hfmagic/errors.py, and what each is said as, from the whole source."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from hfmagic import errors
from hfmagic.errors import HFMagicError

from .markdown import code, in_cell, summary, table

PACKAGE = Path(errors.__file__).parent
HEAD = """\
# Errors

Made by `make docs` from `hfmagic/errors.py`. An error of hfmagic is one line of at most 200 characters: its code, what
was found, and after the arrow what to do. The stack is shown with `--debug`.

```text
HF202 reviews has no column 'reviw'; it has id, product, review. → did you mean 'review'?
```

In a program, catch the class: `from hfmagic.errors import NoModelFits`. Each is one of its group's, and every one is an
`HFMagicError`, with `message`, `hint` and `code`.
"""
DO: Mapping[str, str] = MappingProxyType(
    {
        "EmptyRequest": "Write what you want below the line `%%hf`.",
        "NoTaskFits": "Say that part in other words; `%hf help tasks` lists what can be done.",
        "BadOption": "Follow the hint: it names the nearest option, word or form. `%hf?` lists the options.",
        "UnknownVariable": "Name a variable that the kernel has; run the cell that makes it.",
        "UnknownColumn": "Name a column that the frame has: the hint has the nearest.",
        "AmbiguousColumn": "Name the column that is meant in the request.",
        "MissingFile": "Put the file where it is looked for, or allow its folder: `HFMagic.allowed_dirs`.",
        "UnknownKind": "Give a frame, a list, a text, a picture, sound, or a path to one; the hint says what would do.",
        "InvalidPlan": "Say the request in other words, or mend the step that is named.",
        "UnknownTask": "`%hf help tasks` lists the tasks that are run, and why the others are not.",
        "NoModels": "`hfmagic starter` fetches small models; or name a folder of yours in `HFMagic.hub_dirs`.",
        "NoModelFits": "`%hf why STEP` has the reason for each model; loosen the limit that is named.",
        "UnknownModel": "Take the id from `%hf models TASK`; the hint has the nearest.",
        "NoTrainedHead": "Take another model for the step: `%hf why STEP`.",
        "DamagedModel": "Run the cell again, which fetches the file anew; in a folder of yours, replace it.",
        "StarterError": "Follow the hint, then `hfmagic starter` again: it goes on where it was.",
        "StepFailed": "`hf.last.rejected` has the reason for each row; `%hf use STEP MODEL` takes another model.",
        "OutOfMemory": 'Take a smaller model, or `%config HFMagic.quantize = "8bit"`; `%hf unload` frees memory.',
        "NotAvailable": 'Install what the hint names, such as `pip install "hfmagic[video]"`; then restart.',
        "HubUnreachable": "Go on with the models here (`--offline`), or mend the connection; `%hf doctor` looks.",
        "HubRefused": "Wait where it has had too many requests; else renew your token, or see what answers there.",
        "GatedModel": "Ask its owner on the model's page, log in (`hf auth login`), or take another model.",
        "RevisionGone": "Run the cell again without the old plan: it pins the revision of today.",
        "DownloadFailed": "Run the cell again: what has arrived whole is kept.",
        "NoSpace": "Free as much as it says, or name another folder: `HFMagic.hub_cache`.",
        "NeedsConsent": "`%hf go --yes`; headless: `--yes` or `--approve HASH` on the cell, or `HFMAGIC_APPROVED`.",
        "NoEndpoint": "`%hf planner` lists who can plan; set the key or the model that the hint names.",
        "EndpointUnreachable": "Start the server, or correct its address; `%hf planner rules` plans without it.",
        "EndpointRefused": "Renew the key, or wait; `%hf planner rules` plans without it.",
        "EndpointSlow": "Raise `HFMagic.planner_seconds`, or take a faster model.",
        "BadAnswer": "Take another model behind the endpoint; the rules plan meanwhile.",
        "NotShared": "Look at the rows that are shown, then `%hf go --share-rows`; or leave the option away.",
        "Unforeseen": "A mistake of ours: report it with the stack that `--debug` shows.",
    }
)
"""Class → what to do."""


def document() -> str:
    """The whole page."""
    parts = [HEAD]
    for group in groups():
        members = group.__subclasses__()
        parts += [f"## {group.code} {group.__name__}\n", *([f"{summary(group)}\n"] if members else [])]
        parts += [table(("code", "class", "when", "what to do"), map(_row, members or [group])) + "\n"]
        parts += [said for one in members or [group] if (said := _said(one.__name__))]
    return "\n".join(parts)


def groups() -> list[type[HFMagicError]]:
    """The branches of the tree, as it is drawn."""
    return HFMagicError.__subclasses__()


def leaves() -> list[type[HFMagicError]]:
    """The errors that are raised."""
    return [leaf for group in groups() for leaf in group.__subclasses__() or [group]]


def _row(one: type[HFMagicError]) -> tuple[str, ...]:
    return f"`{one.code}`", f"`{one.__name__}`", in_cell(summary(one)), in_cell(DO[one.__name__])


def _said(name: str) -> str:
    """The messages of a class, folded."""
    rows = sorted({(message, hint) for message, hint in messages().get(name, ()) if message.strip("… .")})
    if not rows:
        return ""
    lines = [f"- {code(message)}" + (f" → {code(hint)}" if hint.strip("… ") else "") for message, hint in rows]
    count = f"{len(rows)} messages" if len(rows) > 1 else "1 message"
    return "\n".join([f"<details><summary>{name}: {count}</summary>\n", *lines, "\n</details>\n"])


@cache
def messages() -> Mapping[str, list[tuple[str, str]]]:
    """Class → its messages and hints as the source has them; `…` stands for what a run fills in."""
    names = {leaf.__name__ for leaf in leaves()}
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for path in sorted(PACKAGE.rglob("*.py")):
        for call in _calls(path):
            name = ast.unparse(call.func).rpartition(".")[2]
            if name in names and call.args:
                hint = next((k.value for k in call.keywords if k.arg == "hint"), None)
                found[name].append((_template(call.args[0]), _template(hint) if hint else ""))
    return found


def _calls(path: Path) -> Iterator[ast.Call]:
    return (n for n in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(n, ast.Call))


def _template(node: ast.expr) -> str:
    """A literal as it is said; what is not literal as `…`."""
    if isinstance(node, ast.Constant):
        return " ".join(str(node.value).split())
    if isinstance(node, ast.JoinedStr):
        text = "".join(str(v.value) if isinstance(v, ast.Constant) else "…" for v in node.values)
        return re.sub(r"…(?:…|'…')+", "…", " ".join(text.split()))
    return "…"
