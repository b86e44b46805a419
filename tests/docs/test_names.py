"""What the pages name exists: lines, options, settings, commands, extras, files."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

import pytest

from hfmagic.config import HFMagic
from hfmagic.lines import LINES

from .lines_page import parser
from .pages import PAGES, ROOT, WRITTEN, blocks, named, prose

HERE = "https://github.com/hfmagic/hfmagic/"
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
OPTIONS = {option for action in parser()._actions for option in action.option_strings}
COMMANDS = [
    (page, block.line, shlex.split(line, comments=True))
    for page in [*WRITTEN, ROOT / "README.md"]
    for block in blocks(page)
    if block.kind in ("sh", "bash", "console")
    for line in block.text.replace("\\\n", " ").splitlines()
    if shlex.split(line, comments=True)
]


@cache
def help_of(*words: str) -> str:
    """What `hfmagic WORDS --help` prints; empty where there is no such command."""
    code = "import sys; from hfmagic.cli import main; sys.exit(main())"
    found = subprocess.run([sys.executable, "-c", code, *words, "--help"], capture_output=True, text=True)
    return "" if found.returncode else found.stdout


def check_command(words: list[str]) -> None:
    """A line of a shell: what it calls exists, with each option."""
    match words:
        case ["make", target, *_]:
            assert target in TARGETS
        case ["pip" | "pipx", "install", *packages]:
            assert all(re.fullmatch(r"hfmagic(\[[\w,]+\])?|-\S+", package) for package in packages)
            assert {e for p in packages for e in re.findall(r"\w+", p.partition("[")[2])} <= set(EXTRAS)
        case ["hfmagic", *rest]:
            commands = [word for word in rest[:2] if re.fullmatch(r"[a-z]+", word)]
            told = next((told for n in (2, 1, 0) if (told := help_of(*commands[:n]))), "")
            assert not commands or commands[0] in re.findall(r"\w+", help_of())
            assert [o for o in rest if re.fullmatch(r"--?[a-z][\w-]*", o) and o not in told] == []
        case ["git", "clone", address]:
            assert address == HERE.rstrip("/")
        case _:
            assert words[0] in ("cd", "python", "jupyter", "papermill", "export", "ls", "head", "cat", "unzip"), words


@pytest.mark.parametrize(("page", "line", "words"), COMMANDS, ids=lambda v: v.stem if isinstance(v, Path) else None)
def test_a_command_of_a_page_exists_with_its_options(page: Path, line: int, words: list[str]):
    check_command(words)


@pytest.mark.parametrize("line", ["make moon", "hfmagic starter --fast", "pip install 'hfmagic[moon]'", "rm -r x"])
def test_a_command_that_does_not_exist_is_found(line: str):
    with pytest.raises(AssertionError):
        check_command(shlex.split(line))


@pytest.mark.parametrize("page", [*PAGES, ROOT / "README.md", ROOT / "SECURITY.md"], ids=named)
def test_lines_options_settings_and_extras_of_a_page_exist(page: Path):
    text = page.read_text(encoding="utf-8")

    assert set(re.findall(r"(?<!%)%hf ([a-z]+)\b", text)) <= set(LINES)
    assert set(re.findall(r"HFMagic\.([a-z_]+)", text)) <= set(HFMagic.class_trait_names(config=True))
    assert {n.lower() for n in re.findall(r"HFMAGIC_([A-Z_]+)", text)} <= {
        *HFMagic.class_trait_names(config=True),
        "approved",
    }
    assert {extra for group in re.findall(r"hfmagic\[([\w,]+)\]", text) for extra in group.split(",")} <= set(EXTRAS)
    cells = re.findall(r"^%%?hf\b.*$", text, re.MULTILINE) + re.findall(r"`(%%?hf [^`]*)`", text)
    assert {o for cell in cells for o in re.findall(r"(?<= )--[a-z-]+", cell)} <= OPTIONS


@pytest.mark.parametrize("page", [*PAGES, ROOT / "README.md", ROOT / "SECURITY.md"], ids=named)
def test_addresses_of_this_repository_lead_to_its_files(page: Path):
    found = re.findall(rf"{HERE}(?:blob|tree)/main/([^)#\s>]+)", page.read_text(encoding="utf-8"))

    assert [path for path in found if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("page", WRITTEN, ids=named)
def test_a_page_is_short_and_its_lines_are_not_long(page: Path):
    text = page.read_text(encoding="utf-8")

    assert len(text.splitlines()) <= 200
    assert [line for line in prose(page).splitlines() if len(line) > 170 and not line.startswith("|")] == []
