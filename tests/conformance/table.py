"""The table of tasks in docs/tasks.md: what runs, with which architectures it is tested, what goes in and comes out.

`make docs` writes it; a stale one fails the suite.
"""

from __future__ import annotations

from collections import defaultdict
from importlib import import_module
from pathlib import Path

from hfmagic.render.views import MANY, ONE
from hfmagic.tags import hub_tags
from hfmagic.tasks import CATALOGUE, TaskSpec

from .failing import FAILING

DOCUMENT = Path(__file__).parents[2] / "docs" / "tasks.md"
FOLDER = Path(__file__).parent

HEAD = """\
# Tasks

Made by `make docs` from the catalogue (`hfmagic/tasks/`), the tests (`tests/conformance/`) and the views
(`hfmagic/render/views/`). An architecture is named here when a tiny model of it passes the conformance test: found on a
Hub, judged, fetched, loaded, and run on one value, a list, and a column with a missing value.
"""


def document() -> str:
    """The whole page."""
    tested = architectures()
    models = [s for s in CATALOGUE.values() if not s.is_operation]
    count = len(distinct(tested))
    rows = [_row(s, tested.get(s.name, [])) for s in models]
    own = [f"| `{s.name}` | {_takes(s)} | {s.gives} | {s.help} |" for s in CATALOGUE.values() if s.is_operation]
    not_run = [f"| `{t.name}` | {t.why_not} |" for t in hub_tags().values() if not t.runnable]
    return "\n".join(
        [
            HEAD,
            f"## Run: {len(models)} tasks of the Hub, {count} architectures tested\n",
            "| task | takes | gives | shown as | tested with |",
            "|---|---|---|---|---|",
            *rows,
            "\n## Operations, without a model\n",
            "| operation | takes | gives | what |",
            "|---|---|---|---|",
            *own,
            "\n## Architectures that do not run, with transformers 5.23 and without torchvision\n",
            "| architecture | why |",
            "|---|---|",
            *(f"| {name} | {why} |" for why, names in FAILING.items() for name in names),
            "\n## Tasks of the Hub that are not run\n",
            "| task of the Hub | why |",
            "|---|---|",
            *not_run,
            "",
        ]
    )


def architectures() -> dict[str, list[str]]:
    """Task → names of the architectures that the conformance test runs."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted(FOLDER.glob("test_*.py")):
        for one in import_module(f"{__package__}.{path.stem}").ARCHITECTURES:
            found[one.task].append(one.name)
    return {task: list(dict.fromkeys(names)) for task, names in found.items()}


def distinct(tested: dict[str, list[str]]) -> set[str]:
    """The architectures, each once: what stands after a dash tells tests of one apart."""
    return {name.partition("-")[0] for names in tested.values() for name in names}


def _row(spec: TaskSpec, tested: list[str]) -> str:
    views = [view.__doc__ for view in (ONE.get(spec.gives), MANY.get(spec.gives)) if view]
    shown = "; ".join(str(words).splitlines()[0].rstrip(".") for words in views)
    return f"| `{spec.name}` | {_takes(spec)} | {spec.gives} | {shown} | {', '.join(tested)} |"


def _takes(spec: TaskSpec) -> str:
    return ", ".join(
        f"{kind}{f' ({slot})' if slot != kind else ''}{'?' if slot in spec.optional else ''}"
        for slot, kind in spec.takes.items()
    )


if __name__ == "__main__":
    DOCUMENT.write_text(document(), encoding="utf-8")
