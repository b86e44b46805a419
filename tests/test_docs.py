"""What the README and the pages beside it name exists. Its cells are run by tests/docs/test_cells.py."""

from __future__ import annotations

import re
from pathlib import Path

from hfmagic.lines import HELP, LINES

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_commands_named_in_the_readme_exist():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))

    assert set(re.findall(r"`make ([a-z-]+)\b", README)) <= targets
    assert set(re.findall(r"(?<!%)%hf ([a-z]+)", README + HELP)) <= set(LINES)


def test_links_to_files_lead_somewhere():
    links = re.findall(r"\]\((?!https?://|#)([^)#]+)", README)

    assert [link for link in links if not (ROOT / link).exists()] == []


def test_pictures_lead_somewhere():
    pictures = re.findall(r"(?:src|srcset)=\"([^\"]+)\"", README)

    assert [p for p in pictures if not p.startswith("http") and not (ROOT / p).exists()] == []


def test_the_contributing_page_draws_the_floors_that_the_test_enforces():
    from tests.test_layers import FLOORS

    drawn = re.findall(r"^floor \d  (.*)$", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"), re.MULTILINE)

    assert [tuple(r.strip().rstrip("/") for r in line.split("·")) for line in drawn] == list(FLOORS[:-1])


def test_versions_and_requirements_are_stated_once():
    import tomllib

    import hfmagic

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

    assert project["tool"]["hatch"]["version"]["path"] == "hfmagic/__init__.py"
    assert re.fullmatch(r"\d+\.\d+\.\d+", hfmagic.__version__)


def test_binder_has_the_pins_of_the_constraints():
    def pins(path: str) -> set[str]:
        return {line for line in (ROOT / path).read_text(encoding="utf-8").splitlines() if "==" in line}

    no_room = ("diffusers", "llguidance", "ray", "bitsandbytes")
    optional = {pin for pin in pins("constraints.txt") if pin.startswith(no_room)}
    assert pins("constraints.txt") - optional == pins("binder/requirements.txt")
